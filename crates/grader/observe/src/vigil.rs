//! One wait for the submission: is there anything left that can happen unless the grader acts?
//!
//! - *Settled*: every thread is blocked without a time limit and nothing is under way. Proven by two looks with
//!   the same counts of turns: every thread was blocked all the time between them, and between them nothing was
//!   found under way.
//! - *Ticking*: some threads wake by themselves, but do so again and again without moving anything else. A thread
//!   of the language's runtime (there before the first client, in a timed futex wait) needs to come round once,
//!   any other [`ROUNDS`] times. A time-out that lies beyond the sleep budget is as good as none.
//! - *Busy* and *asleep*: budgets of what the submission itself used, not of what went by on the wall: processor
//!   time, and time in which all of it was blocked by its own choice.

use crate::flight::{Link, Traffic};
use crate::limit::{self, Limit};
use crate::observer::Observer;
use crate::thread::{Call, Thread};
use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant};

/// Processor time, over all its threads, that a submission may use in one wait.
pub const CPU_BUDGET: Duration = Duration::from_secs(2);

/// Time that a submission may spend in sleeps of its own in one wait.
pub const SLEEP_BUDGET: Duration = Duration::from_secs(3);

/// How often a thread with a time-out must come round without effect until it counts as one that does nothing else.
const ROUNDS: u64 = 10;

/// Why nothing more is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Every thread is blocked for good.
    Settled,
    /// What still moves are threads that come round and round without effect.
    Ticking,
    /// The submission has used up its processor time.
    Busy,
    /// The submission has slept for as long as it may.
    Asleep,
    /// No process of it is left.
    Gone,
}

/// One wait. Made when the waiting begins, asked again and again.
#[derive(Debug)]
pub struct Vigil {
    cpu_budget: Duration,
    sleep_budget: Duration,
    cpu_at_start: HashMap<i32, u64>,
    turns_at_start: HashMap<i32, u64>,
    dozing_since: Option<Doze>,
    asleep: Duration,
}

/// The last look at which everything was blocked.
#[derive(Clone, Copy, Debug)]
struct Doze {
    at: Instant,
    cpu_ns: u64,
    delay_ns: u64,
}

impl Vigil {
    /// Begins a wait now, in which the submission may use so much processor time and spend so much time asleep: usually
    /// [`CPU_BUDGET`] and [`SLEEP_BUDGET`].
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn new(observer: &mut Observer, cpu_budget: Duration, sleep_budget: Duration) -> io::Result<Vigil> {
        let threads = observer.threads()?;
        Ok(Vigil {
            cpu_budget,
            sleep_budget,
            cpu_at_start: threads.iter().map(|thread| (thread.tid, thread.cpu_ns)).collect(),
            turns_at_start: threads.iter().map(|thread| (thread.tid, thread.turns)).collect(),
            dozing_since: None,
            asleep: Duration::ZERO,
        })
    }

    /// Looks once. `None`: something may still happen. Links that are over are taken out of `links`; `age` is how long ago
    /// the submission was started.
    ///
    /// # Errors
    /// When `/proc` or sock_diag cannot be read.
    pub fn look(&mut self, observer: &mut Observer, links: &mut Vec<Link>, age: Duration) -> io::Result<Option<End>> {
        let first = observer.threads()?;
        if first.is_empty() {
            return Ok(observer.processes()?.is_empty().then_some(End::Gone));
        }
        if self.cpu_used(&first) > self.cpu_budget {
            return Ok(Some(End::Busy));
        }
        if first.iter().any(|thread| thread.call == Call::Running) {
            self.dozing_since = None;
            return Ok(None);
        }
        let limits: Vec<Limit> = first.iter().map(limit::limit).collect();
        if under_way(observer, links)? {
            return Ok(None);
        }
        let second = observer.threads()?;
        if !same_stretch(&first, &second) {
            return Ok(None);
        }
        self.count_sleep(&second);
        let timed = || first.iter().zip(&limits).filter(|(_, limit)| !self.for_good(**limit, age));
        if timed().next().is_none() {
            let timers = first.iter().filter(|thread| thread.tid == thread.pid);
            if !timers.into_iter().any(|thread| limit::has_armed_timer(thread.pid)) {
                let endless = limits.iter().all(|limit| *limit == Limit::Never);
                return Ok(Some(if endless { End::Settled } else { self.long_sleep(observer, &first, &limits) }));
            }
        } else if self.all_come_round(observer, &first, timed().map(|(thread, _)| thread.tid).collect()) {
            return Ok(Some(End::Ticking));
        }
        Ok((self.asleep > self.sleep_budget).then_some(End::Asleep))
    }

