//! The one line that a waiting reader sees while checks run: `12/27 decided, 1 not passed`.

use model::{Notice, Verdict};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// Shows notices on a terminal as one line that is written over and over; `None` shows nothing.
///
/// What can't be written is ignored: nothing depends on this line.
pub struct Progress<W: Write> {
    state: Mutex<State<W>>,
}

struct State<W> {
    terminal: Option<W>,
    total: usize,
    decided: usize,
    missed: usize,
}

impl<W: Write> Progress<W> {
    /// Shows progress on this terminal, or nowhere.
    pub fn new(terminal: Option<W>) -> Self {
        Progress { state: Mutex::new(State { terminal, total: 0, decided: 0, missed: 0 }) }
    }

    /// Takes up one notice. Several threads may call this.
    pub fn notice(&self, notice: &Notice) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match notice {
            Notice::Building(package) => return state.show(&format!("building {package} …")),
            Notice::Started(total) => state.total = *total,
            Notice::Decided(check) => {
                state.decided += 1;
                state.missed += usize::from(check.verdict != Verdict::Passed);
            }
        }
        let mut line = format!("{}/{} decided", state.decided, state.total);
        if state.missed > 0 {
            line.push_str(&format!(", {} not passed", state.missed));
        }
        state.show(&line);
    }

    /// Removes the line.
    pub fn clear(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).show("");
    }
}

impl<W: Write> State<W> {
    fn show(&mut self, line: &str) {
        if let Some(terminal) = &mut self.terminal {
            // The cursor goes back to the start, so that whatever is printed next, by cargo or by a shell after an
            // interrupt, takes the place of this line.
            let _ = write!(terminal, "\r\x1b[K{line}\r").and_then(|()| terminal.flush());
        }
    }
}
