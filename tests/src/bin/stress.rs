//! Looks for flakes: checks the references and the collection's correct programs again and again while busy loops take the
//! processors away, and reports every verdict that is not "passed".
//!
//!     cargo run --package tests --bin stress -- [RUNS] [BUSY LOOPS PER PROCESSOR] [PART OF A PROGRAM'S PATH]

use runner::collection::{Specimen, cache, collection, folder};
use serde_json::Value;
use std::os::unix::process::parent_id;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;
use tests::{reference_document, xtask_path};

const BUSY: &str = "__busy";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == BUSY) {
        // It ends by itself when the process that started it is gone, however that came about.
        let parent = parent_id();
        while parent_id() == parent {
            (0..10_000_000).for_each(|_| std::hint::spin_loop());
        }
        return ExitCode::SUCCESS;
    }
    let number =
        |index: usize, default| arguments.get(index).map_or(Ok(default), |text| text.parse::<usize>());
    let (Ok(runs), Ok(busy)) = (number(0, 300), number(1, 10)) else {
        eprintln!("error: usage: stress [RUNS] [BUSY LOOPS PER PROCESSOR] [PART OF A PROGRAM'S PATH]");
        return ExitCode::from(2);
    };
    let wanted = arguments.get(2).map_or("", String::as_str);
    let targets = targets(wanted);
    println!("{} targets, {runs} runs of each, {busy} busy loops on each processor", targets.len());
    let _load = Load::start(busy);
    let mut different = 0;
    // The targets take turns, so that an interrupted search has looked at all of them.
    for run in 1..=runs {
        let began = Instant::now();
        for (name, arguments) in &targets {
            let found = not_passed(arguments);
            if !found.is_empty() {
                println!("{name}:\n{found}");
                different += 1;
            }
        }
        println!(
            "round {run} of {runs}: {:.1} s, {different} runs differ so far",
            began.elapsed().as_secs_f64()
        );
    }
    ExitCode::from(u8::from(different > 0))
}

/// What to check, as arguments of the command line: each lab's reference, and each correct program.
fn targets(wanted: &str) -> Vec<(String, Vec<String>)> {
    let labs = checks::suites().iter().map(|suite| suite.lab.name());
    let references = labs.map(|lab| (format!("{lab} --reference"), vec![lab, "--reference".to_owned()]));
    let specimens = collection(&folder()).expect("the collection can be read");
    let correct = specimens
        .into_iter()
        .filter(|specimen| specimen.fails.is_empty() && is_whole(specimen))
        .map(|specimen| (specimen.path.display().to_string(), arguments(&specimen)));
    references.chain(correct).filter(|(name, _)| name.contains(wanted)).collect()
}

/// Whether it is all that a lab asks for, and not a document about one of its programs.
fn is_whole(specimen: &Specimen) -> bool {
    !specimen.is_document() || specimen.place().is_ok_and(|(suite, _)| suite.lab.programs.is_empty())
}

/// How a file of the collection is handed in: what it lacks is the reference's, be it the program or the document.
fn arguments(specimen: &Specimen) -> Vec<String> {
    let lab = specimen.lab.clone();
    let document = |path: PathBuf| format!("--document={}", path.display());
    if specimen.is_document() {
        return vec![lab, "--reference".to_owned(), document(specimen.path.clone())];
    }
    let command = specimen.command(&cache()).unwrap_or_else(|error| panic!("{error}"));
    let right = reference_document(&lab).map(document);
    [lab, format!("--program={}={command}", specimen.program)].into_iter().chain(right).collect()
}

/// The checks of one run that did not pass, as JSON; empty when all did.
fn not_passed(arguments: &[String]) -> String {
    let output = Command::new(xtask_path())
        .arg("check")
        .args(arguments)
        .arg("--format=json")
        .current_dir(runner::workspace_root())
        .output()
        .expect("the command line can be started");
    let Ok(result) = serde_json::from_slice::<Value>(&output.stdout) else {
        return format!("no result: {}", String::from_utf8_lossy(&output.stderr));
    };
    let checks = result["checks"].as_array().cloned().unwrap_or_default();
    let differing = checks.iter().filter(|check| check["status"] != "passed");
    differing.map(|check| format!("seed {}\n{check:#}\n", result["seed"])).collect()
}

/// Busy loops, ended when this is dropped.
struct Load(Vec<Child>);

impl Load {
    fn start(for_each_processor: usize) -> Load {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let start = |_| {
            let mut command = Command::new("/proc/self/exe");
            command.arg(BUSY).stdin(Stdio::null()).spawn().expect("a busy loop can be started")
        };
        Load((0..for_each_processor * processors).map(start).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // One that has ended already needs no end.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
