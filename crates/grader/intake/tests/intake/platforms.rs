//! Exports of learning platforms, as a folder and as an archive.

use crate::packing::{Class, ECHO, content, in_directory, paths, replaced, stored, tarball, zip};
use intake::{Entry, Ignored, Listing, Reason, Refusal};
use std::fs;
use std::io::Read;
use std::path::Path;

const SERVER: [&str; 1] = ["src/bin/echo-server.rs"];

fn names(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.name.as_str()).collect()
}

fn listed(source: &Path) -> Vec<Entry> {
    intake::list(source).unwrap().entries
}

/// The submissions of a class with these files, unpacked and as one archive.
fn both_ways(files: &[(&str, &[u8])], see: impl Fn(Vec<Entry>)) {
    let class = Class::new();
    for (path, content) in files {
        class.file(path, content);
    }
    see(class.list());
    let elsewhere = Class::new();
    see(listed(&elsewhere.file("export.zip", zip(files))));
}

fn told(ignored: Vec<Ignored>) -> Vec<(String, Reason)> {
    ignored.into_iter().map(|ignored| (ignored.path, ignored.reason)).collect()
}

fn gunzipped(tarball: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(tarball).read_to_end(&mut plain).unwrap();
    plain
}

fn all_have_a_server(entries: &[Entry]) {
    for entry in entries {
        assert_eq!(paths(entry.take(&ECHO).unwrap()), SERVER, "{entry:?}");
    }
}

#[test]
fn moodle() {
    let archive = zip(&[("lab3-echo/src/bin/echo-server.rs", b"")]);
    let files: [(&str, &[u8]); 5] = [
        ("Jane Doe_12345_assignsubmission_file_/lab3.zip", &archive),
        ("Jürgen Müller_12346_assignsubmission_file_/echo-server.rs", b""),
        ("Ann Lee_12347_assignsubmission_file_/lab3-echo/src/bin/echo-server.rs", b""),
        ("Ann Lee_12347_assignsubmission_onlinetext_/onlinetext.html", b""),
        ("Bo_12348_assignsubmission_file_echo-server.rs", b""),
    ];
    both_ways(&files, |entries| {
        assert_eq!(names(&entries), ["Ann-Lee_12347", "Bo_12348", "Jane-Doe_12345", "Jurgen-Muller_12346"]);
        assert_eq!(entries[3].original, "Jürgen Müller_12346_assignsubmission_file_");
        all_have_a_server(&entries);
    });
}

#[test]
fn moodle_with_text_that_was_typed_into_the_browser() {
    let class = Class::new();
    class.file("Ann Lee_12347_assignsubmission_file_/echo-server.rs", "");
    class.file("Ann Lee_12347_assignsubmission_onlinetext_/onlinetext.html", "see the file");
    class.file("Bo_12348_assignsubmission_onlinetext_/onlinetext.html", "fn main() {}");
    let listing = intake::list(class.path()).unwrap();
    let ignored = ("Ann Lee_12347_assignsubmission_onlinetext_/".to_owned(), Reason::TypedText);
    assert_eq!(told(listing.ignored), [ignored]);
    // A student who has handed in nothing else is listed, without files.
    assert_eq!(names(&listing.entries), ["Ann-Lee_12347", "Bo_12348"]);
    assert!(content(listing.entries[1].take(&ECHO).unwrap()).files.is_empty());
}

#[test]
fn canvas() {
    let archive = tarball(&[("src/bin/echo-server.rs", b"")]);
    let files: [(&str, &[u8]); 4] = [
        ("doejane_123_456_lab3.tar.gz", &archive),
        ("leeann_LATE_124_457_echo-server.rs", b""),
        ("mullerjurgen_125_458_echo-server.rs", b""),
        ("mullerjurgen_125_459_notes.txt", b""),
    ];
    both_ways(&files, |entries| {
        assert_eq!(names(&entries), ["doejane_123", "leeann_LATE_124", "mullerjurgen_125"]);
        all_have_a_server(&entries);
    });
}

#[test]
fn names_of_somebodys_own_that_look_like_canvas_are_not_one_students() {
    // These are not two students' files, or two of the files would be the same.
    let files: [&[(&str, &[u8])]; 2] = [
        &[("hw_3_1001_echo-server.rs", b""), ("hw_3_1002_lib.rs", b"")],
        &[
            ("doejane_123_456_echo-server.rs", b""),
            ("hw_3_1001_echo-server.rs", b""),
            ("hw_3_1001_lib.rs", b""),
            ("hw_3_1002_Echo-server.rs", b""),
        ],
    ];
    both_ways(files[0], |entries| {
        assert_eq!(names(&entries), ["hw_3_1001", "hw_3_1002"]);
        all_have_a_server(&entries[..1]);
    });
    both_ways(files[1], |entries| {
        assert_eq!(names(&entries), ["doejane_123", "hw_3_1001", "hw_3_1002"]);
        assert_eq!(paths(entries[1].take(&ECHO).unwrap()), ["src/bin/echo-server.rs", "src/lib.rs"]);
    });
}

