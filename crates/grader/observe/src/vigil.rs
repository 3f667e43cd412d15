//! One wait for the submission: is there anything left that can happen unless the grader acts?
//!
//! - *Settled*: every thread is blocked without a time limit and nothing is under way. Two looks with the same counts of turns prove it:
//!   between them every thread stayed blocked, and nothing was found under way. The first look ends with the threads that moved last, and
//!   the second begins with them. So little time passes between the two looks at such a thread, however many others there are.
//! - *Ticking*: some threads wake by themselves, but without effect. A thread does housekeeping for the language's runtime if it was in a
//!   timed futex wait before the first client came, waits on the same futex now, and has never been seen in a call on a file; a virtual
//!   machine has several. Those of a Java virtual machine are known by their names. Any other housekeeping thread must come round once,
//!   since it may have been looking for work. Any other thread must come round [`ROUNDS`] times in a wait without another thread moving
//!   ([`KNOWN_ROUNDS`] in later waits of the same check), and for as long as those say. It may also come round between the two looks: in
//!   a crowd it is rarely seen at rest. A time-out beyond the sleep budget counts as none.
//! - *Idle*: only a timer (`timers.rs`) or the kernel, which still holds something of the program's (`own.rs`), could wake a thread. None
//!   did so with any effect while the program slept for the whole budget; in later waits of the same check for [`KNOWN_IDLE`].
//! - *Busy* and *asleep*: budgets of what the submission itself used, not of wall time: processor time, and time in which all of it was
//!   blocked by its own choice, see [`Sleep`]. Sleep counts from one pair of looks that find every thread blocked to the next. Some
//!   threads may have come round in the middle of a pair: a program that never rests as a whole for as long as a look takes sleeps all
//!   the same. Processor time counts anew while there is progress: how long a program takes for a megabyte, or a virtual machine for its
//!   start, depends on the machine.
//! - *On a disk*: the same for time in which all of it was blocked or, in one call after another, in a state in which nothing wakes it
//!   (`disk.rs`).

use crate::disk::Disk;
use crate::flight::{Link, quiet};
use crate::limit::{self, Limit, Limits};
use crate::observer::{Observer, Sighting, moved_between};
use crate::sleep::Sleep;
use crate::thread::{Call, Thread};
use crate::timers::Timers;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::io;
use std::time::{Duration, Instant};

/// Processor time, over all its threads, that a submission may use in one wait.
pub const CPU_BUDGET: Duration = Duration::from_secs(2);

/// Time that a submission may spend in sleeps of its own in one wait.
pub const SLEEP_BUDGET: Duration = Duration::from_secs(3);

/// Time that a submission may spend in one wait in calls in which nothing wakes it, until it has made progress.
const DISK_BUDGET: Duration = Duration::from_secs(60);

/// A starting program makes progress with this many new pages.
const PAGES: u64 = 256;

/// How long a program with timers must sleep if it once slept for the whole budget and nothing came of it.
const KNOWN_IDLE: Duration = Duration::from_secs(1);

/// How late an expired timer may be: a virtual machine's interrupts come late when others use its processors.
const LATENESS: Duration = Duration::from_millis(50);

/// How often a thread with a time-out must come round without effect to count as one that does nothing else, and how long the submission
/// must have slept meanwhile: a program that makes one pause out of many short ones is not silent yet.
const ROUNDS: (u64, Duration) = (10, Duration::from_secs(1));
/// The same for a thread that has done so before in this check.
const KNOWN_ROUNDS: (u64, Duration) = (2, Duration::from_millis(250));
/// The same for a thread that has done so since before the program had anything to do. It may still look now and then for work; once it
/// has come round, it has looked.
const HOUSEKEEPING_ROUNDS: (u64, Duration) = (1, Duration::ZERO);

/// Why nothing more is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Every thread is blocked for good.
    Settled,
    /// Only threads that come round and round without effect still move.
    Ticking,
    /// Every thread is blocked for good unless a timer wakes it; none has in the time it may sleep.
    Idle,
    /// The submission has used up its processor time.
    Busy,
    /// The submission has slept for as long as it may.
    Asleep,
    /// The submission has made the machine read or write for as long as it may.
    Disk,
    /// It forbids inspection.
    Hidden,
    /// No process is left.
    Gone,
}

