//! What learning platforms export, as a folder and as an archive.

use crate::packing::{Class, ECHO, paths, tarball, zip};
use intake::Entry;
use std::fs;

const SERVER: [&str; 1] = ["src/bin/echo-server.rs"];

fn names(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.name.as_str()).collect()
}

/// The submissions of a class with these files, unpacked and as one archive.
fn both_ways(files: &[(&str, &[u8])], see: impl Fn(Vec<Entry>)) {
    let class = Class::new();
    for (path, content) in files {
        class.file(path, content);
    }
    see(class.list());
    let elsewhere = Class::new();
    see(intake::list(&elsewhere.file("export.zip", zip(files))).unwrap());
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
fn gradescope() {
    let files: [(&str, &[u8]); 3] = [
        ("assignment_7_export/submission_1/src/bin/echo-server.rs", b""),
        ("assignment_7_export/submission_2/echo-server.rs", b""),
        ("assignment_7_export/submission_metadata.yml", b""),
    ];
    let class = Class::new();
    let entries = intake::list(&class.file("export.zip", zip(&files))).unwrap();
    assert_eq!(names(&entries), ["submission_1", "submission_2"]);
    all_have_a_server(&entries);
    let class = Class::new();
    for (path, content) in files {
        class.file(path, content);
    }
    let entries = intake::list(&class.path().join("assignment_7_export")).unwrap();
    assert_eq!(names(&entries), ["submission_1", "submission_2"]);
    all_have_a_server(&entries);
}

#[test]
fn a_folder_of_folders_and_archives() {
    let class = Class::new();
    class.file("alice/src/bin/echo-server.rs", "");
    class.file("alice.zip", zip(&[("echo-server.rs", b"")]));
    class.file("bob.tgz", tarball(&[("echo-server.rs", b"")]));
    class.file("grades.csv", "");
    class.file(".hidden/src/bin/echo-server.rs", "");
    let entries = class.list();
    let originals: Vec<_> = entries.iter().map(|entry| entry.original.as_str()).collect();
    assert_eq!(originals, ["alice", "alice.zip", "bob.tgz"]);
    let names = names(&entries);
    assert!(
        names[0] != names[1] && names[0].starts_with("alice-") && names[1].starts_with("alice-"),
        "{names:?}"
    );
    all_have_a_server(&entries);
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
    let entries = intake::list(&list).unwrap();
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
    let told = |path: &std::path::Path| intake::list(path).unwrap_err().to_string();
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
fn listing_does_not_look_into_submissions() {
    let class = Class::new();
    class.file("alice.zip", "no archive at all");
    class.file("bob/src/bin/echo-server.rs", "");
    let entries = class.list();
    assert_eq!(names(&entries), ["alice", "bob"]);
    assert!(entries[0].take(&ECHO).unwrap().content.is_err());
    all_have_a_server(&entries[1..]);
}
