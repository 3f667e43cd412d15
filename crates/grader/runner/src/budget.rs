//! The budget that all simultaneous checks and builds share: the processes and threads, and the memory, that this machine has left when the
//! first of them begins. Each claims the most that it may use before it starts, and waits while others have claimed it. So no submission
//! takes what another one needs.
//!
//! Few need as much as they may have. Each is tried with a share first, several at a time. If a share is not enough, it is done again
//! alone, with everything that it may have.

use rustix::process::{Resource, getrlimit};
use sandbox::{Limits, groups_around};
use std::fs;
use std::path::Path;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};

/// How much of what is left may be claimed, in tenths. Others use the machine too.
const TENTHS: u64 = 9;
/// The budget is divided into this many shares, unless a share is too small then.
const SHARES: u64 = 8;
/// No share is smaller. It is enough for the greediest correct programs, with a good reserve, except those that run in a virtual machine.
const LEAST: Amount = Amount { tasks: 512 + OWN_TASKS, memory: 512 << 20 };
/// The grader's own processes for each check or build.
const OWN_TASKS: u64 = 4;

/// An amount of processes and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Processes and threads.
    pub tasks: u64,
    /// Bytes of memory.
    pub memory: u64,
}

impl Amount {
    fn min(self, other: Amount) -> Amount {
        Amount { tasks: self.tasks.min(other.tasks), memory: self.memory.min(other.memory) }
    }

    fn max(self, other: Amount) -> Amount {
        Amount { tasks: self.tasks.max(other.tasks), memory: self.memory.max(other.memory) }
    }

    fn is_within(self, other: Amount) -> bool {
        self.tasks <= other.tasks && self.memory <= other.memory
    }
}

/// What there is to share, and who waits for it. Claims are served in the order in which they come.
struct Budget {
    all: Amount,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    left: Amount,
    /// How many claims have been made so far, and how many of them have been served.
    asked: u64,
    served: u64,
}

/// An amount that is claimed until this is dropped.
struct Claim<'a> {
    budget: &'a Budget,
    amount: Amount,
}

impl Budget {
    const fn new(all: Amount) -> Budget {
        let state = State { left: all, asked: 0, served: 0 };
        Budget { all, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Waits until this amount is free. A claim for more than everything gets everything.
    fn claim(&self, amount: Amount) -> Claim<'_> {
        let amount = amount.min(self.all);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = state.asked;
        state.asked += 1;
        while state.served != turn || !amount.is_within(state.left) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.served += 1;
        state.left.tasks -= amount.tasks;
        state.left.memory -= amount.memory;
        drop(state);
        self.changed.notify_all();
        Claim { budget: self, amount }
    }

    /// Does something that may use as much as `limits` say and needs `tasks` processes and threads. If `lacked` says that it lacked
    /// something, it is done again alone. `lacked` is told whether it had less than the limits.
    fn spend<T>(
        &self,
        limits: Limits,
        tasks: u64,
        work: impl Fn(Limits) -> T,
        lacked: impl Fn(&T, bool) -> bool,
    ) -> T {
        let wanted = Amount { tasks: limits.tasks + OWN_TASKS, memory: limits.memory };
        let share = Amount { tasks: self.all.tasks / SHARES, memory: self.all.memory / SHARES };
        let needed = Amount { tasks: tasks + OWN_TASKS, memory: 0 };
        let share = share.max(LEAST).max(needed).min(wanted).min(self.all);
        let within = |amount: Amount| Limits {
            tasks: limits.tasks.min(amount.tasks.saturating_sub(OWN_TASKS).max(1)),
            memory: limits.memory.min(amount.memory),
            ..limits
        };
        let done = {
            let _claim = self.claim(share);
            work(within(share))
        };
        if share == self.all || !lacked(&done, share != wanted) {
            return done;
        }
        let _claim = self.claim(self.all);
        work(within(self.all))
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.left.tasks += self.amount.tasks;
        state.left.memory += self.amount.memory;
        drop(state);
        self.budget.changed.notify_all();
    }
}

fn budget() -> &'static Budget {
    static BUDGET: OnceLock<Budget> = OnceLock::new();
    BUDGET.get_or_init(|| Budget::new(available()))
}

/// What all checks and builds of this process may use together.
pub fn all() -> Amount {
    budget().all
}

/// Does something that may use as much as these limits say, as soon as there is a free share with at least `tasks` processes and threads.
/// If `lacked` says that it lacked something, it is done again with nothing beside it. `lacked` is told whether it had less than the
/// limits.
pub fn spend<T>(
    limits: Limits,
    tasks: u64,
    work: impl Fn(Limits) -> T,
    lacked: impl Fn(&T, bool) -> bool,
) -> T {
    budget().spend(limits, tasks, work, lacked)
}

