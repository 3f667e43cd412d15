//! An invented class of lab 3 with known marks: right and wrong programs of the collection put together, in Rust and in other languages,
//! programs that do not compile or that attack the grader, and folders without content, in all packings in which submissions come.

mod following;
mod hostile;
mod judgement;
mod packing;

pub use following::follow;
pub use judgement::{misjudged, sheet};

use runner::collection::{self, Specimen};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

const LAB: &str = "lab3";
/// A right program for each of the lab's programs, in Rust and in Python.
const RIGHT: [(&str, &str, &str); 4] = [
    ("echo-server", "plain.rs", "bytearray.py"),
    ("echo-client", "deadline.rs", "partition.py"),
    ("echo-server-threaded", "plain.rs", "threading-module.py"),
    ("bounded-listener", "second-listen.rs", "readline.py"),
];
/// After this many submissions the kinds repeat.
const KINDS: usize = 20;

/// One submission of the class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name in the class.
    pub name: String,
    /// The expected result.
    pub deserves: Deserves,
    /// The sources of a Rust submission, by their paths below the lab's `src/bin`.
    pub sources: BTreeMap<String, String>,
}

/// The expected result of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deserves {
    /// It misses these clauses and no other.
    Missing(BTreeSet<String>),
    /// No part of it compiles.
    NotCompiled,
    /// Nothing of it is taken.
    Refusal,
}

/// The programs to choose from.
struct Collection {
    right: BTreeMap<&'static str, [String; 2]>,
    wrong: Vec<(Specimen, String)>,
}

/// Writes a class of `count` submissions to a folder. The same seed writes the same class.
///
/// # Errors
/// When the collection cannot be read, or the folder cannot be written to.
pub fn write(folder: &Path, count: usize, seed: u64) -> io::Result<Vec<Member>> {
    let collection = Collection::read()?;
    let mut random = fastrand::Rng::with_seed(seed);
    let mut members: Vec<Member> = Vec::new();
    for index in 0..count {
        let name = format!("student-{index:03}");
        let (files, member) = collection.submission(index, name, &members, &mut random);
        packing::pack(&files, &member, index, folder)?;
        members.push(member);
    }
    Ok(members)
}

/// The search path for the class's interpreters, with the system's folders first. Scripts in other folders that replace an interpreter
/// start many times slower.
pub fn path() -> OsString {
    let mut path = OsString::from("/usr/local/bin:/usr/bin:/bin:");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    path
}

/// All clauses about a program.
pub fn clauses_of(program: &str) -> impl Iterator<Item = String> {
    let checks = checks::suite(LAB).into_iter().flat_map(|suite| suite.checks);
    checks.filter(move |check| check.clause.program == program).map(|check| check.clause.id.to_owned())
}

type Files = BTreeMap<String, String>;

impl Collection {
    fn read() -> io::Result<Collection> {
        let folder = collection::folder();
        let right = |(program, rust, python): (&'static str, &str, &str)| {
            let correct = folder.join(LAB).join(program).join("correct");
            let read = |file: &str| fs::read_to_string(correct.join(file));
            Ok((program, [read(rust)?, read(python)?]))
        };
        let is_usable = |specimen: &Specimen| {
            // It is also handed in as a crate's source, and gets the usual arguments then.
            let has_usual_arguments = specimen.arguments.is_none();
            let is_wrong = specimen.lab == LAB && !specimen.fails.is_empty() && has_usual_arguments;
            is_wrong && (is_in(specimen, "rs") || is_in(specimen, "py"))
        };
        let specimens = collection::collection(&folder)?.into_iter().filter(is_usable);
        let with_text = |specimen: Specimen| specimen.text().map(|text| (specimen, text));
        Ok(Collection {
            right: RIGHT.into_iter().map(right).collect::<io::Result<_>>()?,
            wrong: specimens.map(with_text).collect::<io::Result<_>>()?,
        })
    }

