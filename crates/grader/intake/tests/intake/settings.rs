//! Submissions in other languages.

use crate::packing::{CONCEPTS, ECHO, content, paths, take, zip};
use intake::{Reason, Refusal};

fn refused(settings: &str) -> String {
    take(&ECHO, zip(&[("submission.toml", settings.as_bytes())])).content.unwrap_err().to_string()
}

#[test]
fn all_files_of_another_language_are_taken_under_their_own_paths() {
    let settings = b"build = \"javac Main.java\"\n[programs]\necho-server = 'java Main {port}'\n";
    let taken = take(
        &ECHO,
        zip(&[
            ("jane/submission.toml", settings),
            ("jane/Main.java", b"class Main {}"),
            ("jane/lib/Line.java", b""),
            ("jane/.idea/x.xml", b""),
            ("other/readme.txt", b""),
        ]),
    );
    assert_eq!(
        taken.ignored.iter().map(|it| it.reason).collect::<Vec<_>>(),
        [Reason::Hidden, Reason::NothingInIt]
    );
    let content = content(taken);
    assert_eq!(content.files.keys().collect::<Vec<_>>(), ["Main.java", "lib/Line.java", "submission.toml"]);
    let settings = content.settings.unwrap();
    assert_eq!(settings.build.as_deref(), Some("javac Main.java"));
    assert_eq!(settings.programs["echo-server"], "java Main {port}");
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    let server = |command: &str| format!("[programs]\necho-server = \"{command}\"\n");
    let cases = [
        (String::new(), "missing field `programs`"),
        ("[programs]".to_owned(), "submission.toml:1:1: it names no program"),
        ("run = 1\n[programs]".to_owned(), "submission.toml:1:1: unknown field `run`"),
        ("[programs\n".to_owned(), "submission.toml:1:"),
        (
            "[programs]\n  echo-sever = \"x\"".to_owned(),
            "submission.toml:2:3: lab3 has no program echo-sever",
        ),
        (
            server("java Main {prot}"),
            "submission.toml:2:15: there is no placeholder {prot}; it may hold {port}",
        ),
        ("[programs]\necho-client = \"x\"".to_owned(), "the command must hold {host}"),
        (server("sh 'x"), "quote that is never closed"),
        (server(" "), "the command is empty"),
        (server("a\\nb"), "control characters"),
        (format!("build = \"\"\n{}", server("x")), "submission.toml:1:9: the command is empty"),
        (format!("#{}", "x".repeat(1 << 17)), "larger than 64 KiB"),
        (format!("#{}", "x".repeat(1 << 21)), "larger than 64 KiB"),
    ];
    for (settings, told) in cases {
        let refusal = refused(&settings);
        assert!(refusal.starts_with("submission.toml:") && refusal.contains(told), "{refusal}");
        assert_eq!(refusal.lines().count(), 1, "{refusal}");
    }
    let not_text = take(&ECHO, zip(&[("submission.toml", b"\n\xff")])).content.unwrap_err();
    assert!(matches!(not_text, Refusal::Settings { line: 2, column: 1, .. }));
}

#[test]
fn a_lab_without_programs_has_no_languages() {
    let files: [(&str, &[u8]); 2] = [("submission.toml", b"nonsense"), ("answers.toml", b"")];
    assert_eq!(paths(take(&CONCEPTS, zip(&files))), ["answers.toml"]);
}
