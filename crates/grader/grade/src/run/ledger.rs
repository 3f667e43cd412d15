//! What has been found out about a class: the folder with the results, which at any moment holds all that is known.

mod key;
mod parts;

pub(super) use key::Key;

use super::place::{self, JUNIT, KEY, SHEET, SUMMARY, SUMMARY_AS_TEXT};
use super::rulings::Rulings;
use super::{Task, Trouble};
use checks::Suite;
use grade::class::{self, Class, Entry, Readers, Sheet, replace};
use intake::Digest;
use model::Clause;
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

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
    readers: Readers,
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
        readers: Readers,
    ) -> Result<Ledger, Trouble> {
        let lock = Some(place::claim(folder, readers)?);
        let there = key::read(folder)?;
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
            key.fault_is_zero = there.fault_is_zero;
            if there.grader == key.grader {
                // There is none where a run was killed before the first mark.
                let rows = if folder.join(SHEET).exists() { read_rows(folder, suite)? } else { Vec::new() };
                before = rows.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
            } else {
                // Before the key says that it was this one that decided.
                class::remove(&folder.join(SHEET))?;
            }
        }
        let ledger = Ledger { before, _lock: lock, ..Ledger::empty(folder, suite, key, readers) };
        ledger.write_key()?;
        Ok(ledger)
    }

    fn empty(folder: &Path, suite: &'static Suite, key: Key, readers: Readers) -> Ledger {
        // For the rest of the process, like the clauses themselves.
        let clauses = suite.checks.iter().map(|check| &check.clause).collect::<Vec<_>>().leak();
        let (entries, before) = (Vec::new(), HashMap::new());
        let folder = folder.to_owned();
        Ledger { folder, suite, clauses, key, entries, before, sheet: None, readers, _lock: None }
    }

    /// Reads the results in a folder, to put them into another.
    pub(super) fn read(folder: &Path, readers: Readers) -> Result<Ledger, Trouble> {
        let missing = || Trouble::Usage(format!("{}: there are no results", folder.display()));
        let key = key::read(folder)?.ok_or_else(missing)?;
        let suite = suite(&key.lab)?;
        let rows = read_rows(folder, suite)?;
        let entries = rows.into_iter().map(|entry| ruled(entry, &key.fault_is_zero)).collect();
        Ok(Ledger { entries, ..Ledger::empty(folder, suite, key, readers) })
    }

    /// Puts the results of several folders into another.
    pub(super) fn merge(folder: &Path, parts: Vec<Ledger>) -> Result<Ledger, Trouble> {
        let Some(first) = parts.first() else {
            return Err(Trouble::Usage("there is nothing to merge".to_owned()));
        };
        parts::are_whole(&parts)?;
        let comparable = |key: Key| Key { finished: false, fault_is_zero: Rulings::default(), ..key };
        let key = |part: &Ledger| Key { shard: None, ..comparable(part.key.clone()) };
        let mut merged = Ledger::empty(folder, first.suite, key(first), first.readers);
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
        let mut rulings = Rulings::default();
        parts.iter().for_each(|part| rulings.extend(part.key.fault_is_zero.clone()));
        let mut entries: Vec<Entry> = parts.into_iter().flat_map(|part| part.entries).collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(pair) = entries.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(Trouble::Usage(format!("{} is in two of them; name each part once", pair[0].name)));
        }
        merged._lock = Some(place::claim(folder, merged.readers)?);
        // Parts that were graded further may be put together again.
        if key::read(folder)?.is_some_and(|there| comparable(there) != merged.key) {
            return Err(Trouble::Usage(format!(
                "{} has other results already; choose another folder",
                folder.display()
            )));
        }
        merged.key.fault_is_zero = rulings;
        merged.write_key()?;
        merged.keep(entries)?;
        Ok(merged)
    }

    /// The seed of all checks.
    pub(super) fn seed(&self) -> u64 {
        self.key.seed
    }

    /// Adds to what was decided before about faults that on the submissions so named they count as zero. Returns the names of those
    /// of which something was decided that holds no longer, since something else was handed in.
    pub(super) fn rule(&mut self, named: &BTreeSet<String>, tasks: &[Task]) -> io::Result<Vec<String>> {
        let digests: HashMap<&str, String> =
            tasks.iter().map(|task| (&*task.entry.name, task.digest_in_words())).collect();
        let rulings = &mut self.key.fault_is_zero;
        for name in named {
            if let Some(digest) = digests.get(&**name) {
                rulings.add(name, digest);
            }
        }
        let mut gone = rulings.keep_if(|name, digest| digests.get(name).is_some_and(|now| now == digest));
        // Of a submission that was withdrawn it is told at the end.
        gone.retain(|name| digests.contains_key(&**name));
        self.write_key()?;
        Ok(gone)
    }

    /// What has been decided about faults.
    pub(super) fn rulings(&self) -> &Rulings {
        &self.key.fault_is_zero
    }

    /// What a run before found out about a submission, if its content is the same now.
    pub(super) fn known(&self, name: &str, digest: Digest) -> Option<Entry> {
        let known = ruled(self.before.get(name)?.clone(), &self.key.fault_is_zero);
        let holds = known.digest == digest.to_string() && known.is_decided(self.clauses);
        holds.then_some(known)
    }

    /// Begins the sheet of marks with what holds already.
    pub(super) fn keep(&mut self, entries: Vec<Entry>) -> io::Result<()> {
        self.sheet = Some(Sheet::start(&self.folder.join(SHEET), self.clauses, &entries, self.readers)?);
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
        let write =
            |name: &str, text: String| replace(&self.folder.join(name), text.as_bytes(), self.readers);
        write(SUMMARY, class::summary::markdown(&self.class()))?;
        write(SUMMARY_AS_TEXT, self.summary())?;
        write(JUNIT, class::junit::document(&self.class())?)?;
        // What turned out to be decided without the instructor is not kept for another time.
        let with_fault = self.entries.iter().filter(|entry| entry.outcome.has_fault());
        let with_fault: BTreeSet<&str> = with_fault.map(|entry| &*entry.name).collect();
        self.key.fault_is_zero.keep_if(|name, _| with_fault.contains(name));
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
        replace(&self.folder.join(KEY), &text, self.readers)
    }
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

/// A submission with what was decided about the faults on it.
fn ruled(entry: Entry, rulings: &Rulings) -> Entry {
    let ruling = rulings.of(&entry.name, &entry.digest).filter(|_| entry.outcome.has_fault());
    Entry { ruling, ..entry }
}

/// The lab of that name.
pub(crate) fn suite(name: &str) -> Result<&'static Suite, Trouble> {
    checks::suite(name).ok_or_else(|| {
        let names: Vec<String> = checks::suites().iter().map(|suite| suite.lab.name()).collect();
        Trouble::Usage(format!("unknown lab `{name}`; there are {}", names.join(", ")))
    })
}
