//! The cost of grading a class, compared with the time that cargo alone takes to compile the same crates, in one run:
//!
//!     cargo run --package tests --bin grading -- [SUBMISSIONS]
//!
//! The class is invented and its marks are known; they are compared as well.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tests::class::{self, Member};
use tests::grade_path;

const PACKAGE: &str = "lab3-echo";
/// The folder in which cargo puts what it has compiled, in each place.
const TARGET: &str = "target";
/// One of this many crates is compiled with all its dependencies.
const EVERY: usize = 8;

fn main() -> ExitCode {
    let count = std::env::args().nth(1).map_or(Ok(200), |word| word.parse::<usize>());
    let Ok(count) = count else {
        eprintln!("error: usage: grading [SUBMISSIONS]");
        return ExitCode::from(2);
    };
    match measure(count) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(3)
        }
    }
}

fn measure(count: usize) -> io::Result<bool> {
    let folder = tempfile::tempdir()?;
    let submissions = folder.path().join("submissions");
    fs::create_dir(&submissions)?;
    let members = class::write(&submissions, count, 1)?;
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    // The workshop is prepared once for a course, and so is cargo's target folder below.
    grade(&submissions, &folder.path().join("none"), &["--shard=1/4294967296"])?;

    let results = folder.path().join("results");
    let began = Instant::now();
    let memory = grade(&submissions, &results, &[])?;
    let ours = began.elapsed();
    let wrong = class::misjudged(&results, &members)?;
    println!("{count} submissions: {:.1} s", ours.as_secs_f64());
    wrong.iter().for_each(|wrong| println!("\n{wrong}"));
    println!("{} have the marks that they deserve", count - wrong.len());
    println!("resident memory of the grader after each quarter: {} KiB", memory.join(", "));

    let crates = crates(&members);
    let places: Vec<PathBuf> = (0..jobs).map(|job| folder.path().join(format!("cargo-{job}"))).collect();
    for place in &places {
        prepare(place)?;
        build(place)?;
    }
    let count = crates.len();
    println!("their {count} different crates compiled by cargo alone, {jobs} at a time,");
    let beside = |way: &str, cargo: f64| {
        println!("  {way}: {cargo:.1} s, ratio {:.2}", ours.as_secs_f64() / cargo);
    };
    beside("dependencies compiled before", compile_alone(&crates, &places, false)?.as_secs_f64());
    // A part of them is enough to estimate a time that would be many minutes.
    let some: Vec<&Sources> = crates.iter().step_by(EVERY).copied().collect();
    let time = compile_alone(&some, &places, true)?.as_secs_f64() / some.len() as f64 * count as f64;
    beside(&format!("each in a folder of its own, reckoned from {}", some.len()), time);
    Ok(wrong.is_empty())
}

/// Grades the class and returns how much memory was resident after each quarter of it.
fn grade(submissions: &Path, results: &Path, more: &[&str]) -> io::Result<Vec<String>> {
    fs::create_dir(results)?;
    let mut command = Command::new(grade_path());
    command
        .arg("grade")
        .arg(submissions)
        .args(["--lab=lab3", "--seed=1", "--out"])
        .arg(results)
        .args(more)
        .env("PATH", class::path());
    let total = fs::read_dir(submissions)?.count();
    let mut memory = Vec::new();
    let mut run = class::follow(
        results,
        || command.stdout(Stdio::null()).spawn(),
        |run, rows| {
            if rows >= (memory.len() + 1) * total / 4 {
                let status = fs::read_to_string(format!("/proc/{}/status", run.id()))?;
                let resident =
                    status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
                memory.push(resident.trim().trim_end_matches(" kB").to_owned());
            }
            Ok(false)
        },
    )?;
    let ended = run.wait()?;
    if ended.success() { Ok(memory) } else { Err(io::Error::other(format!("grading {ended}"))) }
}

/// The sources of a crate, by their paths below the lab's `src/bin`.
type Sources = BTreeMap<String, String>;

/// Each of the class's crates once.
fn crates(members: &[Member]) -> Vec<&Sources> {
    let mut crates: Vec<&Sources> =
        members.iter().map(|member| &member.sources).filter(|sources| !sources.is_empty()).collect();
    crates.sort();
    crates.dedup();
    crates
}

/// Compiles the crates, as many at a time as there are places, and returns how long that took. In each place the dependencies are compiled
/// already. With `fresh`, they are compiled anew for each crate, as in a separate folder.
fn compile_alone(crates: &[&Sources], places: &[PathBuf], fresh: bool) -> io::Result<Duration> {
    let next = AtomicUsize::new(0);
    let compile_some = |place: &Path| -> io::Result<()> {
        while let Some(sources) = crates.get(next.fetch_add(1, Ordering::Relaxed)) {
            if fresh {
                fs::remove_dir_all(place.join(TARGET))?;
            }
            for (path, text) in *sources {
                fs::write(place.join("src/bin").join(path), text)?;
            }
            build(place)?;
        }
        Ok(())
    };
    let began = Instant::now();
    thread::scope(|scope| {
        let workers: Vec<_> = places.iter().map(|place| scope.spawn(|| compile_some(place))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|_| Err(io::Error::other("a panic"))))
    })?;
    Ok(began.elapsed())
}

/// Makes a workspace with only the lab's crate, with the profile of the course.
fn prepare(place: &Path) -> io::Result<()> {
    let root = runner::workspace_root();
    let lab = root.join("labs").join(PACKAGE);
    fs::create_dir_all(place.join("src/bin"))?;
    let manifest = fs::read_to_string(lab.join("Cargo.toml"))?;
    let profile = "[workspace]\n[profile.dev]\ndebug = \"line-tables-only\"\nincremental = false\n";
    fs::write(place.join("Cargo.toml"), format!("{manifest}\n{profile}"))?;
    fs::copy(root.join("Cargo.lock"), place.join("Cargo.lock"))?;
    fs::copy(lab.join("src/lib.rs"), place.join("src/lib.rs"))?;
    for stub in fs::read_dir(lab.join("src/bin"))? {
        let stub = stub?;
        fs::copy(stub.path(), place.join("src/bin").join(stub.file_name()))?;
    }
    Ok(())
}

/// It does not matter whether it compiles.
fn build(place: &Path) -> io::Result<()> {
    Command::new("cargo")
        .args(["build", "--quiet", "--offline", "--bins", "--keep-going", "--target-dir", TARGET])
        .current_dir(place)
        .stderr(Stdio::null())
        .status()
        .map(drop)
}