/// What this machine has left for checks and builds.
fn available() -> Amount {
    let tasks = tasks_left().into_iter().min().unwrap_or(u64::MAX);
    let memory = memory_left().into_iter().min().unwrap_or(u64::MAX);
    let part = |amount: u64| amount / 10 * TENTHS;
    Amount { tasks: part(tasks).max(1), memory: part(memory).max(1) }
}

/// How many more processes and threads there may be: in the system and in this pid namespace (proc(5)), and in each control group around
/// this process (`pids.max` in cgroups(7)). Also how many the user may have in all (RLIMIT_NPROC in getrlimit(2)).
fn tasks_left() -> Vec<u64> {
    // `0.20 0.18 0.12 1/80 11206`: the second number of the fourth word.
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let running = load.split([' ', '/']).nth(4).and_then(|number| number.parse().ok()).unwrap_or(0);
    let system = number("/proc/sys/kernel/threads-max").map(|most| most.saturating_sub(running));
    // Since Linux 6.14 each pid namespace has its own limit, and threads in other namespaces do not count.
    let namespace = number("/proc/sys/kernel/pid_max").map(|most| most.saturating_sub(threads_in_sight()));
    let groups = groups_around("pids").into_iter().filter_map(|group| {
        Some(number(group.join("pids.max"))?.saturating_sub(number(group.join("pids.current")).unwrap_or(0)))
    });
    [system, namespace, getrlimit(Resource::Nproc).maximum].into_iter().flatten().chain(groups).collect()
}

/// How many threads there are in this pid namespace.
fn threads_in_sight() -> u64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let threads =
        processes.filter_map(|entry| Some(fs::read_dir(entry.path().join("task")).ok()?.count() as u64));
    threads.sum()
}

/// How much memory is free: on the machine (`MemAvailable` in proc(5)), and in each control group around this process. Cached pages of
/// files count as free in a control group, since it can drop them.
fn memory_left() -> Vec<u64> {
    let machine = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let machine = machine.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let machine = machine.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    let groups = groups_around("memory").into_iter().filter_map(|group| {
        // The names of version 2, and of version 1.
        let (most, used) =
            [("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")]
                .into_iter()
                .find_map(|(most, used)| {
                    Some((number(group.join(most))?, number(group.join(used)).unwrap_or(0)))
                })?;
        let statistics = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
        let files = statistics.lines().find_map(|line| line.strip_prefix("inactive_file ")?.parse().ok());
        Some(most.saturating_sub(used.saturating_sub(files.unwrap_or(0))))
    });
    machine.map(|kibibytes| kibibytes * 1024).into_iter().chain(groups).collect()
}

/// The number in a file; `None` if the file does not exist, or says `max`.
fn number(file: impl AsRef<Path>) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    const MEBIBYTE: u64 = 1 << 20;
    const LIMITS: Limits = Limits { tasks: 1000, memory: 1024 * MEBIBYTE, ..Limits::USUAL };

    #[test]
    fn no_more_is_done_at_the_same_time_than_there_is_for_it() {
        // Two shares.
        let budget = Budget::new(Amount { tasks: 100_000, memory: 1024 * MEBIBYTE });
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let count = |limits: Limits| {
            assert_eq!(limits.memory, 512 * MEBIBYTE);
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
        };
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..50).for_each(|_| budget.spend(LIMITS, 0, count, |(), _| false)));
            }
        });
        assert!((1..=2).contains(&most.into_inner()), "{} at a time", now.into_inner());
    }

    #[test]
    fn what_does_not_manage_with_its_share_is_done_again_with_all_and_alone() {
        let budget = Budget::new(Amount { tasks: 2000, memory: 900 * MEBIBYTE });
        let tried = Mutex::new(Vec::new());
        let note = |limits: Limits| tried.lock().unwrap().push((limits.tasks, limits.memory / MEBIBYTE));
        budget.spend(LIMITS, 0, note, |(), had_less| had_less);
        assert_eq!(*tried.lock().unwrap(), [(512, 512), (1000, 900)]);
        assert_eq!(budget.state.lock().unwrap().left, budget.all);
    }

    #[test]
    fn who_needs_many_tasks_gets_them_at_once() {
        let budget = Budget::new(Amount { tasks: 2000, memory: 9000 * MEBIBYTE });
        budget.spend(LIMITS, 900, |limits| assert_eq!(limits.tasks, 900), |(), _| false);
        budget.spend(LIMITS, 3000, |limits| assert_eq!(limits, LIMITS), |(), had_less| had_less);
    }

    #[test]
    fn a_machine_has_something_left() {
        let left = available();
        assert!(left.tasks > 1 && left.tasks < 1 << 32, "{left:?}");
        assert!(left.memory > 16 * MEBIBYTE && left.memory < 1 << 50, "{left:?}");
    }
}
