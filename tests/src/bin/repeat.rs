//! Looks for verdicts that depend on chance: checks every wrong program of the collection on the clauses that it fails, and the references
//! and every correct program on all their clauses, again and again with other seeds, beside busy loops if requested. At its end, or when it
//! is stopped, it reports each unexpected verdict. `scripts/repeat` runs it.

use model::Verdict;
use model::selftest::{Expected, Subject};
use runner::selftest::{Notice, Repeated, SelfTest};
use runner::{IsolationChoice, collection, worker};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read, Write};
use std::os::unix::process::parent_id;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const USAGE: &str =
    "usage: scripts/repeat [--times N] [--minutes M] [--load LOOPS-PER-PROCESSOR] [--lab labK]… [--jobs N]
                      [--seed N] [--slowest] [PART-OF-A-PATH]";
const BUSY: &str = "__busy";
/// The most seeds that are reported for one verdict.
const SEEDS: usize = 6;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(worker::ARGUMENT) => return worker::main(),
        Some(BUSY) => return busy(),
        _ => {}
    }
    match Search::parse(&arguments).and_then(|search| search.run()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

/// The requested search.
struct Search {
    test: SelfTest,
    times: usize,
    limit: Option<Duration>,
    load: usize,
    slowest: bool,
    stops_with_input: bool,
}

impl Search {
    fn parse(arguments: &[String]) -> Result<Search, String> {
        let test = SelfTest {
            suites: Vec::new(),
            collection: collection::folder(),
            file: None,
            every_language: false,
            seed: 1,
            jobs: runner::default_jobs(),
            isolation: IsolationChoice::Auto,
        };
        let mut search =
            Search { test, times: 100, limit: None, load: 0, slowest: false, stops_with_input: false };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value\n{USAGE}"));
            let number = |text: &String| {
                text.parse::<usize>().map_err(|_| format!("{word} {text}: no number\n{USAGE}"))
            };
            match word.as_str() {
                "--times" => search.times = number(value()?)?,
                "--minutes" => search.limit = Some(Duration::from_secs(60 * number(value()?)? as u64)),
                "--load" => search.load = number(value()?)?,
                "--jobs" => search.test.jobs = number(value()?)?,
                "--seed" => search.test.seed = number(value()?)? as u64,
                "--lab" => {
                    let name = value()?;
                    search.test.suites.push(checks::suite(name).ok_or(format!("there is no {name}"))?);
                }
                "--slowest" => search.slowest = true,
                // `scripts/repeat` holds the other end, and closes it at Ctrl-C.
                "--stop-with-input" => search.stops_with_input = true,
                option if option.starts_with('-') => return Err(format!("{option} is not known\n{USAGE}")),
                part => search.test.file = Some(part.to_owned()),
            }
        }
        if search.test.suites.is_empty() {
            search.test.suites = checks::suites().iter().collect();
        }
        Ok(search)
    }

    /// Returns how many verdicts, of how many programs and clauses, were not as expected.
    fn run(self) -> Result<usize, String> {
        let progress = Progress::new();
        let building = |notice| {
            if let Notice::Building(what) = notice {
                progress.show(&format!("building {what}"));
            }
        };
        let repetition = self.test.repetition(&building).map_err(|error| error.to_string())?;
        progress.clear();
        for left_out in &repetition.not_tried {
            println!("not tried here: {} in {} ({})", left_out.programs, left_out.language, left_out.command);
        }
        let total = self.times * repetition.verdicts();
        println!(
            "{} verdicts a round, {} rounds from seed {} on, {} at a time, {} busy loops a processor",
            repetition.verdicts(),
            self.times,
            self.test.seed,
            self.test.jobs,
            self.load
        );
        let _load = Load::start(self.load);
        let found = Arc::new(Mutex::new(Found::default()));
        let (stop, stopped) = mpsc::channel();
        if self.stops_with_input {
            let stop = stop.clone();
            thread::spawn(move || {
                // Only the end of the input matters.
                let _ = io::copy(&mut io::stdin().lock().by_ref(), &mut io::sink());
                let _ = stop.send(());
            });
        }
        let (began, into, times) = (Instant::now(), Arc::clone(&found), self.times);
        // This thread is not waited for when the search is stopped. Its checks end with this process.
        thread::spawn(move || {
            repetition.run(times, &|verdict| lock(&into).add(&verdict));
            let _ = stop.send(());
        });
        loop {
            let left = self.limit.map(|limit| limit.saturating_sub(began.elapsed()));
            let pause = Duration::from_secs(1).min(left.unwrap_or(Duration::MAX));
            match stopped.recv_timeout(pause) {
                Err(RecvTimeoutError::Timeout) if left != Some(Duration::ZERO) => {}
                _ => break,
            }
            progress.show(&lock(&found).progress(total, began.elapsed()));
        }
        progress.clear();
        let found = lock(&found);
        found.tell(self.slowest);
        println!("{}", found.progress(total, began.elapsed()));
        Ok(found.unexpected())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The results of the search, by program and clause.
#[derive(Default)]
struct Found {
    decided: usize,
    series: BTreeMap<(String, &'static str), Series>,
}

/// The verdicts of one program on one clause.
#[derive(Default)]
struct Series {
    expected: &'static str,
    of: usize,
    seeds: Vec<u64>,
    /// The message of the first unexpected verdict.
    came: String,
    longest: Duration,
}

impl Found {
    fn add(&mut self, one: &Repeated<'_>) {
        self.decided += 1;
        let clause = one.report.clause;
        let series = self.series.entry((name(one), clause.id)).or_default();
        series.of += 1;
        series.longest = series.longest.max(one.report.duration);
        if !one.subject.is_met_by(&one.report) {
            series.expected = if one.expected == Expected::Passed { "pass" } else { "fail" };
            if series.seeds.is_empty() {
                series.came = match &one.report.verdict {
                    Verdict::Passed => "passes".to_owned(),
                    Verdict::Failed(failure) => format!("fails: {}", failure.summary),
                    Verdict::Skipped(reason) => format!("was skipped: {reason}"),
                    Verdict::Error(fault) => format!("error: {}", fault.message),
                };
            }
            series.seeds.push(one.seed);
        }
    }

    fn unexpected(&self) -> usize {
        self.series.values().filter(|series| !series.seeds.is_empty()).count()
    }

    fn progress(&self, total: usize, elapsed: Duration) -> String {
        let seconds = elapsed.as_secs();
        format!(
            "{} of {total} verdicts, {} not always as expected, {}:{:02}:{:02}",
            self.decided,
            self.unexpected(),
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }

    fn tell(&self, slowest: bool) {
        for ((name, id), series) in self.series.iter().filter(|(_, series)| !series.seeds.is_empty()) {
            let first: Vec<String> = series.seeds.iter().take(SEEDS).map(u64::to_string).collect();
            let more = if series.seeds.len() > SEEDS { ", …" } else { "" };
            let (expected, came) = (series.expected, report::escape::text(&series.came));
            println!(
                "{name}  {id}  {} of {}  seeds {}{more}",
                series.seeds.len(),
                series.of,
                first.join(", ")
            );
            println!("    should {expected} and {came}");
        }
        if slowest {
            self.tell_slowest();
        }
    }

    /// Reports the longest check of each program.
    fn tell_slowest(&self) {
        let mut slowest: BTreeMap<&str, (Duration, &str)> = BTreeMap::new();
        for ((name, id), series) in &self.series {
            let entry = slowest.entry(name).or_default();
            *entry = (*entry).max((series.longest, id));
        }
        let mut slowest: Vec<_> = slowest.into_iter().collect();
        slowest.sort_by_key(|(_, longest)| std::cmp::Reverse(*longest));
        for (name, (longest, id)) in slowest {
            println!("{:7.2} s  {id}  {name}", longest.as_secs_f64());
        }
    }
}

fn name(one: &Repeated<'_>) -> String {
    match one.subject {
        Subject::Reference | Subject::Stub => format!("{} {}, reference", one.lab, one.report.clause.program),
        Subject::Correct { path, .. } | Subject::Wrong { path, .. } => path.display().to_string(),
    }
}

/// One line that changes, if standard error is a terminal; otherwise a line each minute.
struct Progress {
    is_seen: bool,
    last: Mutex<Instant>,
}

impl Progress {
    fn new() -> Progress {
        Progress { is_seen: io::stderr().is_terminal(), last: Mutex::new(Instant::now()) }
    }

    fn show(&self, text: &str) {
        if self.is_seen {
            eprint!("\r\x1b[K{text}");
            let _ = io::stderr().flush();
            return;
        }
        let mut last = lock(&self.last);
        if last.elapsed() > Duration::from_secs(60) {
            eprintln!("{text}");
            *last = Instant::now();
        }
    }

    fn clear(&self) {
        if self.is_seen {
            eprint!("\r\x1b[K");
        }
    }
}

/// Busy loops, which are ended when this is dropped.
struct Load(Vec<Child>);

impl Load {
    fn start(for_each_processor: usize) -> Load {
        let processors = thread::available_parallelism().map_or(1, usize::from);
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
            // A process that has ended need not be killed.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A busy loop. It ends by itself when the process that started it is gone, for whatever reason.
fn busy() -> ExitCode {
    let parent = parent_id();
    while parent_id() == parent {
        (0..10_000_000).for_each(|_| std::hint::spin_loop());
    }
    ExitCode::SUCCESS
}
