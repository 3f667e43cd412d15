//! Counts events in a window of time, and measures what the generator itself spends on them.

use crate::results::Rate;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// How much longer a window without events stays open until the first event: a machine that is busy with other work may stop both sides for
/// longer than a window.
const PROLONGED: Duration = Duration::from_secs(5);

/// A window of time. It starts after a short time that does not count, in which everything gets going.
pub(crate) struct Meter {
    counts_from: Instant,
    end: Instant,
    /// When counting actually began, and the processor time that this thread had used by then.
    began: Option<(Instant, Duration)>,
    count: u64,
}

impl Meter {
    /// A window of this length that starts after a quarter of it.
    pub(crate) fn new(window: Duration) -> Meter {
        let counts_from = Instant::now() + window / 4;
        Meter { counts_from, end: counts_from + window, began: None, count: 0 }
    }

    /// How long the window is still open; `None` when it is closed.
    pub(crate) fn left(&mut self) -> Option<Duration> {
        let now = Instant::now();
        if self.began.is_none() && now >= self.counts_from {
            self.began = Some((now, thread_time()));
            self.count = 0;
        }
        let end = if self.count > 0 { self.end } else { self.end + PROLONGED };
        let edge = if self.began.is_some() { end } else { self.counts_from };
        if now >= end { None } else { Some(edge.saturating_duration_since(now)) }
    }

    /// Adds events.
    pub(crate) fn add(&mut self, count: u64) {
        self.count += count;
    }

    /// The rate of events in the window, which is closed now.
    pub(crate) fn rate(&self) -> Rate {
        let (began, spent) = self.began.unwrap_or((self.counts_from, Duration::ZERO));
        let seconds = began.elapsed().as_secs_f64();
        Rate {
            per_second: self.count as f64 / seconds,
            generator_busy: thread_time().saturating_sub(spent).as_secs_f64() / seconds,
        }
    }
}

/// The processor time that this thread has used so far.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