#[test]
fn gradescope() {
    let files: [(&str, &[u8]); 3] = [
        ("assignment_7_export/submission_1/src/bin/echo-server.rs", b""),
        ("assignment_7_export/submission_2/echo-server.rs", b""),
        ("assignment_7_export/submission_metadata.yml", b""),
    ];
    let class = Class::new();
    let entries = listed(&class.file("export.zip", zip(&files)));
    assert_eq!(names(&entries), ["submission_1", "submission_2"]);
    all_have_a_server(&entries);
    let class = Class::new();
    for (path, content) in files {
        class.file(path, content);
    }
    let entries = listed(&class.path().join("assignment_7_export"));
    assert_eq!(names(&entries), ["submission_1", "submission_2"]);
    all_have_a_server(&entries);
}

#[test]
fn a_folder_of_folders_and_archives() {
    let class = Class::new();
    class.file("alice/src/bin/echo-server.rs", "");
    class.file("alice.zip", zip(&[("echo-server.rs", b"")]));
    class.file("bob.tgz", tarball(&[("echo-server.rs", b"")]));
    class.file("carol.tar", gunzipped(&tarball(&[("echo-server.rs", b"")])));
    let entries = class.list();
    let originals: Vec<_> = entries.iter().map(|entry| entry.original.as_str()).collect();
    assert_eq!(originals, ["alice", "alice.zip", "bob.tgz", "carol.tar"]);
    let names = names(&entries);
    assert!(
        names[0] != names[1] && names[0].starts_with("alice-") && names[1].starts_with("alice-"),
        "{names:?}"
    );
    all_have_a_server(&entries);
}

#[test]
fn nothing_in_a_class_is_passed_over_without_a_word() {
    let files = [
        (".DS_Store", Some(Reason::Hidden)),
        ("README", Some(Reason::NoSubmission)),
        ("Thumbs.db", Some(Reason::LeftBehind)),
        ("__MACOSX/._alice", Some(Reason::LeftBehind)),
        ("alice/echo-server.rs", None),
        ("bob.rar", None),
        ("carol.tar.xz", None),
        ("dave.py", None),
        ("echo-server.rs", None),
        ("grades.csv", Some(Reason::NoSubmission)),
        ("target/echo-server.rs", None),
    ];
    let check = |listing: Listing| {
        let top = |path: &str| path.split_inclusive('/').next().unwrap().to_owned();
        let ignored = files.iter().filter_map(|(path, reason)| Some((top(path), (*reason)?)));
        assert_eq!(told(listing.ignored), ignored.collect::<Vec<_>>());
        assert_eq!(names(&listing.entries), ["alice", "bob", "carol", "dave.py", "echo-server.rs", "target"]);
        let found = listing.entries.iter().map(|entry| entry.take(&ECHO).unwrap().content);
        let found: Vec<Result<usize, Refusal>> =
            found.map(|content| content.map(|content| content.files.len())).collect();
        let not_opened = |name: &str| Err(Refusal::OtherArchive(name.to_owned()));
        assert_eq!(found, [Ok(1), not_opened("bob.rar"), not_opened("carol.tar.xz"), Ok(0), Ok(1), Ok(1)]);
    };
    let class = Class::new();
    files.iter().for_each(|(path, _)| drop(class.file(path, "")));
    check(intake::list(class.path()).unwrap());
    let contents = files.map(|(path, _)| (path, &b""[..]));
    let elsewhere = Class::new();
    check(intake::list(&elsewhere.file("export.zip", zip(&contents))).unwrap());
}

#[test]
fn what_a_system_leaves_in_an_export_hides_no_class() {
    let class = Class::new();
    let files: [(&str, &[u8]); 4] = [
        ("__MACOSX/._class", b""),
        ("class/alice/echo-server.rs", b""),
        ("class/bob.zip", b""),
        ("class/notes.txt", b""),
    ];
    let listing = intake::list(&class.file("export.zip", zip(&files))).unwrap();
    assert_eq!(names(&listing.entries), ["alice", "bob"]);
    let ignored = [("__MACOSX/", Reason::LeftBehind), ("notes.txt", Reason::NoSubmission)];
    assert_eq!(told(listing.ignored), ignored.map(|(path, reason)| (path.to_owned(), reason)));
}

