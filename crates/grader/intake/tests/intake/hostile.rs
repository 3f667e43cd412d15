//! Submissions that try to do harm. No link is followed, none costs much, and each is refused with its reason.

use crate::packing::stored;
use crate::packing::{
    CLIENT, Class, ECHO, content, in_directory, refused, replaced, take, tarball, tarball_of, zip,
};
use intake::{Reason, Refusal, limits};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use tar::EntryType;

const SOURCE: (&str, &[u8]) = ("src/bin/echo-server.rs", b"fn main() {}");

#[test]
fn links_and_devices_in_a_tarball_are_refused() {
    let of = |kind| refused(tarball_of(&[("src/lib.rs", EntryType::Regular, b""), ("src/x.rs", kind, b"")]));
    assert_eq!(of(EntryType::Symlink), Refusal::SymbolicLink("src/x.rs".to_owned()));
    assert_eq!(of(EntryType::Link), Refusal::HardLink("src/x.rs".to_owned()));
    for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo] {
        assert_eq!(of(kind), Refusal::Special("src/x.rs".to_owned()));
    }
}

#[test]
fn links_and_devices_in_a_zip_are_refused() {
    // The type of a file is in the highest four bits of the attributes.
    let typed = |mode: u8| refused(in_directory(in_directory(zip(&[SOURCE]), 41, mode), 5, 3));
    assert!(matches!(typed(0o120 << 1), Refusal::SymbolicLink(_)));
    assert!(matches!(typed(0o020 << 1), Refusal::Special(_)));
    assert!(matches!(typed(0o010 << 1), Refusal::Special(_)));
}

#[test]
fn links_and_devices_in_a_folder_are_refused() {
    let refused = |make: &dyn Fn(&std::path::Path)| {
        let class = Class::new();
        class.file("alice/src/lib.rs", "");
        make(&class.path().join("alice"));
        class.only(&ECHO).content.unwrap_err()
    };
    assert!(matches!(
        refused(&|alice| symlink("/etc", alice.join("etc")).unwrap()),
        Refusal::SymbolicLink(_)
    ));
    assert!(matches!(
        refused(&|alice| symlink("lib.rs", alice.join("src/x.rs")).unwrap()),
        Refusal::SymbolicLink(_)
    ));
    let pipe = |alice: &std::path::Path| {
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, alice.join("pipe"), kind, 0o600.into(), 0).unwrap();
    };
    assert!(matches!(refused(&pipe), Refusal::Special(_)));
}

#[test]
fn a_copy_that_shares_files_with_an_earlier_one_is_a_copy() {
    let (before, class) = (Class::new(), Class::new());
    for (path, source) in [("alice/src/lib.rs", "alice/src/lib.rs"), ("bob.zip", "bob.zip")] {
        let packed = zip(&[("src/lib.rs", b"// the same")]);
        let content = if path.ends_with(".zip") { &packed[..] } else { b"// the same" };
        fs::create_dir_all(class.path().join(path).parent().unwrap()).unwrap();
        fs::hard_link(before.file(source, content), class.path().join(path)).unwrap();
    }
    for entry in class.list() {
        let content = content(entry.take(&ECHO).unwrap());
        assert_eq!(content.files["src/lib.rs"], b"// the same", "{entry:?}");
    }
}

#[test]
fn a_submission_that_is_itself_a_link_is_refused() {
    let elsewhere = Class::new();
    elsewhere.file("src/bin/echo-server.rs", "");
    let class = Class::new();
    symlink(elsewhere.path(), class.path().join("alice")).unwrap();
    symlink(elsewhere.path().join("src"), class.path().join("bob.zip")).unwrap();
    for entry in class.list() {
        let refusal = entry.take(&ECHO).unwrap().content.unwrap_err();
        assert!(matches!(refusal, Refusal::SymbolicLink(_)), "{refusal}");
    }
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    for (path, what) in
        [("../../x.rs", "leads out"), ("/etc/x.rs", "absolute"), ("src/../../x.rs", "leads out")]
    {
        let tarball = refused(tarball(&[SOURCE, (path, b"")])).to_string();
        assert!(tarball.contains(what), "{tarball}");
        let place = "y".repeat(path.len());
        let zip = replaced(zip(&[SOURCE, (&place, b"")]), place.as_bytes(), path.as_bytes());
        let zip = refused(zip).to_string();
        assert!(zip.contains(what), "{zip}");
    }
    let backslashes = replaced(zip(&[("yyyyyyyyyyy", b"")]), b"yyyyyyyyyyy", b"src\\..\\..\\x");
    assert!(matches!(refused(backslashes), Refusal::ParentFolder(_)));
}

#[test]
fn names_that_are_no_plain_text_are_refused_and_can_be_shown() {
    let named = |name: &[u8]| refused(replaced(zip(&[("yyyyyyyy", b"")]), b"yyyyyyyy", name));
    assert!(matches!(named(b"a\n::x::b"), Refusal::OddName(_)));
    assert!(matches!(named(b"\x1b[2Jaaaa"), Refusal::OddName(_)));
    let class = Class::new();
    let folder = class.path().join("alice");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(OsStr::from_bytes(b"\xff\xfe")), "").unwrap();
    assert!(matches!(class.list()[0].take(&ECHO).unwrap().content, Err(Refusal::NameNotText(_))));
    assert!(!named(b"\x1b[2J\r\n::").to_string().contains(char::is_control));
    let long = "a".repeat(300);
    assert!(matches!(refused(zip(&[(&long, b"")])), Refusal::LongName(_)));
}

