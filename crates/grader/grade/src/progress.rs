//! How far a run has come, on standard error: a bar with the rate and an estimate where that is a terminal, and elsewhere, as in
//! the log of a CI job, a line for each tenth of the class.

use indicatif::{ProgressBar, ProgressStyle};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The progress of a run.
pub(crate) struct Progress {
    bar: ProgressBar,
    submissions: usize,
    done: AtomicUsize,
    began: Instant,
}

impl Progress {
    /// Of a run that has not come to its first submission yet.
    pub(crate) fn new() -> Progress {
        let bar = ProgressBar::no_length();
        Progress { bar, submissions: 0, done: AtomicUsize::new(0), began: Instant::now() }
    }

    /// Tells what is prepared before anything can be graded.
    pub(crate) fn prepare(&self, what: &str) {
        if self.bar.is_hidden() {
            eprintln!("preparing {what}");
            return;
        }
        self.show("{spinner} preparing {msg}  {elapsed}");
        self.bar.set_message(what.to_owned());
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    /// So many submissions are graded from now on.
    pub(crate) fn start(&mut self, submissions: usize) {
        self.submissions = submissions;
        self.began = Instant::now();
        self.bar.disable_steady_tick();
        self.show("{bar:24} {pos}/{len} submissions  {per_sec}  about {eta} left  {msg}");
        self.bar.reset();
        self.bar.set_length(submissions as u64);
        self.bar.set_message("");
    }

    /// Work on a submission has begun.
    pub(crate) fn begin(&self, name: &str) {
        self.bar.set_message(name.to_owned());
    }

    /// One is done.
    pub(crate) fn done(&self) {
        self.bar.inc(1);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.bar.is_hidden() && ends_a_tenth(done, self.submissions) {
            eprintln!("{}", line(done, self.submissions, self.began.elapsed()));
        }
    }

    /// Takes it off the screen.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self, template: &str) {
        // A template that is wrong would only leave the bar as it was.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }
}

/// Whether a tenth of all is done with this one that was not before.
fn ends_a_tenth(done: usize, all: usize) -> bool {
    let tenths = |done: usize| done * 10 / all.max(1);
    tenths(done) > tenths(done - 1)
}

/// `20/200 submissions after 25 s, 48 a minute, about 225 s left`.
fn line(done: usize, all: usize, elapsed: Duration) -> String {
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let seconds = elapsed.as_secs_f64();
    let rate = 60.0 * count(done) / seconds.max(0.001);
    let told = format!("{done}/{all} submissions after {seconds:.0} s, {rate:.0} a minute");
    if done == all {
        return told;
    }
    format!("{told}, about {:.0} s left", seconds / count(done) * count(all - done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_for_each_tenth_and_for_the_last() {
        let told = |all| (1..=all).filter(|done| ends_a_tenth(*done, all)).collect::<Vec<_>>();
        assert_eq!(told(200), (1..=10).map(|tenth| tenth * 20).collect::<Vec<_>>());
        assert_eq!(told(7), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(told(13).last(), Some(&13));
    }

    #[test]
    fn a_line_tells_the_rate_and_an_estimate() {
        let told = line(20, 200, Duration::from_secs(25));
        assert_eq!(told, "20/200 submissions after 25 s, 48 a minute, about 225 s left");
        let told = line(200, 200, Duration::from_secs(250));
        assert_eq!(told, "200/200 submissions after 250 s, 48 a minute");
    }
}
