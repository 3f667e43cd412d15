//! The labs' clauses and the code that decides each: one module per lab. A check is a plain function with plain data beside it, and reads
//! like its clause: start the program, connect, expect, send, expect.
//!
//! What all checks share is in [`Session`], and what several labs do is in `kit`. Nothing here knows an output format or the command line.

#[macro_use]
mod rows;
mod kit;
mod lab0;
mod lab1;
mod lab2;
mod lab3;
mod lab4;
mod lab5;
mod lab6;

use model::{Clause, Lab, Step};
use sandbox::Limits;
use session::{Needs, Session};

/// A clause with the function that decides it.
#[derive(Debug)]
pub struct Check {
    /// The clause.
    pub clause: Clause,
    /// What it needs of the machine.
    pub needs: Needs,
    /// Decides it, in a session of its own.
    pub decide: fn(&mut Session) -> Step,
}

/// A lab with all its checks.
#[derive(Debug)]
pub struct Suite {
    /// The lab.
    pub lab: Lab,
    /// Its checks, in the order in which they are shown.
    pub checks: &'static [Check],
    /// What the programs of one check may use together: at least twice what the greediest known correct program needs, in any language and
    /// on a machine with many processors and 64 GiB of memory.
    pub limits: Limits,
    /// For a lab whose document holds questions that are drawn for each student.
    pub bank: Option<Bank>,
}

/// A lab's questions, of which each student answers a set.
#[derive(Debug)]
pub struct Bank {
    /// The document with the questions of this set, unanswered.
    pub draw: fn(u64) -> String,
    /// Whether a document may be replaced, because nothing is answered in it.
    pub is_unanswered: fn(&str) -> bool,
}

impl Suite {
    /// The programs that the clause with this id is about, in the lab's order.
    pub fn programs_of(&self, id: &str) -> Vec<&'static str> {
        let checks = self.checks.iter().filter(|check| check.clause.id == id);
        checks.map(|check| check.clause.program).collect()
    }

    /// The check that decides the clause with this id for this program.
    pub fn check(&self, id: &str, program: &str) -> Option<&'static Check> {
        self.checks.iter().find(|check| check.clause.id == id && check.clause.program == program)
    }
}

/// All labs, in the order of the course. The one place where labs are listed.
pub fn suites() -> &'static [Suite] {
    const SUITES: &[Suite] =
        &[lab0::SUITE, lab1::SUITE, lab2::SUITE, lab3::SUITE, lab4::SUITE, lab5::SUITE, lab6::SUITE];
    SUITES
}

/// The lab with this name, such as `lab3`.
pub fn suite(name: &str) -> Option<&'static Suite> {
    suites().iter().find(|suite| suite.lab.name() == name)
}

/// Clauses that need more open files than most systems allow by default, and how many they need.
pub fn open_files() -> impl Iterator<Item = (&'static str, u64)> {
    let checks = suites().iter().flat_map(|suite| suite.checks);
    let mut crowds: Vec<(&str, u64)> = checks.map(|check| (check.clause.id, check.needs.files)).collect();
    crowds.retain(|(_, files)| *files > 0);
    // Once for each clause, not for each of its programs.
    crowds.dedup();
    crowds.into_iter()
}

/// How many processes and threads a clause with a thousand clients takes: a server may have a process or two threads for each client.
pub const TASKS_FOR_A_THOUSAND: u64 = 3 * 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use model::Tier;
    use std::collections::HashSet;

    #[test]
    fn what_needs_files_is_a_clause_of_a_lab_that_allows_as_many() {
        for (id, files) in open_files() {
            let suite = suites().iter().find(|suite| !suite.programs_of(id).is_empty()).expect(id);
            assert!(files <= suite.limits.open_files, "{id}");
        }
    }

    #[test]
    fn core_clauses_of_each_lab_make_a_hundred_points() {
        for suite in suites() {
            let points: u32 = suite.checks.iter().map(|check| check.clause.points).sum();
            assert_eq!(points, 100, "{}", suite.lab.name());
            for Check { clause, .. } in suite.checks {
                assert_eq!(clause.points == 0, clause.tier == Tier::Stretch, "{}", clause.id);
            }
        }
    }

    #[test]
    fn every_clause_is_told_apart_and_told_in_full() {
        let mut ids = HashSet::new();
        for suite in suites() {
            for Check { clause, .. } in suite.checks {
                assert!(ids.insert((clause.id, clause.program)), "{} twice", clause.id);
                let letter = if clause.tier == Tier::Stretch { "S" } else { "" };
                assert!(clause.id.starts_with(&format!("L{}.{letter}", suite.lab.number)), "{}", clause.id);
                assert!(suite.lab.subjects().any(|subject| subject == clause.program), "{}", clause.id);
                let words = clause.words();
                for text in [&words.title, &words.lesson, &words.method].into_iter().chain(&words.hints) {
                    assert!(!text.is_empty(), "{}", clause.id);
                }
                assert!(!words.causes.is_empty() && !words.title.ends_with('.'), "{}", clause.id);
            }
            let told = suite.checks[0].clause.wording.keys();
            let unknown: Vec<&String> = told.filter(|id| suite.programs_of(id).is_empty()).collect();
            assert!(unknown.is_empty(), "words of no clause: {unknown:?}");
        }
    }
}