#[test]
fn files_that_hide_each_other_are_refused() {
    assert!(matches!(refused(tarball(&[SOURCE, SOURCE])), Refusal::Duplicate(..)));
    let twice = replaced(zip(&[SOURCE, ("src/bin/yyyy-server.rs", b"")]), b"yyyy-server", b"echo-server");
    assert!(matches!(refused(twice), Refusal::Duplicate(..)));
    let folded = zip(&[SOURCE, ("src/bin/Echo-Server.rs", b"")]);
    assert!(matches!(refused(folded), Refusal::Duplicate(..)));
    assert!(matches!(refused(zip(&[("src/a", b""), ("src/a/b.rs", b"")])), Refusal::FileAndFolder(_)));
}

#[test]
fn a_tarball_that_unpacks_to_far_more_than_it_is_is_refused() {
    let zeros = vec![0; 3 * limits::RATIO_FROM as usize];
    let bomb = tarball(&[SOURCE, ("zeros", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(refused(&bomb), Refusal::Bomb);
    // The same if nothing of it counts.
    assert_eq!(refused(tarball(&[SOURCE, ("target/zeros", &zeros)])), Refusal::Bomb);
}

#[test]
fn a_zip_that_unpacks_to_far_more_than_it_is_is_refused() {
    let zeros = vec![0; 2 * limits::RATIO_FROM as usize];
    let bomb = zip(&[SOURCE, ("zeros", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(refused(&bomb), Refusal::Bomb);
}

#[test]
fn a_zip_that_lies_about_a_size_is_read_no_further_than_the_limit() {
    let zeros = vec![b' '; 2 * limits::FILE as usize];
    // Bytes 24 to 27 of an entry are the size. After the change it claims 0 to 255 bytes.
    let lies =
        (24..28).fold(zip(&[("src/lib.rs", &zeros)]), |archive, distance| in_directory(archive, distance, 0));
    let refusal = refused(lies);
    assert!(matches!(refusal, Refusal::TooLarge(limits::FILE) | Refusal::Broken(_)), "{refusal}");
}

#[test]
fn too_many_files_are_refused() {
    let names: Vec<String> = (0..=limits::FILES).map(|number| format!("src/m{number}.rs")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(refused(zip(&files)), Refusal::TooMany(limits::FILES));
    assert_eq!(refused(tarball(&files)), Refusal::TooMany(limits::FILES));
    let marks = b"PK\x01\x02".repeat(limits::ITEMS + 1);
    assert_eq!(refused(marks), Refusal::TooMany(limits::ITEMS));
}

#[test]
fn too_many_bytes_are_refused_and_too_large_files_ignored() {
    let text = vec![b' '; limits::FILE as usize];
    let names: Vec<String> =
        (0..=limits::TAKEN / limits::FILE).map(|number| format!("src/m{number}.rs")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &text[..])).collect();
    assert_eq!(refused(stored(&files)), Refusal::TooLarge(limits::TAKEN));
    let large = [&text[..], b"x"].concat();
    let taken = take(&ECHO, stored(&[SOURCE, ("src/large.rs", &large)]));
    assert_eq!(taken.ignored[0].reason, Reason::Large);
    assert_eq!(content(taken).files.len(), 1);
}

#[test]
fn archives_are_opened_so_deep_and_no_deeper() {
    let source = zip(&[SOURCE]);
    let wrapped = zip(&[("lab3.zip", &source)]);
    assert_eq!(content(take(&ECHO, &wrapped)).files.len(), 1);
    let deep = zip(&[("deep.zip", &wrapped)]);
    assert_eq!(refused(deep), Refusal::Nested);
}

#[test]
fn what_cannot_be_read_is_refused() {
    let encrypted = in_directory(zip(&[SOURCE]), 8, 1);
    assert!(matches!(refused(encrypted), Refusal::Encrypted(_)));
    assert!(matches!(refused("no archive"), Refusal::Broken(_)));
    assert!(matches!(refused(""), Refusal::Broken(_)));
    let whole = zip(&[SOURCE]);
    assert!(matches!(refused(&whole[..whole.len() / 2]), Refusal::Broken(_)));
    let whole = tarball(&[SOURCE]);
    assert!(matches!(refused(&whole[..whole.len() / 2]), Refusal::Broken(_)));
    let unknown_method = in_directory(zip(&[SOURCE]), 10, 99);
    assert!(matches!(refused(unknown_method), Refusal::Broken(_)));
}

#[test]
fn what_runs_at_compile_time_is_not_taken() {
    let taken = take(
        &CLIENT,
        zip(&[
            ("Cargo.toml", b"[dependencies]\nevil = { path = \"evil\" }"),
            ("build.rs", b"fn main() {}"),
            ("rust-toolchain.toml", b"[toolchain]"),
            (".cargo/config.toml", b"[build]\nrustc-wrapper = \"./evil\""),
            ("evil/src/lib.rs", b""),
            ("src/main.rs", b"fn main() {}"),
        ]),
    );
    let ignored: Vec<_> =
        taken.ignored.iter().map(|ignored| (ignored.path.as_str(), ignored.reason)).collect();
    let expected = [
        (".cargo/", Reason::Hidden),
        ("Cargo.toml", Reason::Manifest),
        ("build.rs", Reason::BuildScript),
        ("evil/", Reason::NothingInIt),
        ("rust-toolchain.toml", Reason::Toolchain),
    ];
    assert_eq!(ignored, expected);
    assert_eq!(content(taken).files.into_keys().collect::<Vec<_>>(), ["src/main.rs"]);
}
