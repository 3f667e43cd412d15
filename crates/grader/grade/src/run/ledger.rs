//! What has been found out about a class: the folder with the results, which at any moment holds all that is known.

mod parts;

use super::place::{self, JUNIT, KEY, SHEET, SUMMARY, SUMMARY_AS_TEXT};
use super::{Trouble, at};
use crate::arguments::Shard;
use checks::Suite;
use grade::class::{self, Class, Entry, Sheet, replace};
use grade::files::{self, Files};
use intake::Digest;
use model::{Clause, Fault};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// What must be the same for marks to be comparable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key {
    lab: String,
    seed: u64,
    /// A digest that changes with the grader.
    grader: String,
    shard: Option<String>,
    /// A digest of the names of all submissions, those of other shards too.
    class: String,
    /// Whether all submissions have been graded.
    #[serde(default)]
    finished: bool,
    /// Whether the seed was chosen by the user.
    #[serde(skip)]
    is_chosen: bool,
}

impl Key {
    pub(super) fn new(
        root: &Path,
        suite: &Suite,
        seed: Option<u64>,
        shard: Option<Shard>,
        class: &[intake::Entry],
    ) -> Result<Key, Trouble> {
        let names: Files = class.iter().map(|entry| (entry.name.clone(), Vec::new())).collect();
        Ok(Key {
            lab: suite.lab.name(),
            seed: seed.unwrap_or_else(|| fastrand::u64(..1_000_000_000)),
            grader: this_grader(root, &suite.lab.package())?,
            shard: shard.map(|shard| shard.to_string()),
            class: Digest::of(&names).to_string(),
            finished: false,
            is_chosen: seed.is_some(),
        })
    }
}

/// A digest of what decides: the sources of the grader and of the lab, from which this program was built, and the compiler. It is
/// the same on every machine that has the same course and compiler, as shards need it.
fn this_grader(root: &Path, package: &str) -> Result<String, Trouble> {
    let compiler = grade::workshop::compiler().map_err(|error| {
        Fault::new(format!("rustc cannot be started ({error}); its folder must be on the PATH"))
    })?;
    let mut files = Files::from([("rustc".to_owned(), compiler.into_bytes())]);
    for file in ["Cargo.toml", "Cargo.lock"] {
        let path = root.join(file);
        files.insert(file.to_owned(), fs::read(&path).map_err(at(&path))?);
    }
    files::add(root, "crates/grader", &mut files)?;
    files::add(root, &format!("labs/{package}"), &mut files)?;
    Ok(Digest::of(&files).to_string())
}

/// The results of a class.
pub(crate) struct Ledger {
    folder: PathBuf,
    suite: &'static Suite,
    clauses: &'static [&'static Clause],
    key: Key,
    entries: Vec<Entry>,
    /// What was found out in a run before.
    before: HashMap<String, Entry>,
    sheet: Option<Sheet<'static>>,
    /// Held as long as this may write; the kernel gives it back, however the process ends.
    _lock: Option<File>,
}

impl Ledger {
    /// Opens the folder for results, which is empty or gone on with.
    pub(super) fn open(
        folder: &Path,
        suite: &'static Suite,
        mut key: Key,
        resume: bool,
    ) -> Result<Ledger, Trouble> {
        let lock = Some(place::claim(folder)?);
        let there = read_key(folder)?;
        let shown = folder.display();
        let mut before = HashMap::new();
        if let Some(there) = there {
            let usage = |message: String| Err(Trouble::Usage(message));
            if !resume {
                return usage(format!(
                    "{shown} has results already; --resume goes on with them, or choose another folder"
                ));
            }
            if there.lab != key.lab || there.shard != key.shard {
                return usage(format!(
                    "{shown} has results of {}{}; choose another folder with --out",
                    there.lab,
                    there.shard.map_or(String::new(), |shard| format!(", part {shard}"))
                ));
            }
            if key.is_chosen && there.seed != key.seed {
                return usage(format!("{shown} has results with the seed {}; leave --seed out", there.seed));
            }
            key.seed = there.seed;
            if there.grader == key.grader {
                // There is none where a run was killed before the first mark.
                let rows = if folder.join(SHEET).exists() { read_rows(folder, suite)? } else { Vec::new() };
                before = rows.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
            } else {
                // Before the key says that it was this one that decided.
                class::remove(&folder.join(SHEET))?;
            }
        }
        let ledger = Ledger { before, _lock: lock, ..Ledger::empty(folder, suite, key) };
        ledger.write_key()?;
        Ok(ledger)
    }

    fn empty(folder: &Path, suite: &'static Suite, key: Key) -> Ledger {
        // For the rest of the process, like the clauses themselves.
        let clauses = suite.checks.iter().map(|check| &check.clause).collect::<Vec<_>>().leak();
        let (entries, before) = (Vec::new(), HashMap::new());
        Ledger { folder: folder.to_owned(), suite, clauses, key, entries, before, sheet: None, _lock: None }
    }

    /// Reads the results in a folder.
    pub(super) fn read(folder: &Path) -> Result<Ledger, Trouble> {
        let missing = || Trouble::Usage(format!("{}: there are no results", folder.display()));
        let key = read_key(folder)?.ok_or_else(missing)?;
        let suite = suite(&key.lab)?;
        let entries = read_rows(folder, suite)?;
        Ok(Ledger { entries, ..Ledger::empty(folder, suite, key) })
    }

