//! The one line that a waiting reader sees while checks run: `12/27 decided, 1 not passed`.

use model::{Notice, Verdict};
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shows notices on a terminal as one line that is overwritten again and again; `None` shows nothing.
///
/// Errors in writing are ignored: nothing depends on this line.
pub struct Progress<W: Write> {
    state: Mutex<State<W>>,
}

struct State<W> {
    terminal: Option<W>,
    missed_are: &'static str,
    total: usize,
    decided: usize,
    missed: usize,
}

impl<W: Write> Progress<W> {
    /// Shows progress on this terminal, or nowhere. `missed_are` is the name for decided checks that a reader should hear of: `not passed`.
    pub fn new(terminal: Option<W>, missed_are: &'static str) -> Self {
        Progress { state: Mutex::new(State { terminal, missed_are, total: 0, decided: 0, missed: 0 }) }
    }

    /// Takes one notice of a run. Several threads may call this.
    pub fn notice(&self, notice: &Notice) {
        match notice {
            Notice::Building(package) => self.building(package),
            Notice::Started(total) => self.started(*total),
            Notice::Decided(check) => self.decided(check.verdict != Verdict::Passed),
        }
    }

    /// This is being built.
    pub fn building(&self, what: &str) {
        self.state().show(&format!("building {what} …"));
    }

    /// This number of checks will run.
    pub fn started(&self, total: usize) {
        let mut state = self.state();
        state.total = total;
        state.count();
    }

    /// One more check is done. `missed` says whether the reader should hear of it.
    pub fn decided(&self, missed: bool) {
        let mut state = self.state();
        state.decided += 1;
        state.missed += usize::from(missed);
        state.count();
    }

    /// Removes the line.
    pub fn clear(&self) {
        self.state().show("");
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write> State<W> {
    fn count(&mut self) {
        let mut line = format!("{}/{} decided", self.decided, self.total);
        if self.missed > 0 {
            line.push_str(&format!(", {} {}", self.missed, self.missed_are));
        }
        self.show(&line);
    }

    fn show(&mut self, line: &str) {
        if let Some(terminal) = &mut self.terminal {
            // The cursor goes back to the start, so the next output, from cargo or from a shell after an interrupt, replaces this line.
            let _ = write!(terminal, "\r\x1b[K{line}\r").and_then(|()| terminal.flush());
        }
    }
}
