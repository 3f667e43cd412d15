//! Which checks run, in parallel, on what. This crate builds or resolves the programs, runs each check in its own process, and reports
//! progress by [`model::Notice`]s. It knows no output format.

pub mod budget;
mod class;
pub mod collection;
pub mod doctor;
mod hand_in;
mod measure;
pub mod overhead;
pub mod selftest;
mod tool;
pub mod worker;
mod xray;

pub use class::{decide_all, require_isolation, usual_time, without_checks};
pub use hand_in::{HandIn, workspace_root};
pub use measure::Measurement;
pub use sandbox::Change;
pub use tool::tool;
pub use xray::Xray;

use checks::{Check, Suite};
use model::{
    CheckReport, Clause, Decision, Enforcement, Environment, Fault, Isolation, Lab, Notice, RunReport,
    Verdict,
};
use sandbox::{Limits, Template};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use worker::{Answer, CheckRequest, Keep, Task};

/// Which programs are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The stub crate below `labs`, as far as the student has filled it in.
    Stubs,
    /// The reference programs.
    Reference,
    /// These commands, by program.
    Templates(Vec<(String, String)>),
}

/// Whether checks run in namespaces of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsolationChoice {
    /// If the system allows it.
    Auto,
    /// Always; the run fails if the system does not allow it.
    Full,
    /// Never.
    None,
}

/// The order for a run.
#[derive(Debug)]
pub struct Order {
    /// The lab.
    pub suite: &'static Suite,
    /// The checks that run.
    pub checks: Vec<&'static Check>,
    /// The programs that they check.
    pub source: Source,
    /// The document that is handed in, if it is not the one that belongs to the programs.
    pub document: Option<PathBuf>,
    /// The seed of the random values.
    pub seed: u64,
    /// A folder for the packets of each check, if the check has its own network. The record of each check is then in its report.
    pub keep: Option<PathBuf>,
    /// How many checks run at the same time. The default is [`default_jobs`], or all of them if they mostly sleep.
    pub jobs: Option<usize>,
    /// How checks are separated.
    pub isolation: IsolationChoice,
    /// The restrictions on the programs.
    pub confinement: Confinement,
}

/// What programs may use, and what they do not see.
#[derive(Clone, Debug)]
pub struct Confinement {
    /// What each check's programs may use together.
    pub limits: Limits,
    /// Folders that they see as empty, as absolute paths, except for the files of the programs themselves.
    pub hidden: Vec<PathBuf>,
}

impl Confinement {
    /// The restrictions of this lab's programs, with nothing hidden.
    pub fn of(suite: &Suite) -> Confinement {
        Confinement { limits: suite.limits, hidden: Vec::new() }
    }
}

/// Why a run has no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The package does not compile; cargo has said why on standard error.
    #[error("{package} does not compile; the compiler's messages are above")]
    Build {
        /// The package.
        package: String,
    },
    /// The order cannot be carried out as given.
    #[error("{0}")]
    Usage(String),
    /// The grader itself failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// How many checks run at the same time unless the user says otherwise: two for each processor. A check mostly waits, for its program to
/// start or for its namespaces to be made.
pub fn default_jobs() -> usize {
    2 * thread::available_parallelism().map_or(1, usize::from)
}

fn jobs(order: &Order, hand_in: &HandIn) -> usize {
    let usual = || jobs_for(&order.suite.lab, order.checks.len(), hand_in, default_jobs());
    order.jobs.unwrap_or_else(usual).max(1)
}

/// How many of `checks` checks run at the same time: as many as usual, or all if programs have a pause built in, since they mostly sleep
/// then.
fn jobs_for(lab: &Lab, checks: usize, hand_in: &HandIn, usual: usize) -> usize {
    let sleeps = lab.programs.iter().any(|program| {
        let template = hand_in.templates.get(program.name);
        let built_in = |template: &Template| {
            program.arguments.iter().any(|argument| argument.is_time() && !template.has(argument.name))
        };
        template.is_some_and(built_in)
    });
    if sleeps { usual.max(checks) } else { usual }
}

/// Runs the checks of `order`, and tells `notify` about each as soon as it is decided.
///
/// # Errors
/// When there is nothing to run, or the grader fails before the first check.
pub fn run(order: &Order, notify: &(dyn Fn(Notice) + Sync)) -> Result<RunReport, RunError> {
    let (hand_in, isolation) = prepare(order, notify)?;
    // On the machine's own network two checks could need the same port.
    let jobs = if isolation == Isolation::Full { jobs(order, &hand_in) } else { 1 };
    notify(Notice::Started(order.checks.len()));
    let began = Instant::now();
    let checks = run_all(order, &hand_in, isolation == Isolation::Full, jobs, notify);
    Ok(RunReport {
        lab: &order.suite.lab,
        seed: order.seed,
        environment: environment(isolation, order.confinement.limits, jobs),
        checks,
        duration: began.elapsed(),
        ruling: None,
    })
}

/// Builds or resolves what is handed in, and finds out how checks can be separated.
fn prepare(order: &Order, notify: &(dyn Fn(Notice) + Sync)) -> Result<(HandIn, Isolation), RunError> {
    // The test of what the system allows runs while cargo works.
    thread::scope(|scope| {
        let probe = scope.spawn(|| isolation(order.isolation));
        let hand_in = hand_in::hand_in(order, notify);
        let isolation = probe.join().unwrap_or_else(|_| Err(Fault::new("the probe of the sandbox broke")));
        Ok::<_, RunError>((hand_in?, isolation?))
    })
}