    fn cpu_used(&self, threads: &[Thread]) -> Duration {
        let used = |thread: &Thread| {
            thread.cpu_ns.saturating_sub(self.cpu_at_start.get(&thread.tid).copied().unwrap_or(0))
        };
        Duration::from_nanos(threads.iter().map(used).sum())
    }

    /// All time-outs lie beyond the budget. Only the runtime's own threads may have such without being asleep.
    fn long_sleep(&self, observer: &Observer, threads: &[Thread], limits: &[Limit]) -> End {
        let sleeper = |(thread, limit): (&Thread, &Limit)| {
            *limit != Limit::Never && !(is_futex(thread) && observer.runtime.contains(&thread.tid))
        };
        if threads.iter().zip(limits).any(sleeper) { End::Asleep } else { End::Ticking }
    }

    /// Adds the time since the last look to what was slept, less what the threads ran or waited for a processor.
    fn count_sleep(&mut self, threads: &[Thread]) {
        let now = Doze {
            at: Instant::now(),
            cpu_ns: threads.iter().map(|thread| thread.cpu_ns).sum(),
            delay_ns: threads.iter().map(|thread| thread.delay_ns).sum(),
        };
        if let Some(last) = self.dozing_since {
            let active = now.cpu_ns.saturating_sub(last.cpu_ns) + now.delay_ns.saturating_sub(last.delay_ns);
            self.asleep += now.at.duration_since(last.at).saturating_sub(Duration::from_nanos(active));
        }
        self.dozing_since = Some(now);
    }

    /// Whether the call ends neither by itself nor within the sleep budget, whenever since the start it began.
    fn for_good(&self, limit: Limit, age: Duration) -> bool {
        match limit {
            Limit::Never => true,
            Limit::After(limit) => limit > self.sleep_budget + age,
            Limit::Unknown => false,
        }
    }

    /// Whether each thread with a time-out has come round often enough while no other thread moved.
    fn all_come_round(&mut self, observer: &Observer, threads: &[Thread], timed: Vec<i32>) -> bool {
        let rounds = |thread: &Thread| self.turns_at_start.get(&thread.tid).map(|turns| thread.turns.saturating_sub(*turns));
        let moved = |thread: &&Thread| !timed.contains(&thread.tid) && rounds(thread) != Some(0);
        let unknown = threads.iter().any(|thread| rounds(thread).is_none());
        if unknown || threads.iter().find(moved).is_some() {
            self.turns_at_start = threads.iter().map(|thread| (thread.tid, thread.turns)).collect();
            return false;
        }
        threads.iter().filter(|thread| timed.contains(&thread.tid)).all(|thread| {
            let housekeeping = is_futex(thread) && observer.runtime.contains(&thread.tid);
            rounds(thread).unwrap_or(0) >= if housekeeping { 1 } else { ROUNDS }
        })
    }
}

/// Whether something travels between the grader and the submission.
fn under_way(observer: &Observer, links: &mut Vec<Link>) -> io::Result<bool> {
    let mut under_way = false;
    let mut result = Ok(());
    links.retain(|link| match link.traffic(&observer.diag) {
        Ok(traffic) => {
            under_way |= traffic == Traffic::UnderWay;
            traffic != Traffic::Over
        }
        Err(error) => {
            result = Err(error);
            true
        }
    });
    result.map(|()| under_way)
}

fn is_futex(thread: &Thread) -> bool {
    matches!(thread.call, Call::Blocked(call, _) if call.name() == "futex")
}

/// Whether both looks show the same threads in the same unbroken stretch of being blocked.
fn same_stretch(first: &[Thread], second: &[Thread]) -> bool {
    first.len() == second.len()
        && first.iter().zip(second).all(|(a, b)| {
            (a.pid, a.tid, a.turns) == (b.pid, b.tid, b.turns) && b.call != Call::Running
        })
}
