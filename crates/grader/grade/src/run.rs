//! Grades a class from beginning to end: finds out which submissions have to be graded, builds and checks each of them, and writes every
//! result as soon as it is known.

mod broken;
mod found;
mod hiding;
pub(crate) mod ledger;
mod place;
mod preparation;
mod products;
mod rulings;
mod submission;
mod telling;

use crate::arguments::{self, Shard};
use crate::progress::Progress;
use checks::Suite;
use grade::class::Entry;
use intake::{Digest, Ignored, Listing};
use ledger::{Key, Ledger};
use model::Fault;
use report::escape;
use report::text::did_you_mean;
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use submission::Grading;
use telling::Teller;

/// How many submissions are graded at the same time for each processor: while one is compiled, another mostly waits for its peers.
const JOBS: usize = 2;

/// Why a class is not graded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// The user can correct it.
    #[error("{0}")]
    Usage(String),
    /// The grader itself failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Trouble::Fault(error.into())
    }
}

/// An error of the file system, with its path.
fn at(path: &Path) -> impl Fn(io::Error) -> Trouble {
    move |error| Trouble::Fault(Fault::new(format!("{}: {error}", path.display())))
}

/// A submission that has to be graded.
struct Task {
    entry: intake::Entry,
    /// `None` if it was refused.
    digest: Option<Digest>,
}

impl Task {
    fn new(entry: intake::Entry, suite: &Suite) -> Task {
        // Only the digest is kept, since a class may not fit into memory. An error in reading is reported when the submission is graded.
        let content = entry.take(&suite.lab).ok().and_then(|taken| taken.content.ok());
        Task { digest: content.map(|content| content.digest), entry }
    }

    /// The digest as it stands in the results.
    fn digest_in_words(&self) -> String {
        self.digest.map(|digest| digest.to_string()).unwrap_or_default()
    }
}

/// Grades a class. Returns all results, including those of earlier runs.
pub(crate) fn grade(arguments: &arguments::Grade, suite: &'static Suite) -> Result<Ledger, Trouble> {
    let Listing { entries: listed, ignored } =
        intake::list(&arguments.submissions).map_err(|error| Trouble::Usage(error.to_string()))?;
    let fault_is_zero = fault_is_zero(arguments, &listed)?;
    require_isolation()?;
    let root = runner::workspace_root();
    let key = Key::new(&root, suite, arguments.seed, arguments.shard, &listed)?;
    let readers = arguments.readers();
    place::make(&arguments.out, readers)?;
    let hidden = hiding::folders(&root, arguments, &listed)?;
    let mut ledger = Ledger::open(&arguments.out, suite, key, arguments.resume, readers)?;
    for Ignored { path, reason } in &ignored {
        anstream::eprintln!("ignored: {}: {reason}", escape::text(path));
    }
    let is_ours = |entry: &intake::Entry| arguments.shard.is_none_or(|shard: Shard| shard.holds(&entry.name));
    let tasks: Vec<Task> = listed.into_iter().filter(is_ours).map(|entry| Task::new(entry, suite)).collect();
    for name in ledger.rule(&fault_is_zero, &tasks)? {
        anstream::eprintln!(
            "{name} has handed in something else: what --fault-is said about it holds no longer"
        );
    }
    let teller = Teller { suite, seed: ledger.seed(), classroom: arguments.classroom(), readers };
    let tasks = what_to_do(tasks, &mut ledger, &teller, &arguments.out)?;
    let progress = Progress::new();
    let workshop = preparation::workshop(&root, &suite.lab, &hidden, &progress)?;
    let workshop = match arguments.build_time {
        Some(seconds) => workshop.with_time(seconds),
        None => workshop,
    };
    let work = arguments.out.canonicalize()?.join(place::WORK);
    // Submissions that keep their mark may not have this file yet.
    ledger.entries().iter().try_for_each(|entry| teller.classroom50(&arguments.out, entry))?;
    readers.make_folder(&work)?;
    let time = arguments.time.map_or_else(|| runner::usual_time(suite), Duration::from_secs);
    let rulings = ledger.rulings().clone();
    let grading = Grading::new(teller, rulings, workshop, work, hidden, time, &tasks_by_digest(&tasks));
    progress.start(tasks.len());
    let jobs = arguments.jobs.unwrap_or_else(|| JOBS * processors()).clamp(1, tasks.len().max(1));
    let graded = grade_all(&tasks, jobs, &grading, &arguments.out, ledger, &progress);
    progress.clear();
    let ledger = graded?;
    grading.close()?;
    let ledger = close(ledger)?;
    for entry in ledger.entries() {
        if fault_is_zero.contains(&entry.name) && !entry.outcome.has_fault() {
            anstream::eprintln!(
                "--fault-is changes nothing for {}: there is no fault of the grader's",
                entry.name
            );
        }
    }
    Ok(ledger)
}

