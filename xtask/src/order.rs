//! Turns the arguments into the runner's order: which checks, on which programs, and how.

use crate::arguments::{self, Conditions, Isolation};
use crate::course;
use crate::naming;
use crate::trouble::Trouble;
use checks::{Check, Suite};
use report::Origin;
use runner::{Confinement, IsolationChoice, Order, Source};
use std::hash::{BuildHasher, RandomState};

/// The order that the arguments ask for.
pub(crate) fn order(arguments: &arguments::Check) -> Result<Order, Trouble> {
    let suite = naming::suite(&arguments.lab)?;
    let source = source(suite, arguments.reference, &arguments.program)?;
    Ok(Order {
        suite,
        checks: selection(suite, &arguments.only, &source)?,
        source,
        document: arguments.document.clone(),
        keep: arguments.keep.clone(),
        seed: arguments.conditions.seed(),
        jobs: arguments.conditions.jobs(),
        isolation: arguments.conditions.isolation(),
        confinement: confinement(suite, arguments)?,
    })
}

fn confinement(suite: &Suite, arguments: &arguments::Check) -> Result<Confinement, Trouble> {
    let mut hidden = Vec::new();
    for folder in &arguments.hide {
        let trouble = |error| format!("--hide {}: {error}", folder.display());
        let folder = folder.canonicalize().or_else(|error| usage(trouble(error)))?;
        if folder.parent().is_none() {
            return usage(
                "--hide /: everything lies below it; give the folders that programs are not to see"
                    .to_owned(),
            );
        }
        if !folder.is_dir() {
            return usage(format!(
                "--hide {}: it is no folder; give the folder that it lies in",
                folder.display()
            ));
        }
        hidden.push(folder);
    }
    Ok(Confinement { limits: suite.limits.with(&arguments.limit), hidden })
}

impl Conditions {
    /// The seed asked for, or a new one.
    pub(crate) fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(fresh_seed)
    }

    /// How many checks run at the same time, if that was asked for.
    pub(crate) fn jobs(&self) -> Option<usize> {
        self.jobs.map(usize::from)
    }

    /// How checks are isolated.
    pub(crate) fn isolation(&self) -> IsolationChoice {
        match self.isolation {
            Isolation::Auto => IsolationChoice::Auto,
            Isolation::Full => IsolationChoice::Full,
            Isolation::None => IsolationChoice::None,
        }
    }
}

/// The options that repeat the same run, without a trailing space.
pub(crate) fn again(seed: u64, isolation: IsolationChoice) -> String {
    let isolation = match isolation {
        IsolationChoice::Auto => "",
        IsolationChoice::Full => " --isolation full",
        IsolationChoice::None => " --isolation none",
    };
    format!("--seed {seed}{isolation}")
}

/// What a report says about the command that repeats the same result.
pub(crate) fn origin(order: &Order) -> Origin {
    let mut words = vec![again(order.seed, order.isolation)];
    match &order.source {
        Source::Stubs => {}
        Source::Reference => words.push("--reference".to_owned()),
        Source::Templates(templates) => {
            let quoted = |template| shlex::try_quote(template).unwrap_or_default().into_owned();
            words.extend(templates.iter().map(|(name, text)| format!("--program {name}={}", quoted(text))));
        }
    }
    if let Some(document) = &order.document {
        let path = document.display().to_string();
        words.push(format!("--document {}", shlex::try_quote(&path).unwrap_or_default()));
    }
    let changes = order.confinement.limits.changes(order.suite.limits);
    words.extend(changes.iter().map(|change| format!("--limit {change}")));
    for folder in &order.confinement.hidden {
        let path = folder.display().to_string();
        words.push(format!("--hide {}", shlex::try_quote(&path).unwrap_or_default()));
    }
    Origin { command_suffix: words.join(" "), stubs: is_own(order) }
}

/// Whether everything that is checked is in the student's own folder.
pub(crate) fn is_own(order: &Order) -> bool {
    order.source == Source::Stubs && order.document.is_none()
}

/// The programs to check. The runner finds out whether a template is a command that can run.
pub(crate) fn source(suite: &'static Suite, reference: bool, programs: &[String]) -> Result<Source, Trouble> {
    if reference {
        course::need("crates/programs", "the reference programs are")?;
        return Ok(Source::Reference);
    }
    let mut templates: Vec<(String, String)> = Vec::new();
    for argument in programs {
        let Some((name, template)) = argument.split_once('=') else {
            let example = suite.lab.programs.first().map_or("NAME", |program| program.name);
            return usage(format!("--program {argument}: write it as {example}='COMMAND {{port}}'"));
        };
        naming::program(suite, name)?;
        if templates.iter().any(|(other, _)| other == name) {
            return usage(format!("--program {name} is given twice"));
        }
        templates.push((name.to_owned(), template.to_owned()));
    }
    Ok(if templates.is_empty() { Source::Stubs } else { Source::Templates(templates) })
}