fn run_all(
    order: &Order,
    hand_in: &HandIn,
    isolated: bool,
    jobs: usize,
    notify: &(dyn Fn(Notice) + Sync),
) -> Vec<CheckReport> {
    in_parallel(jobs, order.checks.len(), |index| {
        let check = order.checks[index];
        let kept = match &order.keep {
            None => Keep::Nothing,
            Some(_) if !isolated => Keep::Record,
            Some(folder) => Keep::Packets(folder.join(format!("{}.pcapng", kept_name(&check.clause)))),
        };
        let report = run_one(check, order.seed, hand_in, isolated, kept);
        notify(Notice::Decided(report.clone()));
        report
    })
}

/// Calls `work` for each index below `count`, `jobs` at a time, and returns the results in order.
fn in_parallel<T: Send>(jobs: usize, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(count));
    with_hands(jobs.min(count), || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            let result = work(index);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Calls `work` in `count` threads, including the calling one, and waits for all. There are fewer if the system refuses more.
pub fn with_hands(count: usize, work: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 1..count {
            if thread::Builder::new().spawn_scoped(scope, &work).is_err() {
                break;
            }
        }
        if count > 0 {
            work();
        }
    });
}

fn run_one(check: &'static Check, seed: u64, hand_in: &HandIn, isolated: bool, kept: Keep) -> CheckReport {
    let (decision, duration) = decide(check, seed, hand_in, isolated, kept);
    CheckReport::of(&check.clause, decision, duration)
}

/// Decides a clause in a worker, and returns how long that took.
fn decide(check: &Check, seed: u64, hand_in: &HandIn, isolated: bool, kept: Keep) -> (Decision, Duration) {
    let ask = |limits| {
        let began = Instant::now();
        let request = CheckRequest { limits, ..request(check, seed, hand_in, isolated, kept.clone()) };
        let decision = match worker::ask(&request) {
            Ok(Answer::Decided(decision)) => *decision,
            Ok(Answer::Refused(fault)) | Err(fault) => fault.into(),
            Ok(Answer::Shown(_)) => Fault::new("the check's process answered with a picture").into(),
        };
        (decision, began.elapsed())
    };
    let lacked = |(decision, _): &(Decision, Duration), had_less| match &decision.verdict {
        Verdict::Error(fault) => fault.is_scarcity,
        _ => had_less && decision.lacked,
    };
    // A server with thousands of clients may have as many processes.
    let tasks = if check.needs.files > 0 { checks::TASKS_FOR_A_THOUSAND } else { 0 };
    budget::spend(hand_in.confinement.limits, tasks, ask, lacked)
}

/// The name of the files that are kept for a check, without their extensions.
pub fn kept_name(clause: &Clause) -> String {
    format!("{}-{}", clause.id, clause.program)
}

/// The request that makes a worker decide a clause.
fn request(check: &Check, seed: u64, hand_in: &HandIn, isolated: bool, keep: Keep) -> CheckRequest {
    let Clause { id, program, .. } = check.clause;
    let task = Task::Decide { id: id.to_owned(), program: program.to_owned(), keep };
    request_for(task, program, check_seed(seed, id), hand_in, isolated)
}

/// The request for a task about one program. It contains only that program's command.
fn request_for(task: Task, program: &str, seed: u64, hand_in: &HandIn, isolated: bool) -> CheckRequest {
    let template = hand_in.templates.get_key_value(program);
    CheckRequest {
        task,
        seed,
        templates: template.map(|(name, template)| (name.clone(), template.clone())).into_iter().collect(),
        document: hand_in.document.clone(),
        isolated,
        hidden: hand_in.confinement.hidden.clone(),
        limits: hand_in.confinement.limits,
        tasks_allowed: budget::all().tasks,
    }
}

/// Each check has its own seed, so its random values do not depend on which other checks run.
fn check_seed(seed: u64, id: &str) -> u64 {
    // FNV-1a, for its stability: the standard library's hasher may change.
    id.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn isolation(choice: IsolationChoice) -> Result<Isolation, Fault> {
    if choice == IsolationChoice::None {
        return Ok(Isolation::None("it was asked for by --isolation none".to_owned()));
    }
    match (worker::ask(&CheckRequest::probe())?, choice) {
        (Answer::Decided(_) | Answer::Shown(_), _) => Ok(Isolation::Full),
        (Answer::Refused(fault), IsolationChoice::Full) => Err(fault),
        (Answer::Refused(fault), _) => Ok(Isolation::None(fault.message)),
    }
}

/// The environment for the report, with this number of simultaneous checks and these limits for programs.
fn environment(isolation: Isolation, limits: Limits, jobs: usize) -> Environment {
    let name = rustix::system::uname();
    let memory = budget::all().memory;
    Environment {
        system: format!("{} {}", name.sysname().to_string_lossy(), name.release().to_string_lossy()),
        isolation,
        enforcement: if sandbox::groups_can_be_made() { Enforcement::Kernel } else { Enforcement::Watching },
        memory: (memory < limits.memory).then_some(memory),
        jobs,
    }
}
