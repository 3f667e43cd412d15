//! The results of a class: a folder that at any moment holds everything that is known.

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
    /// The results of an earlier run.
    before: HashMap<String, Entry>,
    sheet: Option<Sheet<'static>>,
    readers: Readers,
    /// Held as long as this may write. The kernel releases it, however the process ends.
    _lock: Option<File>,
}

impl Ledger {
    /// Opens the folder for results, which is empty or holds results to continue.
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
                // There is no sheet if a run was killed before the first mark.
                let rows = if folder.join(SHEET).exists() { read_rows(folder, suite)? } else { Vec::new() };
                before = rows.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
            } else {
                // The old marks go before the key says that this grader gave them.
                class::remove(&folder.join(SHEET))?;
            }
        }
        let ledger = Ledger { before, _lock: lock, ..Ledger::empty(folder, suite, key, readers) };
        ledger.write_key()?;
        Ok(ledger)
    }

    fn empty(folder: &Path, suite: &'static Suite, key: Key, readers: Readers) -> Ledger {
        // They live for the rest of the process, like the clauses themselves.
        let clauses = suite.checks.iter().map(|check| &check.clause).collect::<Vec<_>>().leak();
        let (entries, before) = (Vec::new(), HashMap::new());
        let folder = folder.to_owned();
        Ledger { folder, suite, clauses, key, entries, before, sheet: None, readers, _lock: None }
    }

    /// Reads the results in a folder, to merge them into another.
    pub(super) fn read(folder: &Path, readers: Readers) -> Result<Ledger, Trouble> {
        let missing = || Trouble::Usage(format!("{}: there are no results", folder.display()));
        let key = key::read(folder)?.ok_or_else(missing)?;
        let suite = suite(&key.lab)?;
        let rows = read_rows(folder, suite)?;
        let entries = rows.into_iter().map(|entry| ruled(entry, &key.fault_is_zero)).collect();
        Ok(Ledger { entries, ..Ledger::empty(folder, suite, key, readers) })
    }

    /// Merges the results of several folders into another.
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
        // Parts may be graded further and merged again.
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

    /// Records that faults on the named submissions count as zero. Returns the names of the submissions whose earlier decision no longer
    /// holds, because something else was handed in.
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
        // A submission that was withdrawn is reported at the end.
        gone.retain(|name| digests.contains_key(&**name));
        self.write_key()?;
        Ok(gone)
    }

    /// The decisions about faults.
    pub(super) fn rulings(&self) -> &Rulings {
        &self.key.fault_is_zero
    }

    /// The result of an earlier run for a submission, if its content is still the same.
    pub(super) fn known(&self, name: &str, digest: Digest) -> Option<Entry> {
        let known = ruled(self.before.get(name)?.clone(), &self.key.fault_is_zero);
        let holds = known.digest == digest.to_string() && known.is_decided(self.clauses);
        holds.then_some(known)
    }

    /// Begins the sheet of marks with the marks that already hold.
    pub(super) fn keep(&mut self, entries: Vec<Entry>) -> io::Result<()> {
        self.sheet = Some(Sheet::start(&self.folder.join(SHEET), self.clauses, &entries, self.readers)?);
        self.entries = entries;
        Ok(())
    }

    /// The results so far.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds the result of a submission. It is on disk when this returns.
    pub(super) fn add(&mut self, entry: Entry) -> io::Result<()> {
        if let Some(sheet) = &mut self.sheet {
            sheet.append(&entry)?;
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Writes what follows from all marks together, and removes files of submissions that no longer exist. Returns the names of these
    /// submissions.
    pub(super) fn close(&mut self) -> io::Result<Vec<String>> {
        self.entries.sort_by(|a, b| a.name.cmp(&b.name));
        let withdrawn = place::clear_others(&self.folder, &self.entries)?;
        self.keep(self.entries.clone())?;
        let write =
            |name: &str, text: String| replace(&self.folder.join(name), text.as_bytes(), self.readers);
        write(SUMMARY, class::summary::markdown(&self.class()))?;
        write(SUMMARY_AS_TEXT, self.summary())?;
        write(JUNIT, class::junit::document(&self.class())?)?;
        // A decision about faults is dropped if the submission has no fault any more.
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

/// A submission with the decision about its faults.
fn ruled(entry: Entry, rulings: &Rulings) -> Entry {
    let ruling = rulings.of(&entry.name, &entry.digest).filter(|_| entry.outcome.has_fault());
    Entry { ruling, ..entry }
}

/// The lab with this name.
pub(crate) fn suite(name: &str) -> Result<&'static Suite, Trouble> {
    checks::suite(name).ok_or_else(|| {
        let names: Vec<String> = checks::suites().iter().map(|suite| suite.lab.name()).collect();
        Trouble::Usage(format!("unknown lab `{name}`; there are {}", names.join(", ")))
    })
}