    /// Puts the results of several folders into another.
    pub(super) fn merge(folder: &Path, parts: Vec<Ledger>) -> Result<Ledger, Trouble> {
        let Some(first) = parts.first() else {
            return Err(Trouble::Usage("there is nothing to merge".to_owned()));
        };
        parts::are_whole(&parts)?;
        let key = |part: &Ledger| Key { shard: None, finished: false, ..part.key.clone() };
        let mut merged = Ledger::empty(folder, first.suite, key(first));
        for part in &parts {
            if part.key.class != first.key.class {
                return Err(Trouble::Usage(format!(
                    "submissions came or went between {} and {}; grade both again with --resume",
                    first.folder.display(),
                    part.folder.display()
                )));
            }
            if key(part) != merged.key {
                let (one, other) = (&merged.key, &part.key);
                return Err(Trouble::Usage(format!(
                    "{} has results of {} with the seed {} by grader {}, the first has {}, {}, {}; leave it out, \
                     or grade both with the same seed, course and compiler",
                    part.folder.display(),
                    other.lab,
                    other.seed,
                    other.grader,
                    one.lab,
                    one.seed,
                    one.grader
                )));
            }
        }
        let mut entries: Vec<Entry> = parts.into_iter().flat_map(|part| part.entries).collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(pair) = entries.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(Trouble::Usage(format!("{} is in two of them; name each part once", pair[0].name)));
        }
        merged._lock = Some(place::claim(folder)?);
        // Parts that were graded further may be put together again.
        if read_key(folder)?.is_some_and(|there| Key { finished: false, ..there } != merged.key) {
            return Err(Trouble::Usage(format!(
                "{} has other results already; choose another folder",
                folder.display()
            )));
        }
        merged.write_key()?;
        merged.keep(entries)?;
        Ok(merged)
    }

    /// The seed of all checks.
    pub(super) fn seed(&self) -> u64 {
        self.key.seed
    }

    /// What a run before found out about a submission, if its content is the same now.
    pub(super) fn known(&self, name: &str, digest: Digest) -> Option<Entry> {
        let known = self.before.get(name)?;
        let holds = known.digest == digest.to_string() && known.is_decided(self.clauses);
        holds.then(|| known.clone())
    }

    /// Begins the sheet of marks with what holds already.
    pub(super) fn keep(&mut self, entries: Vec<Entry>) -> io::Result<()> {
        self.sheet = Some(Sheet::start(&self.folder.join(SHEET), self.clauses, &entries)?);
        self.entries = entries;
        Ok(())
    }

    /// What is known so far.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds what was found out about a submission; it is on disk when this returns.
    pub(super) fn add(&mut self, entry: Entry) -> io::Result<()> {
        if let Some(sheet) = &mut self.sheet {
            sheet.append(&entry)?;
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Writes what follows from all marks together, and removes what belongs to none of them. Returns the names of the submissions
    /// of which that was told.
    pub(super) fn close(&mut self) -> io::Result<Vec<String>> {
        self.entries.sort_by(|a, b| a.name.cmp(&b.name));
        let withdrawn = place::clear_others(&self.folder, &self.entries)?;
        self.keep(self.entries.clone())?;
        replace(&self.folder.join(SUMMARY), class::summary::markdown(&self.class()).as_bytes())?;
        replace(&self.folder.join(SUMMARY_AS_TEXT), self.summary().as_bytes())?;
        replace(&self.folder.join(JUNIT), class::junit::document(&self.class())?.as_bytes())?;
        self.key.finished = true;
        self.write_key()?;
        Ok(withdrawn)
    }

    /// Whether every submission has its marks.
    pub(crate) fn is_complete(&self) -> bool {
        self.entries.iter().all(|entry| entry.is_decided(self.clauses))
    }

    /// What the class missed, for a terminal.
    pub(crate) fn summary(&self) -> String {
        class::summary::text(&self.class())
    }

    fn class(&self) -> Class<'_> {
        Class { lab: &self.suite.lab, clauses: self.clauses, entries: &self.entries }
    }

    fn write_key(&self) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(&self.key).map_err(io::Error::from)?;
        replace(&self.folder.join(KEY), &text)
    }
}

/// What is written there about all marks, if anything is.
fn read_key(folder: &Path) -> Result<Option<Key>, Trouble> {
    let path = folder.join(KEY);
    let text = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text.map_err(at(&path))?,
    };
    let wrong = |error| format!("{} is not the grader's ({error}); choose another folder", path.display());
    serde_json::from_slice(&text).map(Some).map_err(|error| Trouble::Usage(wrong(error)))
}

fn read_rows(folder: &Path, suite: &Suite) -> Result<Vec<Entry>, Trouble> {
    let path = folder.join(SHEET);
    let clauses: Vec<&Clause> = suite.checks.iter().map(|check| &check.clause).collect();
    class::read(&path, &clauses).map_err(|error| {
        Trouble::Usage(format!(
            "{}: {error}; put it back as it was, or remove it and grade these submissions again with --resume",
            path.display()
        ))
    })
}

/// The lab of that name.
pub(crate) fn suite(name: &str) -> Result<&'static Suite, Trouble> {
    checks::suite(name).ok_or_else(|| {
        let names: Vec<String> = checks::suites().iter().map(|suite| suite.lab.name()).collect();
        Trouble::Usage(format!("unknown lab `{name}`; there are {}", names.join(", ")))
    })
}
