//! The command line. `cargo xtask grade …` hands everything behind its name on to this program.

use clap::{ColorChoice, Parser, Subcommand};
use grade::files::Files;
use intake::Digest;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Grade a class, and put together what was graded in parts.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Grade the submissions of a class
    ///
    /// SUBMISSIONS is a folder with a folder or an archive for each submission, the .zip that a learning platform exports, or a
    /// .csv with the columns name and path. Exit status: 0 when every submission has its marks, whatever they are; 2 for wrong
    /// use; 3 when the grader failed on one or more, which then have no mark.
    Grade(Grade),
    /// Put together the results of shards
    Merge(Merge),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Grade {
    /// What was handed in
    pub(crate) submissions: PathBuf,
    /// The lab, such as lab3
    #[arg(long)]
    pub(crate) lab: String,
    /// The folder for the results
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Go on with the results that are there: a submission of the same content is not graded again
    #[arg(long)]
    pub(crate) resume: bool,
    /// Grade one part of the class, such as 2/8
    #[arg(long, value_name = "PART/PARTS")]
    pub(crate) shard: Option<Shard>,
    /// How many submissions are graded at the same time [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
    /// The seed of all random values, the same for all submissions [default: a random one, or that of the results that are there]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Merge {
    /// Folders with results of the same lab and seed
    #[arg(required = true)]
    pub(crate) results: Vec<PathBuf>,
    /// The folder for the results of all
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// One part of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Its number, from 1.
    part: u64,
    parts: u64,
}

impl Shard {
    /// Whether a submission belongs to it: by its name alone, so that each machine finds out by itself.
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
    fn a_part_that_there_cannot_be_is_refused() {
        for wrong in ["", "2", "0/8", "9/8", "a/8", "1/0", "2/8/1"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