/// The requested checks of the lab, in its order, about programs that exist.
fn selection(
    suite: &'static Suite,
    only: &[String],
    source: &Source,
) -> Result<Vec<&'static Check>, Trouble> {
    let is_there = |check: &Check| match source {
        Source::Stubs | Source::Reference => true,
        Source::Templates(templates) => templates.iter().any(|(name, _)| name == check.clause.program),
    };
    let mut asked = Vec::new();
    for id in only {
        let id = naming::check_of(suite, id)?.clause.id;
        if !suite.checks.iter().any(|check| check.clause.id == id && is_there(check)) {
            let programs = suite.programs_of(id).join(" and ");
            return usage(format!("{id} is about {programs}, which no --program names"));
        }
        asked.push(id);
    }
    let is_asked = |check: &Check| asked.is_empty() || asked.contains(&check.clause.id);
    let selected: Vec<_> = suite.checks.iter().filter(|check| is_there(check) && is_asked(check)).collect();
    if selected.is_empty() { usage("no clause is about these programs".to_owned()) } else { Ok(selected) }
}

fn usage<T>(message: String) -> Result<T, Trouble> {
    Err(Trouble::Usage(report::escape::text(&message).replace('\n', "\\n")))
}

/// Nine digits: enough to differ, short enough to type.
pub(crate) fn fresh_seed() -> u64 {
    RandomState::new().hash_one(std::process::id()) % 1_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{Arguments, Command};
    use clap::Parser;

    fn ordered(words: &[&str]) -> Result<Order, String> {
        let words = ["xtask", "check"].iter().chain(words);
        let Command::Check(check) = Arguments::try_parse_from(words).unwrap().command else { unreachable!() };
        order(&check).map_err(|trouble| match trouble {
            Trouble::Usage(message) => message,
            other => panic!("{other:?}"),
        })
    }

    fn ids(order: &Order) -> Vec<&str> {
        order.checks.iter().map(|check| check.clause.id).collect()
    }

    #[test]
    fn a_lab_alone_means_all_its_clauses_on_the_stubs() {
        let order = ordered(&["lab3"]).unwrap();
        assert_eq!(order.checks.len(), order.suite.checks.len());
        assert!(origin(&order).stubs);
    }

    #[test]
    fn clauses_come_in_the_labs_order_and_once() {
        let order = ordered(&["lab3", "--only", "l3.4,L3.1", "--only", "L3.4"]).unwrap();
        assert_eq!(ids(&order), ["L3.1", "L3.4"]);
    }

    #[test]
    fn a_template_narrows_the_run_to_its_program() {
        let order =
            ordered(&["lab3", "--seed", "7", "--program", "echo-server=python3 my.py {port}"]).unwrap();
        assert!(order.checks.iter().all(|check| check.clause.program == "echo-server"));
        assert_eq!(origin(&order).command_suffix, "--seed 7 --program echo-server='python3 my.py {port}'");
    }

    #[test]
    fn the_same_again_is_confined_as_before() {
        let order =
            ordered(&["lab3", "--seed", "7", "--limit", "memory=64", "--hide", "/usr/lib/.."]).unwrap();
        assert_eq!(origin(&order).command_suffix, "--seed 7 --limit memory=64 --hide /usr");
        assert!(ordered(&["lab3", "--hide", "/no/such/folder"]).is_err());
        assert!(ordered(&["lab3", "--hide", "/usr/.."]).is_err());
        assert!(ordered(&["lab3", "--hide", "/etc/passwd"]).is_err());
    }

    #[test]
    fn a_labs_own_limits_hold_where_no_other_is_asked_for() {
        for lab in ["lab3", "lab5"] {
            let order = ordered(&[lab, "--seed", "7"]).unwrap();
            assert_eq!(order.confinement.limits, order.suite.limits);
            assert_eq!(origin(&order).command_suffix, "--seed 7");
            let narrow = ordered(&[lab, "--limit", "tasks=64"]).unwrap().confinement.limits;
            assert_eq!((narrow.tasks, narrow.memory), (64, order.suite.limits.memory));
        }
    }

    #[test]
    fn what_makes_no_sense_is_told_in_one_line() {
        let cases: [(&[&str], &str); 4] = [
            (
                &["--program", "echo-server"],
                "--program echo-server: write it as echo-server='COMMAND {port}'",
            ),
            (
                &["--program", "echo-server=x", "--program", "echo-server=y"],
                "--program echo-server is given twice",
            ),
            (
                &["--program", "echo-server=x", "--only", "L3.10"],
                "L3.10 is about echo-client, which no --program names",
            ),
            (&["--only", "L3.x"], "unknown clause `L3.x`; did you mean `L3.1`?"),
        ];
        for (words, message) in cases {
            let words = [&["lab3"], words].concat();
            assert_eq!(ordered(&words).err().as_deref(), Some(message));
        }
    }
}
