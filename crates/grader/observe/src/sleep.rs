//! How long the submission has slept in one wait by its own choice: the time between looks that find all of it blocked, less what its
//! threads ran or waited for a processor meanwhile.
//!
//! A machine that is itself held up, above all a virtual one, wakes threads late, and such a thread looks like one that sleeps on. So no
//! more counts than the threads asked for with the time-outs of their calls. Those are read from the submission's memory, which it can
//! change: so there is a bound on the time forgiven.

use crate::limit::{Limit, Limits};
use crate::thread::Thread;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How much of a look's delay counts. When the grader itself was held up, the machine's timers may have been too.
const LONGEST_DELAY: Duration = Duration::from_millis(50);
/// How late a timer is that is in time: what the kernel allows itself (PR_SET_TIMERSLACK in prctl(2)), and as much for the way back to
/// the program.
const SLACK: Duration = Duration::from_micros(100);
/// How much more than what was asked for counts as the machine's lateness in one wait.
const FORGIVEN: Duration = Duration::from_secs(1);

/// The sleep of one wait.
#[derive(Debug, Default)]
pub(crate) struct Sleep {
    total: Duration,
    forgiven: Duration,
    /// The last look, if it found everything blocked.
    last: Option<Look>,
}

#[derive(Debug)]
struct Look {
    at: Instant,
    threads: HashMap<i32, Blocked>,
}

/// A thread that is blocked.
#[derive(Clone, Copy, Debug)]
struct Blocked {
    turns: u64,
    /// How long it had run or waited for a processor by then.
    given: Duration,
    /// How long its call may block, if that is limited.
    limit: Option<Duration>,
    /// The part of it not counted yet.
    left: Duration,
}

impl Blocked {
    fn new(thread: &Thread, limit: Option<&Limit>) -> Blocked {
        let limit = match limit {
            Some(Limit::After(limit)) => Some(limit.saturating_add(SLACK)),
            _ => None,
        };
        Blocked {
            turns: thread.turns,
            given: Duration::from_nanos(thread.cpu_ns + thread.delay_ns),
            limit,
            left: limit.unwrap_or_default(),
        }
    }

    /// How long it may have been blocked since `before` by its own choice; `None` if that is not known.
    fn asked_since(&self, before: &Blocked) -> Option<Duration> {
        let turns = u32::try_from(self.turns.saturating_sub(before.turns)).unwrap_or(u32::MAX);
        // A deadline shows only what is left until then.
        let longest = self.limit?.max(before.limit?);
        Some(before.left.saturating_add(longest.saturating_mul(turns)))
    }
}

impl Sleep {
    /// The sleep so far.
    pub(crate) fn total(&self) -> Duration {
        self.total
    }

    /// Whether the last look found everything blocked.
    pub(crate) fn goes_on(&self) -> bool {
        self.last.is_some()
    }

    /// Takes note of a look that did not find everything blocked.
    pub(crate) fn is_over(&mut self) {
        self.last = None;
    }

    /// Takes note of a look that found these threads blocked, in calls with these limits. It was to come `pause` after the last one.
    pub(crate) fn count(&mut self, threads: &[Thread], limits: &Limits, at: Instant, pause: Duration) {
        let mut now: HashMap<i32, Blocked> = threads
            .iter()
            .map(|thread| (thread.tid, Blocked::new(thread, limits.get(&thread.tid))))
            .collect();
        if let Some(last) = self.last.take() {
            let (mut active, mut asked) = (Duration::ZERO, Duration::MAX);
            for (tid, blocked) in &now {
                // When work passes from one to another, each may have been blocked when looked at.
                match last.threads.get(tid).filter(|before| before.given <= blocked.given) {
                    Some(before) => {
                        active += blocked.given - before.given;
                        asked = asked.min(blocked.asked_since(before).unwrap_or(Duration::MAX));
                    }
                    // It is new.
                    None => active += blocked.given,
                }
            }
            let seen = at.duration_since(last.at).saturating_sub(active).min(pause + LONGEST_DELAY);
            let late = seen.saturating_sub(asked).min(FORGIVEN - self.forgiven);
            self.forgiven += late;
            let counted = seen - late;
            self.total += counted;
            for (tid, blocked) in &mut now {
                if let Some(before) = last.threads.get(tid).filter(|before| before.turns == blocked.turns) {
                    blocked.left = before.left.saturating_sub(counted);
                }
            }
        }
        self.last = Some(Look { at, threads: now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread::Call;

    /// A thread that has run `turns` times, each for a microsecond.
    fn thread(tid: i32, turns: u64) -> Thread {
        let (name, cpu_ns) = (String::new(), turns * 1000);
        Thread { pid: 1, tid, name, call: Call::Running, turns, cpu_ns, delay_ns: 0 }
    }

    /// The sleep that `looks` count: each a time in milliseconds, and the threads' turns by then.
    fn slept(limits: &[Limit], looks: &[(u64, &[u64])]) -> Duration {
        let mut sleep = Sleep::default();
        let (began, pause) = (Instant::now(), Duration::from_millis(30));
        let limits: Limits = (1..).zip(limits.iter().copied()).collect();
        for (at, turns) in looks {
            let threads: Vec<Thread> = (1..).zip(*turns).map(|(tid, turns)| thread(tid, *turns)).collect();
            sleep.count(&threads, &limits, began + Duration::from_millis(*at), pause);
        }
        sleep.total()
    }

    fn milliseconds(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn what_a_thread_asked_for_counts_and_not_how_late_it_is_woken() {
        let limits = [Limit::After(milliseconds(20)), Limit::Never];
        assert_eq!(slept(&limits, &[(0, &[7, 3]), (15, &[7, 3])]), milliseconds(15));
        assert_eq!(slept(&limits, &[(0, &[7, 3]), (15, &[7, 3]), (70, &[7, 3])]), milliseconds(20) + SLACK);
        assert_eq!(slept(&limits, &[(0, &[7, 3]), (70, &[8, 3])]), 2 * (milliseconds(20) + SLACK));
    }

    #[test]
    fn without_a_limit_a_delay_counts_in_part() {
        assert_eq!(slept(&[Limit::Unknown], &[(0, &[7]), (30, &[7]), (500, &[7])]), milliseconds(30 + 80));
    }

    #[test]
    fn a_limit_that_is_never_over_is_believed_for_a_while_only() {
        let looks: Vec<(u64, &[u64])> = (0..=100).map(|look| (look * 30, &[7][..])).collect();
        assert_eq!(slept(&[Limit::After(Duration::ZERO)], &looks), milliseconds(3000 - 1000));
    }

    #[test]
    fn time_in_which_a_thread_ran_is_no_sleep() {
        let limits = [Limit::After(milliseconds(20)), Limit::Unknown];
        // 5,000 turns of a microsecond each.
        assert_eq!(slept(&limits, &[(0, &[7, 0]), (12, &[7, 5000])]), milliseconds(7));
    }
}