/// One wait. Made when the waiting begins, asked again and again.
#[derive(Debug)]
pub struct Vigil {
    cpu_budget: Duration,
    /// The same while it was never seen at rest.
    budget_without_rest: Duration,
    has_rested: bool,
    sleep_budget: Duration,
    /// Whether threads that come round without effect count as idle.
    rounds_count: bool,
    /// How many looks there were.
    looks: u64,
    /// Each thread as it was last seen.
    seen: HashMap<i32, Seen>,
    /// Used since the first look or since the last progress, also by threads that have ended.
    cpu_used: Duration,
    /// How far it had got by then, or when part of the budget was used; `None` before.
    progress: Option<u64>,
    is_starting: bool,
    disk: Disk,
    /// The disk time when progress was last seen, and how far it had got by then.
    disk_progress: (Duration, u64),
    /// The threads that could not be looked at the last time.
    hidden: HashSet<i32>,
    /// When everything was first blocked, or anything but a timed wait last moved: for each thread its turns and, for one in a timed
    /// wait, how often it had blocked.
    rounds_since: HashMap<i32, (u64, Option<u64>)>,
    /// What the submission had written by then.
    written: u64,
    /// How much it had slept by then.
    slept_before: Duration,
    sleep: Sleep,
    /// How long others have kept it from a processor since the first look: the sum of the longest wait of any thread between two looks.
    held_up: Duration,
}

/// What is known of a thread.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// Processor time that it had used, in nanoseconds.
    cpu_ns: u64,
    /// Time that it had waited for a processor, in nanoseconds.
    delay_ns: u64,
    /// The number of the look that found that it had moved.
    moved: u64,
}

impl Vigil {
    /// Begins a wait in which the submission may use `cpu_budget` of processor time, usually [`CPU_BUDGET`]. Use counts from the first
    /// look.
    ///
    /// A wait that is about the submission's sleep sets `sleep_budget`. Then *ticking* does not count: a pause may be made of many short
    /// sleeps. Otherwise the budget is [`SLEEP_BUDGET`].
    pub fn new(cpu_budget: Duration, sleep_budget: Option<Duration>) -> Vigil {
        Vigil {
            cpu_budget,
            budget_without_rest: cpu_budget,
            has_rested: false,
            sleep_budget: sleep_budget.unwrap_or(SLEEP_BUDGET),
            rounds_count: sleep_budget.is_none(),
            looks: 0,
            seen: HashMap::new(),
            cpu_used: Duration::ZERO,
            progress: None,
            is_starting: false,
            disk: Disk::default(),
            disk_progress: Default::default(),
            hidden: HashSet::new(),
            rounds_since: HashMap::new(),
            written: 0,
            slept_before: Duration::ZERO,
            sleep: Sleep::default(),
            held_up: Duration::ZERO,
        }
    }

    /// Whether the submission is still starting: then what it loads is progress too.
    #[must_use]
    pub fn starting(self, is_starting: bool) -> Vigil {
        Vigil { is_starting, ..self }
    }

    /// While the submission is never seen at rest in this wait, it may use this much processor time.
    #[must_use]
    pub fn without_rest(self, budget_without_rest: Duration) -> Vigil {
        Vigil { budget_without_rest, ..self }
    }

    /// Looks once. `None`: something may still happen. Links that are over at both ends are removed from `links`; `age` is the time since
    /// the submission started, and `pause` the intended time since the last look.
    ///
    /// # Errors
    /// When `/proc` or sock_diag cannot be read.
    pub fn look(
        &mut self,
        observer: &mut Observer,
        links: &mut Vec<Link>,
        age: Duration,
        pause: Duration,
    ) -> io::Result<Option<End>> {
        let moved = |seen: &HashMap<i32, Seen>, tid| seen.get(&tid).map_or(0, |seen| seen.moved);
        let Sighting { threads: first, ended } = observer.sight(|tid| moved(&self.seen, tid))?;
        if first.is_empty() {
            return Ok(observer.processes()?.is_empty().then_some(End::Gone));
        }
        self.count_cpu(&first);
        if self.is_spent(observer, links)? {
            return Ok(Some(End::Busy));
        }
        if self.is_hidden(&first) {
            return Ok(Some(End::Hidden));
        }
        self.disk.count(&first, Instant::now(), pause);
        if !first.iter().all(Thread::is_at_rest) {
            self.sleep.is_over();
            return Ok(self.is_on_disk(observer, links)?.then_some(End::Disk));
        }
        self.has_rested = true;
        observer.unmark_runtime(&first);
        let limits: Limits = first.iter().map(|thread| (thread.tid, limit::limit(thread))).collect();
        let Some(before) = quiet(&observer.diag, links)? else {
            self.sleep.is_over();
            return Ok(None);
        };
        // Asked before the second look: a fired timer is no longer armed, but then that look sees a thread move.
        let kernel_will = before.is_deferred || observer.talks_to_itself(links, before.sockets)?;
        let timers = observer.timers(&first).max(if kernel_will { Timers::MayFire } else { Timers::None });
        let Sighting { threads: second, ended: ended_since } =
            observer.sight(|tid| Reverse(moved(&self.seen, tid)))?;
        // A process that began after the first look and ends during the second may wake one already looked at: a shell that waits for its
        // child, say.
        if !ended_since.is_subset(&ended) || !second.iter().all(Thread::is_at_rest) {
            self.sleep.is_over();
            return Ok(None);
        }
        self.sleep.count(&second, &limits, Instant::now(), pause);
        let asleep = (self.sleep.total() > self.sleep_budget).then_some(End::Asleep);
        let Some(restless) = moved_between(observer, &first, &second) else { return Ok(asleep) };
        let is_idle = |thread: &Thread| self.rounds_count && observer.is_of_a_virtual_machine(thread);
        let is_timed = |thread: &&Thread| !self.for_good(limits[&thread.tid], age) && !is_idle(thread);
        let timed: Vec<&Thread> = first.iter().filter(is_timed).collect();
        let came_round = |thread: &&Thread| {
            timed.iter().any(|other| other.tid == thread.tid) && !self.for_good(limit::limit(thread), age)
        };
        // What such a thread wrote as it came round must be known before its rounds are counted.
        let without_effect = restless.is_empty()
            || restless.iter().all(came_round) && quiet(&observer.diag, links)? == Some(before);
        if !without_effect {
            return Ok(asleep);
        }
        let end = if timed.is_empty() {
            self.end_by_timers(observer, timers).map(|end| match end {
                End::Settled => verdict(observer, &first, &limits),
                other => other,
            })
        } else if self.rounds_count {
            let all = self.have_come_round(observer, &first, &timed, before.written)?;
            (all && timers != Timers::MayFire).then_some(End::Ticking)
        } else {
            None
        };
        Ok(end.or(asleep))
    }