#[test]
fn a_list_names_what_lies_anywhere() {
    let class = Class::new();
    class.file("in/a/src/bin/echo-server.rs", "");
    class.file("in/b.zip", zip(&[("echo-server.rs", b"")]));
    class.file("in/c/echo-server.rs", "");
    let list = class.file(
        "class/list.csv",
        "name,path\nAlice,../in/a\nBob, ../in/b.zip\n\"Doe, C.\",../in/c/echo-server.rs\n",
    );
    let entries = listed(&list);
    assert_eq!(names(&entries), ["Alice", "Bob", "Doe-C"]);
    all_have_a_server(&entries);
}

#[test]
fn a_list_that_is_wrong_names_the_row() {
    let class = Class::new();
    class.file("a/echo-server.rs", "");
    let told = |text: &str| intake::list(&class.file("list.csv", text)).unwrap_err().to_string();
    assert!(told("name,path\nAlice,a\nBob,missing\n").contains("row 2: "));
    assert!(told("name,path\nAlice,a\nAlice,a\n").contains("row 2: Alice is there twice"));
    assert!(told("student,path\nAlice,a\n").contains("name,path"));
    assert!(told("name,path\n").contains("no submission"));
}

#[test]
fn a_source_that_is_none_is_told() {
    let class = Class::new();
    let told = |path: &Path| intake::list(path).unwrap_err().to_string();
    assert!(told(class.path()).contains("no submission"));
    assert!(told(&class.path().join("missing")).contains("missing"));
    assert!(told(&class.file("x.rar", "")).contains("unpack it first"));
    assert!(told(&class.file("x.zip", "no zip")).contains("x.zip"));
}

#[test]
fn what_cannot_be_read_is_the_machines_fault_and_nobodys_zero() {
    let class = Class::new();
    class.file("alice/src/bin/echo-server.rs", "");
    let entry = class.list().remove(0);
    fs::remove_dir_all(class.path().join("alice")).unwrap();
    assert!(entry.take(&ECHO).is_err());
}

#[test]
fn what_is_wrong_with_the_export_itself_is_nobodys_zero() {
    let class = |archive: Vec<u8>| {
        let class = Class::new();
        let entries = listed(&class.file("export.zip", archive));
        (class, entries)
    };
    let whole = stored(&[("alice/src/lib.rs", b"// by Alice"), ("bob/src/lib.rs", b"// by Bob")]);
    let (_folder, entries) = class(replaced(whole.clone(), b"// by Alice", b"// by Zlice"));
    let fault = entries[0].take(&ECHO).unwrap_err();
    assert!(fault.message.contains("export.zip: the archive cannot be read"), "{fault}");
    assert_eq!(paths(entries[1].take(&ECHO).unwrap()), ["src/lib.rs"]);
    // Flags, the method, the size: encrypted, an unknown method, more than is claimed.
    for (distance, byte, told) in
        [(8, 1, "encrypted"), (10, 99, "cannot be read"), (24, 1, "larger than its declared")]
    {
        let (_folder, entries) = class(in_directory(whole.clone(), distance, byte));
        let fault = entries[0].take(&ECHO).unwrap_err();
        assert!(fault.message.contains("export.zip: ") && fault.message.contains(told), "{fault}");
    }
}

#[test]
fn what_is_wrong_with_a_students_archive_in_an_export_is_refused() {
    let damaged = replaced(stored(&[("src/lib.rs", b"// by Alice")]), b"// by Alice", b"// by Zlice");
    let encrypted = in_directory(stored(&[("src/lib.rs", b"")]), 8, 1);
    let class = Class::new();
    let export = stored(&[("alice.zip", &damaged), ("bob/lab3.zip", &encrypted)]);
    let entries = listed(&class.file("export.zip", export));
    let refused = |entry: &Entry| entry.take(&ECHO).unwrap().content.unwrap_err();
    assert!(matches!(refused(&entries[0]), Refusal::Broken(_)));
    assert_eq!(refused(&entries[1]), Refusal::Encrypted("src/lib.rs".to_owned()));
}

#[test]
fn listing_does_not_look_into_submissions() {
    let class = Class::new();
    class.file("alice.zip", "no archive at all");
    class.file("bob/src/bin/echo-server.rs", "");
    let entries = class.list();
    assert_eq!(names(&entries), ["alice", "bob"]);
    assert!(entries[0].take(&ECHO).unwrap().content.is_err());
    all_have_a_server(&entries[1..]);
}
