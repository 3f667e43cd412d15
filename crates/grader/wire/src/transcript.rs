//! What was said, by whom and when.

use model::{Action, Event};
use std::cell::RefCell;
use std::time::Instant;

/// How many bytes of a message are kept for reading.
const KEPT: usize = 256;
/// How many events are kept; of more, the middle is left out.
const LIMIT: usize = 400;

/// The record of one check.
#[derive(Debug)]
pub struct Transcript {
    began: Instant,
    events: RefCell<Vec<Event>>,
}

impl Default for Transcript {
    fn default() -> Self {
        Transcript { began: Instant::now(), events: RefCell::new(Vec::new()) }
    }
}

impl Transcript {
    /// Adds one event now.
    pub fn record(&self, peer: &str, action: Action, data: &[u8]) {
        let t_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let kept = data.get(..KEPT).unwrap_or(data).to_vec();
        let mut events = self.events.borrow_mut();
        if events.len() == LIMIT {
            events.remove(LIMIT / 2);
        }
        events.push(Event { t_us, peer: peer.to_owned(), action, data: kept, length: data.len() as u64 });
    }

    /// Takes all events so far.
    pub fn take(&self) -> Vec<Event> {
        self.events.take()
    }
}
