//! How far a run has come: a bar on standard error, where that is a terminal, with the rate and an estimate.

use indicatif::{ProgressBar, ProgressStyle};

/// The progress of a run.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Of so many submissions.
    pub(crate) fn new(submissions: usize) -> Progress {
        let bar = ProgressBar::new(submissions as u64);
        let template = "{bar:24} {pos}/{len} submissions  {per_sec}  about {eta} left  {msg}";
        Progress(match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// Work on a submission has begun.
    pub(crate) fn begin(&self, name: &str) {
        self.0.set_message(name.to_owned());
    }

    /// One is done.
    pub(crate) fn done(&self) {
        self.0.inc(1);
    }

    /// Takes it off the screen.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}
