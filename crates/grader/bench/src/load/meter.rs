//! Counts what happens in a window of time, and what the generator itself spends on it.

use crate::results::Rate;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// By how much a window in which nothing has happened is prolonged, until the first thing happens: a machine that is busy
/// elsewhere may stop both sides for longer than a window.
const PROLONGED: Duration = Duration::from_secs(5);

/// A window of time, with some before it that does not count, in which everything gets going.
pub(crate) struct Meter {
    counts_from: Instant,
    end: Instant,
    /// When counting began in fact, and the processor time that this thread had used by then.
    began: Option<(Instant, Duration)>,
    count: u64,
}

impl Meter {
    /// A window of that length, a quarter of it from now.
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

    /// So many things have happened.
    pub(crate) fn add(&mut self, count: u64) {
        self.count += count;
    }

    /// What has happened in the window, which is closed now.
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
