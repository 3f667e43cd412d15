//! Durations, kept in a histogram that does not grow, with a precision of three digits.

use hdrhistogram::Histogram;
use std::time::Duration;

/// The shortest and the longest duration that is recorded, in nanoseconds.
const RANGE: (u64, u64) = (100, 60_000_000_000);
/// How many samples must be beyond a quantile to make it meaningful.
const BEYOND: f64 = 5.0;

/// Durations with quantiles.
pub(crate) struct Latencies {
    histogram: Histogram<u64>,
}

impl Latencies {
    /// No durations yet.
    pub(crate) fn new() -> Latencies {
        let histogram = Histogram::new_with_bounds(RANGE.0, RANGE.1, 3);
        Latencies { histogram: histogram.expect("the range and the precision are ones that it has") }
    }

    /// Records a duration. One that is longer than a minute counts as a minute.
    pub(crate) fn record(&mut self, time: Duration) {
        self.histogram.saturating_record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The duration that this share of all did not exceed, in microseconds.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        self.histogram.value_at_quantile(share) as f64 / 1000.0
    }

    /// The same, if there are enough samples beyond it.
    pub(crate) fn sound_quantile(&self, share: f64) -> Option<f64> {
        let beyond = self.count() as f64 * (1.0 - share);
        (beyond >= BEYOND).then(|| self.quantile(share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_exact_to_three_digits_and_need_samples() {
        let mut latencies = Latencies::new();
        for time in 1..=1000 {
            latencies.record(Duration::from_micros(time));
        }
        let is_near = |got: f64, right: f64| (got - right).abs() <= right / 1000.0;
        assert!(is_near(latencies.quantile(0.5), 500.0), "{}", latencies.quantile(0.5));
        assert!(is_near(latencies.quantile(0.99), 990.0), "{}", latencies.quantile(0.99));
        assert!(latencies.sound_quantile(0.99).is_some());
        assert_eq!(latencies.sound_quantile(0.999), None);
    }

    #[test]
    fn what_takes_for_ever_counts_as_a_minute() {
        let mut latencies = Latencies::new();
        latencies.record(Duration::from_secs(3600));
        assert!((59.9e6..60.1e6).contains(&latencies.quantile(1.0)));
    }
}
