//! A property of every submission: nothing that is taken is outside the submission, whatever its names are.

use crate::packing::{CLIENT, ECHO, take, tarball_of, zip};
use intake::{Content, limits};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::path::{Component, Path};
use tar::EntryType;

/// Parts of paths that have a special meaning somewhere.
fn part() -> impl Strategy<Value = String> {
    let known = [
        "src",
        "bin",
        "..",
        ".",
        "",
        "echo-server.rs",
        "lib.rs",
        "main.rs",
        "submission.toml",
        "target",
        "lab3-echo",
    ];
    prop_oneof![4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "[a-zA-Zé\\\\:\u{1b}. ]{1,4}"]
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(part(), 1..5).prop_map(|parts| parts.join("/"))
}

fn kind() -> impl Strategy<Value = EntryType> {
    prop_oneof![9 => Just(EntryType::Regular), 1 => Just(EntryType::Directory), 1 => Just(EntryType::Symlink)]
}

fn is_safe(content: &Content) -> bool {
    let is_inside = |path: &String| {
        let parts = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        parts
            && !path.contains(['\\', '\0'])
            && !path.contains(char::is_control)
            && path.len() <= limits::PATH
    };
    let has_settings = content.settings.is_some();
    content.files.keys().all(|path| {
        is_inside(path) && (has_settings || path.starts_with("src/") || path == "predictions.toml")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn no_path_taken_from_a_tarball_leaves_the_submission(
        entries in prop::collection::vec((path(), kind(), "[a-z]{0,9}"), 0..8)
    ) {
        let entries: Vec<_> = entries.iter().map(|(path, kind, text)| (path.as_str(), *kind, text.as_bytes())).collect();
        for lab in [ECHO, CLIENT] {
            if let Ok(content) = take(&lab, tarball_of(&entries)).content {
                prop_assert!(is_safe(&content), "{content:?}");
            }
        }
    }

    #[test]
    fn no_path_taken_from_a_zip_leaves_the_submission(paths in prop::collection::btree_set(path(), 0..8)) {
        let files: Vec<(&str, &[u8])> = paths.iter().map(|path| (path.as_str(), &b"x"[..])).collect();
        if let Ok(content) = take(&ECHO, zip(&files)).content {
            prop_assert!(is_safe(&content), "{content:?}");
        }
    }

    #[test]
    fn no_bytes_at_all_bring_the_intake_down(
        start in prop::sample::select(vec![&b"PK\x03\x04"[..], b"PK\x05\x06", b"\x1f\x8b\x08\x00", b""]),
        bytes in prop::collection::vec(any::<u8>(), 0..400)
    ) {
        let _ = take(&ECHO, [start, &bytes].concat());
    }

    #[test]
    fn no_damaged_archive_brings_the_intake_down(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for mut archive in [zip(&[("src/lib.rs", b"x"), ("src/a.rs", b"y")]), tarball_of(&[("src/lib.rs", EntryType::Regular, b"x")])] {
            let at = at.index(archive.len());
            archive[at] = byte;
            if let Ok(content) = take(&ECHO, archive).content {
                prop_assert!(is_safe(&content), "{content:?}");
            }
        }
    }
}