    /// How a wait ends if every thread is blocked for good, by what timers may still do.
    fn end_by_timers(&self, observer: &mut Observer, timers: Timers) -> Option<End> {
        if timers == Timers::None || timers == Timers::Over && self.sleep.total() > LATENESS {
            return Some(End::Settled);
        }
        let budget =
            if observer.timers_are_idle && self.rounds_count { KNOWN_IDLE } else { self.sleep_budget };
        let is_idle = timers == Timers::MayFire && self.sleep.total() > budget.min(self.sleep_budget);
        observer.timers_are_idle |= is_idle && self.rounds_count;
        is_idle.then_some(End::Idle)
    }

    /// Whether each `timed` thread has come round often enough without effect to count as one that does nothing else. What is known of
    /// them then, or at the end of the sleep that the wait allows, holds for later waits.
    fn have_come_round(
        &mut self,
        observer: &mut Observer,
        threads: &[Thread],
        timed: &[&Thread],
        written: u64,
    ) -> io::Result<bool> {
        let rounds = self.rounds(observer, threads, timed, written)?;
        let slept = self.sleep.total() - self.slept_before;
        let keeps_house =
            |tid: &i32| timed.iter().any(|thread| thread.tid == *tid && observer.is_housekeeping(thread));
        let all = rounds.iter().all(|(tid, rounds)| {
            let needed = match observer.tickers.contains(tid) {
                _ if keeps_house(tid) => HOUSEKEEPING_ROUNDS,
                true => KNOWN_ROUNDS,
                false => ROUNDS,
            };
            *rounds >= needed.0 && slept >= needed.1
        });
        if all || self.sleep.total() > self.sleep_budget {
            let known = rounds.iter().filter(|(_, rounds)| *rounds >= KNOWN_ROUNDS.0).map(|(tid, _)| *tid);
            observer.tickers.extend(known);
        }
        Ok(all)
    }

    fn count_cpu(&mut self, threads: &[Thread]) {
        self.looks += 1;
        let mut longest = 0;
        for thread in threads {
            let (before, waited) = match self.seen.get(&thread.tid) {
                // The number of a thread that has ended may be given to another.
                Some(seen) if seen.cpu_ns <= thread.cpu_ns => (seen.cpu_ns, seen.delay_ns),
                None if self.looks == 1 => (thread.cpu_ns, thread.delay_ns),
                _ => (0, 0),
            };
            longest = longest.max(thread.delay_ns.saturating_sub(waited));
            if before < thread.cpu_ns || waited < thread.delay_ns || self.looks == 1 {
                let Thread { cpu_ns, delay_ns, .. } = *thread;
                let moved = match self.seen.get(&thread.tid) {
                    Some(seen) if before == cpu_ns => seen.moved,
                    _ => self.looks,
                };
                self.seen.insert(thread.tid, Seen { cpu_ns, delay_ns, moved });
            }
            self.cpu_used += Duration::from_nanos(thread.cpu_ns - before);
        }
        self.held_up += Duration::from_nanos(longest);
    }

