//! The progress of a run, on standard error: a bar with the rate and an estimate on a terminal, and elsewhere, for example in the log of a
//! CI job, a line for each tenth of the class. Both name the submission that has been graded for the longest time.

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Without a bar, a line says at least this often which submission is still being graded.
const SILENCE: Duration = Duration::from_secs(60);

/// The progress of a run.
pub(crate) struct Progress {
    bar: ProgressBar,
    state: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    submissions: usize,
    done: usize,
    began: Instant,
    /// The submissions that are being graded, the earliest first.
    under_way: Vec<(String, Instant)>,
    /// When the last line was written.
    told: Instant,
    is_over: bool,
}

impl Default for State {
    fn default() -> State {
        let now = Instant::now();
        State { submissions: 0, done: 0, began: now, under_way: Vec::new(), told: now, is_over: false }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a line whenever there has been none for long, until all is over.
    fn break_silence(&self) {
        let mut state = self.lock();
        while !state.is_over {
            let left = SILENCE.saturating_sub(state.told.elapsed());
            if left.is_zero() {
                state.tell();
                continue;
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl State {
    fn tell(&mut self) {
        self.told = Instant::now();
        let waiting = self.waited_for().map(|words| format!("; {words}")).unwrap_or_default();
        eprintln!("{}{waiting}", line(self.done, self.submissions, self.began.elapsed()));
    }

    /// The submission that has been graded for the longest time.
    fn waited_for(&self) -> Option<String> {
        let (name, since) = self.under_way.first()?;
        Some(format!("waiting for {} for {} s", report::escape::text(name), since.elapsed().as_secs()))
    }
}

impl Progress {
    /// The progress of a run that has not begun its first submission yet.
    pub(crate) fn new() -> Progress {
        Progress { bar: ProgressBar::no_length(), state: Arc::default() }
    }

    /// Says what is being prepared before grading can begin.
    pub(crate) fn prepare(&self, what: &str) {
        if self.bar.is_hidden() {
            eprintln!("preparing {what}");
            return;
        }
        self.show("{spinner} preparing {msg}  {elapsed}");
        self.bar.set_message(what.to_owned());
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    /// From now on this number of submissions is graded.
    pub(crate) fn start(&self, submissions: usize) {
        let state = self.state.clone();
        *state.lock() = State { submissions, ..State::default() };
        if self.bar.is_hidden() {
            // If no thread can be started, the lines between must suffice.
            let _ = thread::Builder::new().spawn(move || state.break_silence());
            return;
        }
        self.show("{bar:24} {pos}/{len} submissions  {per_sec}  about {eta} left  {waiting}");
        self.bar.reset();
        self.bar.set_length(submissions as u64);
        self.bar.enable_steady_tick(Duration::from_secs(1));
    }

    /// Work on a submission has begun.
    pub(crate) fn begin(&self, name: &str) {
        self.state.lock().under_way.push((name.to_owned(), Instant::now()));
    }

    /// It is done.
    pub(crate) fn done(&self, name: &str) {
        self.bar.inc(1);
        let mut state = self.state.lock();
        if let Some(place) = state.under_way.iter().position(|(other, _)| other == name) {
            state.under_way.remove(place);
        }
        state.done += 1;
        if self.bar.is_hidden() && ends_a_tenth(state.done, state.submissions) {
            state.tell();
        }
    }

    /// Takes it off the screen.
    pub(crate) fn clear(&self) {
        self.state.lock().is_over = true;
        self.state.changed.notify_all();
        self.bar.finish_and_clear();
    }

    fn show(&self, template: &str) {
        let state = self.state.clone();
        let waiting = move |_: &ProgressState, out: &mut dyn Write| {
            // An error in drawing the bar does not matter.
            let _ = out.write_str(&state.lock().waited_for().unwrap_or_default());
        };
        // A wrong template would only leave the bar as it was.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.with_key("waiting", waiting));
        }
    }
}

/// Whether this submission completes another tenth of all.
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
    if done == all || done == 0 {
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
