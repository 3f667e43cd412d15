//! How long the submission has been in calls in which no signal wakes it (state D), one after the other: neither running, nor asleep, nor
//! waiting for its peer. A program that reads the machine's files again and again, past what is in memory, is there most of the time.
//!
//! How long a thread stays there depends on the machine. That it comes back is its own doing.

use crate::thread::{Call, Thread};
use std::collections::HashMap;
use std::time::{Duration, Instant};

type Known = HashMap<i32, (u64, Duration)>;

/// The time there in one wait.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    own: Duration,
    held_up: Duration,
    /// The last look, if it found nobody running: each thread's turns, and how long it had run or waited for a processor.
    last: Option<(Instant, Known)>,
}

impl Disk {
    /// By its own choice.
    pub(crate) fn own(&self) -> Duration {
        self.own
    }

    /// While some thread did not come back, which only the machine can change.
    pub(crate) fn held_up(&self) -> Duration {
        self.held_up
    }

    /// Takes note of a look at `at`, which was to come `pause` after the last one.
    pub(crate) fn count(&mut self, threads: &[Thread], at: Instant, pause: Duration) {
        let last = self.last.take();
        let is_in_it = |thread: &Thread| thread.call == Call::Disk;
        if !threads.iter().any(is_in_it)
            || !threads.iter().all(|thread| is_in_it(thread) || thread.is_at_rest())
        {
            return;
        }
        let given = |thread: &Thread| Duration::from_nanos(thread.cpu_ns + thread.delay_ns);
        if let Some((before, known)) = last {
            let (mut active, mut is_stuck) = (Duration::ZERO, false);
            for thread in threads {
                match known.get(&thread.tid) {
                    Some((turns, had)) if *had <= given(thread) => {
                        active += given(thread) - *had;
                        is_stuck |= is_in_it(thread) && thread.turns == *turns;
                    }
                    // It is new.
                    _ => active += given(thread),
                }
            }
            let passed = at.duration_since(before).saturating_sub(active);
            if is_stuck {
                self.held_up += passed;
            } else {
                self.own += passed.min(pause * 2);
            }
        }
        self.last =
            Some((at, threads.iter().map(|thread| (thread.tid, (thread.turns, given(thread)))).collect()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thread that has run `turns` times, each for a microsecond.
    fn thread(call: Call, turns: u64) -> Thread {
        Thread { pid: 1, tid: 1, name: String::new(), call, turns, cpu_ns: turns * 1000, delay_ns: 0 }
    }

    #[test]
    fn only_what_comes_back_for_more_is_there_by_its_own_choice() {
        let (mut disk, began, pause) = (Disk::default(), Instant::now(), Duration::from_millis(10));
        let mut look = |milliseconds, call, turns| {
            disk.count(&[thread(call, turns)], began + Duration::from_millis(milliseconds), pause);
            (disk.own().as_millis(), disk.held_up().as_millis())
        };
        assert_eq!(look(0, Call::Disk, 1), (0, 0));
        assert_eq!(look(10, Call::Disk, 1), (0, 10), "it has not come back");
        assert_eq!(look(20, Call::Disk, 2), (9, 10), "it has, less what it ran");
        assert_eq!(look(30, Call::Running, 3), (9, 10));
        assert_eq!(look(40, Call::Disk, 4), (9, 10), "it ran in between");
        assert_eq!(look(90, Call::Disk, 5), (29, 10), "the look came late");
        assert_eq!(look(100, Call::Stopped, 5), (29, 10), "nobody is on the disk");
    }
}
