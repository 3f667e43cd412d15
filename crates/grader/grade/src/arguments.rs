//! The command line. `cargo xtask grade …` passes everything after its name on to this program.

use clap::{ArgAction, ColorChoice, Parser, Subcommand};
use grade::class::Readers;
use grade::files::Files;
use intake::Digest;
use model::Ruling;
use report::escape;
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Grade a class, and join results that were graded in parts.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to colour the output; NO_COLOR is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", display_order = 100)]
    pub(crate) color: ColorChoice,
}

const GRADE_EXAMPLES: &str = "\
Examples:
  cargo xtask grade submissions --lab lab3 --out results
  cargo xtask grade moodle-export.zip --lab lab3 --out results
  cargo xtask grade submissions --lab lab3 --out results --resume
                                              continue after a stop, or with new submissions
  cargo xtask grade submissions --lab lab3 --out results/part-2 --shard 2/8 --seed 4711
                                              on the second of eight machines; the seed is the same on all
  cargo xtask grade submissions --lab lab3 --out results --resume --fault-is zero alice
                                              where the grader failed on alice's submission, she gets no points
  cargo xtask merge results/part-* --out results/all
                                              the class, when all machines are done

The files in docs/ do this on Slurm, GitHub Actions and GitLab.

The results are grades.csv, junit.xml, summary.md and, in a folder for each submission, feedback.md for the student,
result.json, gradescope.json and, with --classroom, classroom50.json. Each submission's files are written as soon as it is
graded. A submission that does not compile or cannot be taken gets no points, and the reason. If the grader itself could
not decide, there is no mark, and not a zero; --resume tries again. If it can never decide, --fault-is says what that counts
as. Only you can read the results, unless you give --readable-by-group.

Exit status: 0 every submission has its mark; 2 wrong use; 3 some have no mark, or submissions cannot be isolated on this
machine, and nothing was graded.";

const MERGE_EXAMPLES: &str = "\
Examples:
  cargo xtask merge results/part-* --out results/all

The parts must have the same lab, seed and grader. No part may be missing, and each must have been graded to its end.

Exit status: 0 every submission has its mark; 2 wrong use; 3 some have no mark.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Grades the submissions of a class; each is built and checked in isolation
    #[command(after_help = GRADE_EXAMPLES)]
    Grade(Box<Grade>),
    /// Joins the results of a class that was graded in parts
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(Merge),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Grade {
    /// What was handed in: a folder with a folder, a .zip, .tar.gz or .tar for each submission, the .zip that a learning platform
    /// exports, or a .csv with the columns name and path
    pub(crate) submissions: PathBuf,

    /// The lab, for example lab3
    #[arg(long)]
    pub(crate) lab: String,

    /// The folder for the results
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Continue with existing results: a submission with the same content, graded by the same grader, keeps its mark; results of
    /// submissions that are gone are removed
    #[arg(long)]
    pub(crate) resume: bool,

    /// Grade only one part of the class, for example 2/8; the name of a submission decides to which part it belongs
    #[arg(long, value_name = "PART/PARTS")]
    pub(crate) shard: Option<Shard>,

    /// How many submissions are graded at the same time [default: two for each processor, since they mostly wait]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,

    /// How many seconds of processor time and of sleep all checks of a submission may take together; the remaining clauses are
    /// then failed [default: 30 for each clause, ten times what the slowest correct programs need]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) time: Option<u64>,

    /// How many seconds of processor time, and of sleep, the build of a submission may take [default: 60]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) build_time: Option<u64>,

    /// The seed of random payloads, the same for all submissions [default: a random one, or that of existing results]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// If the grader itself fails on this submission, or on some of its clauses, that counts as zero points. NAME is its name in
    /// grades.csv; give the option once for each submission. All documents say so. --resume keeps it until the submission changes
    #[arg(long, num_args = 2, value_names = ["zero", "NAME"], action = ArgAction::Append)]
    fault_is: Vec<String>,

    /// Let your group read the results too: new folders get the mode 0750 and files 0640, instead of 0700 and 0600
    #[arg(long)]
    readable_by_group: bool,

    /// How submissions are isolated. There is one way, `full`: in namespaces, also while they are compiled, since that may run
    /// their code. If the system refuses namespaces, nothing is graded
    #[arg(long, value_name = "full", value_parser = full, default_value = "full")]
    isolation: String,

    /// The same as --isolation full
    #[arg(long)]
    require_isolation: bool,

    /// Also write classroom50.json, for the classroom with this short name in Classroom 50, and for kept marks too; submissions
    /// must then be named for their owners
    #[arg(long, value_name = "NAME")]
    classroom: Option<String>,

    /// The short name of the assignment in Classroom 50 [default: the lab]
    #[arg(long, value_name = "NAME", requires = "classroom")]
    assignment: Option<String>,
}

impl Grade {
    /// The short names of classroom and assignment, if Classroom 50 should get the results.
    pub(crate) fn classroom(&self) -> Option<(String, String)> {
        let assignment = self.assignment.as_ref().unwrap_or(&self.lab);
        self.classroom.clone().map(|classroom| (classroom, assignment.clone()))
    }

