//! The verdict on all clauses about a program that was handed in and cannot be started. The other programs are checked.

use model::{Failure, Fault, Kind, Verdict};
use sandbox::TemplateError;
use std::collections::BTreeMap;

/// How many characters of the message each of its clauses shows.
const WORDS: usize = 4096;

/// Programs that do not compile, each with what the compiler said.
pub(super) fn not_compiled(words: BTreeMap<String, String>) -> BTreeMap<String, Verdict> {
    let verdict = |program: &str, words: &str| {
        missed(format!("{program} does not compile"), "a program that compiles", words)
    };
    words.iter().map(|(program, words)| (program.clone(), verdict(program, words))).collect()
}

/// Programs whose commands cannot be used. If that may be the machine's fault, nothing is known about the program.
pub(super) fn not_started(errors: BTreeMap<String, TemplateError>) -> BTreeMap<String, Verdict> {
    let verdict = |program: &str, error: &TemplateError| match error.is_about_the_machine() {
        true => Verdict::Error(Fault::new(format!("{program} cannot be started: {error}"))),
        false => {
            missed(format!("{program} cannot be started"), "a command that can be used", &error.to_string())
        }
    };
    errors.iter().map(|(program, error)| (program.clone(), verdict(program, error))).collect()
}

fn missed(summary: String, expected: &str, words: &str) -> Verdict {
    let words: String = words.chars().take(WORDS).collect();
    Verdict::Failed(Box::new(Failure::new(Kind::NotStarted, summary).expected(expected).got(words)))
}
