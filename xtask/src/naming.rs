//! Finds labs, clauses and programs by the names that people type. For an unknown name it suggests the nearest known one.

use crate::trouble::Trouble;
use checks::{self, Check, Suite};
use model::Program;

/// The lab called `lab3`, `3` or `lab3-echo`, in any case.
pub(crate) fn suite(name: &str) -> Result<&'static Suite, Trouble> {
    let is_named = |suite: &&Suite| {
        let lab = &suite.lab;
        let names = [lab.name(), lab.package(), lab.number.to_string()];
        names.iter().any(|right| right.eq_ignore_ascii_case(name))
    };
    let found = checks::suites().iter().find(is_named);
    found.ok_or_else(|| unknown("lab", name, checks::suites().iter().map(|suite| suite.lab.name())))
}

/// The check of the clause with this id, in any case, and its lab.
pub(crate) fn check(id: &str) -> Result<(&'static Suite, &'static Check), Trouble> {
    let all =
        || checks::suites().iter().flat_map(|suite| suite.checks.iter().map(move |check| (suite, check)));
    let found = all().find(|(_, check)| check.clause.id.eq_ignore_ascii_case(id));
    found.ok_or_else(|| unknown("clause", id, all().map(|(_, check)| check.clause.id.to_owned())))
}

/// The check of the clause with this id, in any case. It must be one of the lab's.
pub(crate) fn check_of(suite: &'static Suite, id: &str) -> Result<&'static Check, Trouble> {
    if let Some(check) = suite.checks.iter().find(|check| check.clause.id.eq_ignore_ascii_case(id)) {
        return Ok(check);
    }
    if let Ok((other, check)) = check(id) {
        let (id, right, wrong) = (check.clause.id, other.lab.name(), suite.lab.name());
        return Err(Trouble::Usage(format!("{id} is a clause of {right}, not of {wrong}")));
    }
    Err(unknown("clause", id, suite.checks.iter().map(|check| check.clause.id.to_owned())))
}

/// The lab's program with this name.
pub(crate) fn program(suite: &'static Suite, name: &str) -> Result<&'static Program, Trouble> {
    if let ([], Some(document)) = (suite.lab.programs, suite.lab.document) {
        let lab = suite.lab.name();
        let message = format!(
            "{lab} asks for no program, but for {document}; `check {lab} --document FILE` checks one"
        );
        return Err(Trouble::Usage(message));
    }
    let names = suite.lab.programs.iter().map(|program| program.name.to_owned());
    suite.lab.program(name).ok_or_else(|| unknown(&format!("program of {}", suite.lab.name()), name, names))
}

fn unknown(what: &str, name: &str, right: impl Iterator<Item = String>) -> Trouble {
    let name = report::escape::text(name).replace('\n', "\\n");
    Trouble::Usage(format!("unknown {what} `{name}`{}", report::text::did_you_mean(&name, right)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T>(result: Result<T, Trouble>) -> String {
        match result {
            Err(Trouble::Usage(message)) => message,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("this should not be found"),
        }
    }

    #[test]
    fn names_are_found_in_any_case() {
        for name in ["lab3", "LAB3", "3", "lab3-echo"] {
            assert_eq!(suite(name).unwrap().lab.number, 3);
        }
        assert_eq!(check("l3.s1").unwrap().1.clause.id, "L3.S1");
    }

    #[test]
    fn a_wrong_name_brings_up_the_nearest_right_one() {
        let lab3 = suite("lab3").unwrap();
        assert_eq!(message(suite("lba3")), "unknown lab `lba3`; did you mean `lab3`?");
        assert_eq!(message(check("L3.S11")), "unknown clause `L3.S11`; did you mean `L3.S1`?");
        assert_eq!(message(check_of(lab3, "3.4")), "unknown clause `3.4`; did you mean `L3.4`?");
        assert_eq!(
            message(program(lab3, "echoserver")),
            "unknown program of lab3 `echoserver`; did you mean `echo-server`?"
        );
    }

    #[test]
    fn a_clause_of_another_lab_is_told_as_such() {
        assert_eq!(message(check_of(suite("3").unwrap(), "l1.1")), "L1.1 is a clause of lab1, not of lab3");
    }
}
