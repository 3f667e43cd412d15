//! The forms in which honest students hand in.

use crate::packing::{CLIENT, CONCEPTS, Class, ECHO, content, paths, replaced, take, tarball, zip};
use intake::{Reason, Refusal};
use model::Lab;

const NOTHING: [String; 0] = [];

fn taken(lab: &Lab, files: &[&str]) -> Vec<String> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|path| (*path, &b"x"[..])).collect();
    paths(take(lab, zip(&files)))
}

#[test]
fn of_a_whole_clone_the_labs_folder_is_taken() {
    let clone = [
        "course/Cargo.toml",
        "course/xtask/src/main.rs",
        "course/crates/grader/model/src/lib.rs",
        "course/labs/lab1-client/src/main.rs",
        "course/labs/lab3-echo/Cargo.toml",
        "course/labs/lab3-echo/src/lib.rs",
        "course/labs/lab3-echo/src/bin/echo-server.rs",
        "course/labs/lab3-echo/src/notes.txt",
        "course/labs/lab3-echo/predictions.toml",
    ];
    assert_eq!(taken(&ECHO, &clone), ["predictions.toml", "src/bin/echo-server.rs", "src/lib.rs"]);
    // Without the lab's folder, no other folder is taken for it.
    assert_eq!(taken(&ECHO, &clone[..4]), NOTHING);
}

#[test]
fn a_labs_folder_counts_however_it_is_wrapped_and_called() {
    for folder in ["", "lab3-echo/", "lab3-echo-main/", "jane/lab3-echo/", "jane/homework/"] {
        let files = ["src/lib.rs", "src/bin/echo-server.rs", "src/server/line.rs"];
        let wrapped: Vec<String> = files.iter().map(|file| format!("{folder}{file}")).collect();
        let wrapped: Vec<&str> = wrapped.iter().map(String::as_str).collect();
        assert_eq!(taken(&ECHO, &wrapped), ["src/bin/echo-server.rs", "src/lib.rs", "src/server/line.rs"]);
    }
    assert_eq!(taken(&ECHO, &["a/b/c/src/lib.rs"]), NOTHING);
}

#[test]
fn other_labs_beside_it_do_not_count() {
    assert_eq!(taken(&ECHO, &["lab1-client/src/main.rs", "lab3-echo/src/lib.rs"]), ["src/lib.rs"]);
    assert_eq!(taken(&ECHO, &["lab1-client/src/main.rs", "src/lib.rs"]), ["src/lib.rs"]);
    assert_eq!(taken(&ECHO, &["lab1-client/src/main.rs"]), NOTHING);
}

#[test]
fn bare_files_go_where_the_labs_crate_has_them() {
    assert_eq!(taken(&ECHO, &["echo-server.rs", "lib.rs"]), ["src/bin/echo-server.rs", "src/lib.rs"]);
    assert_eq!(taken(&ECHO, &["jane/echo-server.rs"]), ["src/bin/echo-server.rs"]);
    assert_eq!(
        taken(&ECHO, &["bin/echo-server.rs", "lib.rs", "line.rs"]),
        ["src/bin/echo-server.rs", "src/lib.rs", "src/line.rs"]
    );
    assert_eq!(
        taken(&ECHO, &["bin/echo-server/main.rs", "bin/echo-server/line.rs"]),
        ["src/bin/echo-server/line.rs", "src/bin/echo-server/main.rs"]
    );
    assert_eq!(taken(&CLIENT, &["client.rs"]), ["src/main.rs"]);
    assert_eq!(taken(&CLIENT, &["main.rs"]), ["src/main.rs"]);
    assert_eq!(taken(&CONCEPTS, &["answers.toml", "main.rs"]), ["answers.toml"]);
    assert_eq!(taken(&CONCEPTS, &["labs/lab0-concepts/answers.toml"]), ["answers.toml"]);
}

#[test]
fn names_as_older_programs_of_windows_write_them_are_read() {
    let files: [(&str, &[u8]); 2] = [("L?sung/src/lib.rs", b""), ("L?sung/sch?n.txt", b"")];
    let code_page_437 = replaced(replaced(zip(&files), b"L?s", b"L\x94s"), b"sch?n", b"sch\x94n");
    let taken = take(&ECHO, code_page_437);
    let ignored: Vec<&str> = taken.ignored.iter().map(|ignored| ignored.path.as_str()).collect();
    assert_eq!(ignored, ["Lösung/schön.txt"]);
    assert_eq!(paths(taken), ["src/lib.rs"]);
}

#[test]
fn what_is_not_taken_is_told_with_its_reason() {
    let files: [(&str, &[u8]); 5] = [
        ("echo-server.rs", b""),
        ("server.rs", b""),
        ("notes/a.txt", b""),
        ("notes/b.txt", b""),
        ("old.rar", b""),
    ];
    let told: Vec<_> = take(&ECHO, zip(&files)).ignored.into_iter().map(|it| (it.path, it.reason)).collect();
    let expected = [
        ("notes/".to_owned(), Reason::NothingInIt),
        ("old.rar".to_owned(), Reason::OtherArchive),
        ("server.rs".to_owned(), Reason::NoProgram),
    ];
    assert_eq!(told, expected);
    let only = take(&ECHO, zip(&[("lab3.rar", b""), ("notes.txt", b"")])).content.unwrap_err();
    assert_eq!(only, Refusal::OtherArchive("lab3.rar".to_owned()));
    assert!(only.to_string().contains(".tar.gz"));
}

#[test]
fn two_that_could_each_be_it_are_refused() {
    let refused = |files: &[(&str, &[u8])]| take(&ECHO, zip(files)).content.unwrap_err();
    let two = refused(&[("old/src/lib.rs", b""), ("new/src/lib.rs", b"")]);
    assert_eq!(two, Refusal::Ambiguous("new/".to_owned(), "old/".to_owned()));
    let both = take(&CLIENT, zip(&[("main.rs", b""), ("client.rs", b"")])).content.unwrap_err();
    assert!(matches!(both, Refusal::Ambiguous(..)));
    // Two archives are not opened.
    let archive = zip(&[("src/lib.rs", b"")]);
    let taken = take(&ECHO, zip(&[("a.zip", &archive), ("b.zip", &archive)]));
    assert!(taken.ignored.iter().all(|ignored| ignored.reason == Reason::Archive));
    assert_eq!(paths(taken), NOTHING);
}

#[test]
fn the_same_content_has_the_same_digest_however_it_is_packed() {
    let server = b"fn main() {}";
    let class = Class::new();
    class.file("alice/lab3-echo/src/bin/echo-server.rs", server);
    class.file("alice/lab3-echo/Cargo.toml", "[package]");
    class.file("alice/lab3-echo/target/debug/echo-server", "\x7fELF");
    let folder = content(class.only(&ECHO)).digest;
    let zipped = content(take(&ECHO, zip(&[("src/bin/echo-server.rs", server)]))).digest;
    let tarball = content(take(&ECHO, tarball(&[("./x/echo-server.rs", server)]))).digest;
    assert_eq!((folder, folder), (zipped, tarball));
    let other = content(take(&ECHO, zip(&[("src/bin/echo-client.rs", server)]))).digest;
    assert_ne!(folder, other);
}