/// Grades all of these, `jobs` at the same time, and keeps each result before the next submission begins.
fn grade_all(
    tasks: &[Task],
    jobs: usize,
    grading: &Grading,
    out: &Path,
    ledger: Ledger,
    progress: &Progress,
) -> Result<Ledger, Trouble> {
    let (next, ledger) = (AtomicUsize::new(0), Mutex::new(ledger));
    let broken = Mutex::new(None);
    runner::with_hands(jobs, || {
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            progress.begin(&task.entry.name);
            let entry = grading.grade(&task.entry, out);
            let added = ledger.lock().unwrap_or_else(PoisonError::into_inner).add(entry);
            if let Err(error) = added {
                // If results cannot be kept, there is no point in going on.
                next.store(tasks.len(), Ordering::Relaxed);
                *broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            }
            progress.done(&task.entry.name);
        }
    });
    match broken.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error.into()),
        None => Ok(ledger.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

/// The names of the submissions whose faults count as zero. Each must be in the class.
fn fault_is_zero(
    arguments: &arguments::Grade,
    listed: &[intake::Entry],
) -> Result<BTreeSet<String>, Trouble> {
    let names = arguments.fault_is_zero().map_err(Trouble::Usage)?;
    let is_known = |name: &&String| listed.iter().any(|entry| entry.name == **name);
    match names.iter().find(|name| !is_known(name)) {
        None => Ok(names),
        Some(name) => {
            let nearest = did_you_mean(name, listed.iter().map(|entry| entry.name.clone()));
            Err(Trouble::Usage(format!("there is no submission `{name}`{nearest}")))
        }
    }
}

/// Makes sure, before anything is graded or written, that submissions can be isolated here as required.
fn require_isolation() -> Result<(), Trouble> {
    runner::require_isolation()
        .map_err(|fault| Fault::new(format!("nothing was graded: {}", fault.message)).into())
}

/// Separates the submissions that were graded before, with the same content and by the same grader.
fn what_to_do(
    tasks: Vec<Task>,
    ledger: &mut Ledger,
    teller: &Teller,
    out: &Path,
) -> Result<Vec<Task>, Trouble> {
    let mut to_do = Vec::new();
    let mut kept = Vec::new();
    for task in tasks {
        let known = task.digest.and_then(|digest| ledger.known(&task.entry.name, digest));
        match known {
            Some(known) if teller.tell_again(out, &known)? => {
                // The same files may have been handed in again under another name.
                kept.push(Entry { original_name: task.entry.original, ..known });
            }
            _ => to_do.push(task),
        }
    }
    ledger.keep(kept)?;
    Ok(to_do)
}

/// How often each content has to be graded. It is built for the first submission and removed after the last.
fn tasks_by_digest(tasks: &[Task]) -> HashMap<Digest, usize> {
    let mut counts = HashMap::new();
    for digest in tasks.iter().filter_map(|task| task.digest) {
        *counts.entry(digest).or_default() += 1;
    }
    counts
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Merges the results of shards.
pub(crate) fn merge(arguments: &arguments::Merge) -> Result<Ledger, Trouble> {
    let readers = arguments.readers();
    // Files about submissions in this folder would be removed before they are copied.
    let out = arguments.out.canonicalize().ok();
    if arguments.results.iter().any(|part| out.is_some() && part.canonicalize().ok() == out) {
        let shown = arguments.out.display();
        return Err(Trouble::Usage(format!("{shown} is one of the parts; choose another folder with --out")));
    }
    let ledgers = arguments
        .results
        .iter()
        .map(|folder| Ledger::read(folder, readers))
        .collect::<Result<Vec<_>, _>>()?;
    let merged = Ledger::merge(&arguments.out, ledgers)?;
    for part in &arguments.results {
        let told = place::submissions(part);
        for kept in fs::read_dir(&told).map_err(at(&told))? {
            let kept = kept?;
            let target = place::submissions(&arguments.out).join(kept.file_name());
            place::clear(&target)?;
            readers.make_folder(&target)?;
            for file in fs::read_dir(kept.path())? {
                let file = file?;
                let mut copy = readers.create(&target.join(file.file_name()))?;
                io::copy(&mut File::open(file.path())?, &mut copy)?;
            }
        }
    }
    close(merged)
}

/// Writes what follows from all marks, and reports what no longer holds.
fn close(mut ledger: Ledger) -> Result<Ledger, Trouble> {
    for name in ledger.close()? {
        anstream::eprintln!(
            "removed: the results of {}, which is not among the submissions",
            escape::text(&name)
        );
    }
    Ok(ledger)
}
