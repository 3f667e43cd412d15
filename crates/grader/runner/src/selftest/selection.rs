//! Selects the files of the collection that are tried: those that are asked for, except those in languages that are not installed.

use super::{SelfTest, shown};
use crate::RunError;
use crate::collection::{self, Language, Specimen};
use checks::Suite;
use model::Lab;
use model::selftest::NotTried;

/// The files that are asked for.
pub(super) struct Selection {
    /// Those that are tried.
    pub(super) specimens: Vec<Specimen>,
    /// Those that cannot be tried, with their language and its missing command.
    left_out: Vec<(Specimen, &'static Language, &'static str)>,
}

impl Selection {
    /// Whether nothing of this lab was left out.
    pub(super) fn is_whole(&self, lab: &Lab) -> bool {
        self.left_out.iter().all(|(specimen, ..)| specimen.lab != lab.name())
    }

    /// What was left out, in the order of the languages' names.
    pub(super) fn not_tried(&self) -> Vec<NotTried> {
        let mut all: Vec<NotTried> = Vec::new();
        for (_, language, command) in &self.left_out {
            match all.iter_mut().find(|other| other.language == language.name) {
                Some(other) => other.programs += 1,
                None => all.push(NotTried { language: language.name, command, programs: 1 }),
            }
        }
        all.sort_by_key(|one| one.language);
        all
    }
}

impl SelfTest {
    /// The files of the collection that are asked for, after a check of their places and first lines.
    pub(super) fn select(&self) -> Result<Selection, RunError> {
        let mut selection = Selection { specimens: Vec::new(), left_out: Vec::new() };
        for specimen in self.specimens()? {
            let told = |error| format!("{}: {error}", specimen.path.display());
            let language = specimen.language().map_err(|error| RunError::Usage(told(error.to_string())))?;
            match language.and_then(|language| Some((language, language.missing()?))) {
                None => selection.specimens.push(specimen),
                Some((_, command)) if self.every_language => {
                    let missing = format!("`{command}` is needed, and is not on the PATH");
                    return Err(RunError::Usage(told(missing)));
                }
                Some((language, command)) => selection.left_out.push((specimen, language, command)),
            }
        }
        Ok(selection)
    }

    fn specimens(&self) -> Result<Vec<Specimen>, RunError> {
        let usage = |error: std::io::Error| RunError::Usage(error.to_string());
        let all_labs = self.suites.len() == checks::suites().len();
        let part = self.file.as_deref().unwrap_or_default();
        let mut chosen = Vec::new();
        for specimen in collection::collection(&self.collection).map_err(usage)? {
            let asked = self.suites.iter().any(|suite| suite.lab.name() == specimen.lab);
            let named = shown(&specimen.path).to_string_lossy().contains(part);
            // A file in a folder of no lab would otherwise never be tried.
            if named && (asked || all_labs) {
                let (suite, program) = specimen.place().map_err(usage)?;
                clauses_exist(&specimen, suite, program)?;
                chosen.push(specimen);
            }
        }
        if chosen.is_empty() && self.file.is_some() {
            let folder = self.collection.display();
            let message = format!("no file of these labs below {folder} has `{part}` in its path");
            return Err(RunError::Usage(message));
        }
        Ok(chosen)
    }
}

/// A misspelt clause would look like a missed failure, or would hide that nothing tests the other clause.
fn clauses_exist(specimen: &Specimen, suite: &Suite, program: &str) -> Result<(), RunError> {
    let exists = |id: &String| {
        suite.checks.iter().any(|check| check.clause.id == id && check.clause.program == program)
    };
    match specimen.fails.iter().find(|id| !exists(id)) {
        None => Ok(()),
        Some(id) => {
            let path = specimen.path.display();
            Err(RunError::Usage(format!("{path}: it names {id}, which is no clause of {program}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn a_lab_of_which_a_program_was_left_out_is_not_whole_and_the_others_are() {
        let specimen = |lab: &str| Specimen {
            path: PathBuf::from("wrong/ends.go"),
            lab: lab.to_owned(),
            program: String::new(),
            about: String::new(),
            arguments: None,
            fails: vec!["L3.17".to_owned()],
            says: None,
        };
        let left_out = |lab, language| {
            let language = Language::of(language).unwrap();
            (specimen(lab), language, language.commands().next().unwrap())
        };
        let left_out = vec![left_out("lab3", "rb"), left_out("lab3", "go"), left_out("lab3", "go")];
        let selection = Selection { specimens: vec![specimen("lab1")], left_out };
        let whole = checks::suites().iter().filter(|suite| selection.is_whole(&suite.lab));
        let whole: Vec<u32> = whole.map(|suite| suite.lab.number).collect();
        assert!(whole.contains(&1) && !whole.contains(&3), "{whole:?}");
        let told: Vec<_> = selection.not_tried().iter().map(|one| (one.command, one.programs)).collect();
        assert_eq!(told, [("go", 2), ("ruby", 1)]);
    }
}