    /// The names of the submissions whose faults of the grader count as zero.
    ///
    /// # Errors
    /// When they should count as anything else. The user can correct that.
    pub(crate) fn fault_is_zero(&self) -> Result<BTreeSet<String>, String> {
        let name = |pair: &[String]| match pair {
            [value, name] if value == Ruling::Zero.name() => Ok(name.clone()),
            [value, name] => {
                let value = escape::text(value);
                let name = escape::text(name);
                Err(format!("the grader's faults cannot count as `{value}`; there is --fault-is zero {name}"))
            }
            _ => Err("--fault-is needs two words, as in --fault-is zero alice".to_owned()),
        };
        self.fault_is.chunks(2).map(name).collect()
    }

    /// Who may read what is written.
    pub(crate) fn readers(&self) -> Readers {
        readers(self.readable_by_group)
    }
}

fn readers(readable_by_group: bool) -> Readers {
    if readable_by_group { Readers::Group } else { Readers::Owner }
}

/// The only way in which submissions are isolated. `check` has others, since its users run what they have written themselves.
fn full(text: &str) -> Result<String, String> {
    match text {
        "full" => Ok(text.to_owned()),
        _ => Err("a class is graded with full isolation only: nobody could defend the marks otherwise; \
            `cargo xtask doctor` says what this machine lacks, and the cure"
            .to_owned()),
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Merge {
    /// Folders with the results of parts
    #[arg(required = true, value_name = "DIR")]
    pub(crate) results: Vec<PathBuf>,

    /// The folder for the results of all
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Let your group read the results too: new folders get the mode 0750 and files 0640, instead of 0700 and 0600
    #[arg(long)]
    readable_by_group: bool,
}

impl Merge {
    /// Who may read what is written.
    pub(crate) fn readers(&self) -> Readers {
        readers(self.readable_by_group)
    }
}

/// One part of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Its number, from 1.
    part: u64,
    parts: u64,
}

impl Shard {
    /// All parts of the same division.
    pub(crate) fn all(self) -> impl Iterator<Item = Shard> {
        (1..=self.parts).map(move |part| Shard { part, ..self })
    }

    /// Whether a submission belongs to this part. Its name alone decides, so each machine finds the same answer.
    pub(crate) fn holds(self, name: &str) -> bool {
        let digest = Digest::of(&Files::from([(name.to_owned(), Vec::new())]));
        digest.number() % self.parts == self.part - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let wrong = || "write it as 2/8, for the second of eight parts".to_owned();
        let (part, parts) = text.split_once('/').ok_or_else(wrong)?;
        let (part, parts) = (part.parse().map_err(|_| wrong())?, parts.parse().map_err(|_| wrong())?);
        if part == 0 || part > parts { Err(wrong()) } else { Ok(Shard { part, parts }) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_submission_belongs_to_one_part() {
        let shards: Vec<Shard> = (1..=8).map(|part| format!("{part}/8").parse().unwrap()).collect();
        let mut held = [0; 8];
        for number in 0..2000 {
            let name = format!("student-{number}");
            let holders: Vec<usize> = (0..8).filter(|index| shards[*index].holds(&name)).collect();
            assert_eq!(holders.len(), 1, "{name}");
            held[holders[0]] += 1;
        }
        assert!(held.iter().all(|count| (150..350).contains(count)), "{held:?}");
    }

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn faults_count_as_zero_or_as_nothing_at_all() {
        let named = |more: &[&str]| {
            let words = ["xtask", "grade", "submissions", "--lab=lab3", "--out=results"].iter().chain(more);
            let arguments = Arguments::try_parse_from(words).map_err(|error| error.to_string())?;
            let Command::Grade(grade) = arguments.command else { panic!("{arguments:?}") };
            grade.fault_is_zero()
        };
        let names = named(&["--fault-is", "zero", "bob", "--fault-is", "zero", "alice", "--resume"]).unwrap();
        assert_eq!(names, ["alice".to_owned(), "bob".to_owned()].into());
        assert!(named(&[]).unwrap().is_empty());
        for (wrong, told) in [
            (&["--fault-is", "passed", "bob"][..], "there is --fault-is zero bob"),
            (&["--fault-is", "zero", "--resume"], "2 values required"),
        ] {
            assert!(named(wrong).unwrap_err().contains(told), "{wrong:?}");
        }
    }

    #[test]
    fn isolation_is_full_and_nothing_else() {
        let graded = |more: &[&str]| {
            let words = ["xtask", "grade", "submissions", "--lab=lab3", "--out=results"].iter().chain(more);
            Arguments::try_parse_from(words).map_err(|error| error.to_string())
        };
        for full in [&[][..], &["--isolation", "full"], &["--require-isolation"]] {
            assert!(graded(full).is_ok(), "{full:?}");
        }
        for less in ["auto", "none"] {
            assert!(graded(&["--isolation", less]).unwrap_err().contains("doctor"), "{less}");
        }
    }

    #[test]
    fn a_part_that_there_cannot_be_is_refused() {
        for wrong in ["", "2", "0/8", "9/8", "a/8", "1/0", "2/8/1"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
