//! The moments at which lines are due. They are fixed when the first line is sent, and nothing that happens
//! in between moves them.
//!
//! The obvious loop (write, sleep for a pause, write) drifts: each round takes a pause and the time of the
//! write. That is almost nothing as long as the write only copies bytes into the kernel, but a client that
//! reads late can block it for any time. Here line k is due k pauses after the start, and the sleep is for
//! the time that is left until then.

use std::thread;
use std::time::{Duration, Instant};

/// The moments at which one client's lines are due.
#[derive(Debug)]
pub(crate) struct Schedule {
    /// Measured on a clock that cannot be set, unlike the one that tells the date (clock_gettime(2),
    /// `CLOCK_MONOTONIC`).
    start: Instant,
    pause_ms: u64,
}

impl Schedule {
    /// A schedule whose line 0 is due now.
    pub(crate) fn start(pause_ms: u64) -> Schedule {
        Schedule { start: Instant::now(), pause_ms }
    }

    /// Sleeps until line `number` is due. It does not sleep if that moment has passed.
    pub(crate) fn wait_for(&self, number: u64) {
        // For a length of zero this makes no system call.
        thread::sleep(left(self.pause_ms, number, self.start.elapsed()));
    }
}

/// How long it is from `elapsed` after the start until line `number` is due.
fn left(pause_ms: u64, number: u64, elapsed: Duration) -> Duration {
    // The largest pause and number would mean a wait of many million years. A product that overflowed would
    // mean none.
    Duration::from_millis(pause_ms.saturating_mul(number)).saturating_sub(elapsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn the_first_line_is_due_at_once() {
        assert_eq!(left(1000, 0, ms(0)), ms(0));
    }

    #[test]
    fn time_spent_writing_is_not_added_to_the_pause() {
        assert_eq!(left(1000, 3, ms(2250)), ms(750));
    }

    #[test]
    fn what_is_late_is_due_at_once() {
        assert_eq!(left(1000, 3, ms(3000)), ms(0));
        assert_eq!(left(1000, 3, ms(9000)), ms(0));
        assert_eq!(left(0, 3, ms(1)), ms(0));
    }

    #[test]
    fn huge_arguments_do_not_overflow() {
        assert_eq!(left(u64::MAX, u64::MAX, ms(1)), ms(u64::MAX - 1));
    }
}
