//! Every check earns its place: each wrong program fails the clauses that its first lines name and no other,
//! each correct program passes all, and no clause is without a wrong program.

use rstest::rstest;
use runner::collection::{Specimen, collection, folder};
use std::collections::BTreeSet;
use std::path::PathBuf;
use tests::verdicts;

#[rstest]
fn a_wrong_program_fails_what_it_gets_wrong_and_nothing_else(
    #[files("programs/lab*/*/wrong/*")] path: PathBuf,
) {
    judge(&path);
}

#[rstest]
fn a_correct_program_passes_everything(#[files("programs/lab*/*/correct/*")] path: PathBuf) {
    judge(&path);
}

fn judge(path: &std::path::Path) {
    let specimen = Specimen::read(path).unwrap();
    let mut differing = Vec::new();
    for (id, check) in verdicts(&specimen) {
        let expected = if specimen.fails.contains(&id) { "failed" } else { "passed" };
        if check["status"] != expected {
            differing.push(format!("{id} should have {expected}:\n{check:#}"));
        }
    }
    assert!(differing.is_empty(), "{} ({})\n{}", path.display(), specimen.about, differing.join("\n"));
}

#[test]
fn every_clause_has_a_wrong_program() {
    let caught: BTreeSet<String> =
        collection(&folder()).unwrap().into_iter().flat_map(|specimen| specimen.fails).collect();
    let clauses = checks::suites().iter().flat_map(|suite| suite.checks).map(|check| check.clause.id);
    let escaping: Vec<&str> = clauses.filter(|id| !caught.contains(*id)).collect();
    assert!(escaping.is_empty(), "no wrong program fails {escaping:?}");
}