    fn submission(
        &self,
        index: usize,
        name: String,
        others: &[Member],
        random: &mut fastrand::Rng,
    ) -> (Files, Member) {
        let mut missing = BTreeSet::new();
        let mut sources = self.rust(&name);
        let kind = index % KINDS;
        let deserves = match kind {
            0..4 => Deserves::Missing(missing),
            4..12 => {
                for _ in 0..=usize::from(kind >= 10) {
                    let (program, text) = self.a_mistake("rs", &mut missing, random);
                    sources.insert(format!("{program}.rs"), text);
                }
                Deserves::Missing(missing)
            }
            12 => {
                sources.insert(
                    "echo-client.rs".to_owned(),
                    "fn main() { let answer: u8 = \"HELLO\"; }".to_owned(),
                );
                Deserves::Missing(clauses_of("echo-client").collect())
            }
            13 => {
                sources.values_mut().for_each(|text| text.push_str("\n}\n"));
                Deserves::NotCompiled
            }
            14 => {
                sources.insert(
                    "echo-server.rs".to_owned(),
                    hostile::ALL[index / KINDS % hostile::ALL.len()].to_owned(),
                );
                Deserves::Missing(clauses_of("echo-server").collect())
            }
            15 | 16 => return self.python(kind == 16, name, random),
            17 => {
                // A program that is not handed in is the untouched stub.
                sources.retain(|path, _| path == "echo-server.rs");
                let others = RIGHT.iter().filter(|(program, ..)| *program != "echo-server");
                Deserves::Missing(others.flat_map(|(program, ..)| clauses_of(program)).collect())
            }
            18 => {
                let notes = Files::from([("notes.txt".to_owned(), "I was ill.\n".to_owned())]);
                return (notes, Member { name, deserves: Deserves::Refusal, sources: Files::new() });
            }
            _ => {
                // The same content as an earlier submission.
                let before: Vec<&Member> = others.iter().filter(|other| !other.sources.is_empty()).collect();
                let same = before[random.usize(..before.len())];
                sources = same.sources.clone();
                same.deserves.clone()
            }
        };
        let files = sources.iter().map(|(path, text)| (format!("src/bin/{path}"), text.clone())).collect();
        (files, Member { name, deserves, sources })
    }

    /// The right programs in Rust, with a line that no other submission has.
    fn rust(&self, name: &str) -> Files {
        let source = |(program, [rust, _]): (&&str, &[String; 2])| {
            (format!("{program}.rs"), format!("// By {name}.\n{rust}"))
        };
        self.right.iter().map(source).collect()
    }

    fn python(&self, is_wrong: bool, name: String, random: &mut fastrand::Rng) -> (Files, Member) {
        let source =
            |(program, [_, python]): (&&str, &[String; 2])| (format!("{program}.py"), python.clone());
        let mut files: Files = self.right.iter().map(source).collect();
        let mut missing = BTreeSet::new();
        if is_wrong {
            let (program, text) = self.a_mistake("py", &mut missing, random);
            files.insert(format!("{program}.py"), text);
        }
        let arguments = |program: &str| match program {
            "echo-client" => "{host} {port} {timeout_ms}",
            _ => "{port}",
        };
        let command =
            |program: &&str| format!("{program} = \"python3 {program}.py {}\"\n", arguments(program));
        let settings = format!("[programs]\n{}", self.right.keys().map(command).collect::<String>());
        files.insert("submission.toml".to_owned(), settings);
        (files, Member { name, deserves: Deserves::Missing(missing), sources: Files::new() })
    }

    /// A wrong program. Its clauses are added to the missing ones. Two wrong programs in one submission are different programs of the lab.
    fn a_mistake(
        &self,
        language: &str,
        missing: &mut BTreeSet<String>,
        random: &mut fastrand::Rng,
    ) -> (String, String) {
        let is_free = |specimen: &Specimen| clauses_of(&specimen.program).all(|id| !missing.contains(&id));
        let choice: Vec<_> = self
            .wrong
            .iter()
            .filter(|(specimen, _)| is_in(specimen, language) && is_free(specimen))
            .collect();
        let (specimen, text) = choice[random.usize(..choice.len())];
        missing.extend(specimen.fails.iter().cloned());
        (specimen.program.clone(), text.clone())
    }
}

fn is_in(specimen: &Specimen, extension: &str) -> bool {
    matches!(specimen.language(), Ok(Some(language)) if language.extension == extension)
}