    /// Whether the processor time is used up without progress.
    fn is_spent(&mut self, observer: &mut Observer, links: &[Link]) -> io::Result<bool> {
        // Most waits end long before: then nobody need be asked.
        const PART: u32 = 8;
        let budget = if self.has_rested { self.cpu_budget } else { self.budget_without_rest };
        let is_over = self.cpu_used > budget;
        if !is_over && (self.progress.is_some() || self.cpu_used * PART <= budget) {
            return Ok(false);
        }
        let progress = progress(observer, links, self.is_starting)?;
        let before = self.progress.replace(progress);
        if is_over && before != Some(progress) {
            self.cpu_used = Duration::ZERO;
        }
        Ok(is_over && before == Some(progress))
    }

    /// Whether it has been on the disk for too long without progress. Pages count: a program may have to load its own at any time.
    fn is_on_disk(&mut self, observer: &mut Observer, links: &[Link]) -> io::Result<bool> {
        let (since, before) = self.disk_progress;
        if self.disk.own() - since <= DISK_BUDGET.max(self.sleep_budget) {
            return Ok(false);
        }
        let progress = progress(observer, links, true)?;
        self.disk_progress = (self.disk.own(), progress);
        Ok(before == progress)
    }

    /// Whether a thread could not be looked at, now and before.
    fn is_hidden(&mut self, threads: &[Thread]) -> bool {
        let hidden = threads.iter().filter(|thread| thread.call == Call::Hidden).map(|thread| thread.tid);
        let before = std::mem::replace(&mut self.hidden, hidden.collect());
        !self.hidden.is_disjoint(&before)
    }

    /// How long the submission has slept in this wait by its own choice, or has been on the disk.
    pub fn asleep(&self) -> Duration {
        self.sleep.total() + self.disk.own()
    }

    /// How long others have kept the submission from a processor in this wait, or a disk has held it up, as far as looks show.
    pub fn held_up(&self) -> Duration {
        self.held_up + self.disk.held_up()
    }

    /// Whether the last look found all of it asleep.
    pub fn is_dozing(&self) -> bool {
        self.sleep.goes_on()
    }

    /// Whether the call outlasts the sleep budget, even if it began when the submission started.
    fn for_good(&self, limit: Limit, age: Duration) -> bool {
        match limit {
            Limit::Never => true,
            Limit::After(limit) => limit > self.sleep_budget + age,
            Limit::Unknown => false,
        }
    }

    /// How often each `timed` thread has come round while no other thread moved and nothing was written.
    fn rounds(
        &mut self,
        observer: &mut Observer,
        threads: &[Thread],
        timed: &[&Thread],
        written: u64,
    ) -> io::Result<Vec<(i32, u64)>> {
        let is_timed = |thread: &Thread| timed.iter().any(|other| other.tid == thread.tid);
        let silent = std::mem::replace(&mut self.written, written) == written;
        let unmoved = silent
            && threads.iter().all(|thread| {
                let since = self.rounds_since.get(&thread.tid);
                since.is_some_and(|(turns, waits)| {
                    observer.is_housekeeping(thread)
                        || if is_timed(thread) { waits.is_some() } else { *turns == thread.turns }
                })
            });
        let mut waits = HashMap::new();
        for thread in timed {
            waits.insert(thread.tid, thread.waits(&mut observer.buffer)?.unwrap_or(0));
        }
        if !unmoved {
            let now = |thread: &Thread| (thread.tid, (thread.turns, waits.get(&thread.tid).copied()));
            self.rounds_since = threads.iter().map(now).collect();
            self.slept_before = self.sleep.total();
        }
        let rounds = |thread: &&Thread| {
            let began = self.rounds_since.get(&thread.tid).and_then(|(_, waits)| *waits);
            (thread.tid, waits[&thread.tid].saturating_sub(began.unwrap_or(0)))
        };
        Ok(timed.iter().map(rounds).collect())
    }
}

/// How far the submission has got: bytes it has read and written and, where they count, pages it has loaded.
fn progress(observer: &mut Observer, links: &[Link], pages: bool) -> io::Result<u64> {
    let mut progress = if pages { observer.usage()?.faults / PAGES } else { 0 };
    for link in links {
        progress += link.passed(&observer.diag)?;
    }
    Ok(progress)
}

/// What it means that no thread will wake within the budget.
fn verdict(observer: &Observer, threads: &[Thread], limits: &Limits) -> End {
    let is_endless = |thread: &Thread| limits[&thread.tid] == Limit::Never;
    if threads.iter().all(is_endless) {
        End::Settled
    } else if threads.iter().all(|thread| is_endless(thread) || observer.is_housekeeping(thread)) {
        End::Ticking
    } else {
        End::Asleep
    }
}
