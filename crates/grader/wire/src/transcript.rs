//! What was said, by whom and when.

use model::{Action, Event};
use std::cell::RefCell;
use std::time::Instant;

/// How many bytes of a message are kept for reading.
const KEPT: usize = 256;
/// How many events are kept; of more, the middle is left out.
const LIMIT: usize = 400;
/// The same for the record of a check that is kept for later: bytes of a message, and events.
const RECORDED: (usize, usize) = (64 << 10, 20_000);

/// The record of one check.
#[derive(Debug)]
pub struct Transcript {
    began: Instant,
    events: RefCell<Vec<Event>>,
    /// Everything, if it is kept for later.
    record: RefCell<Option<Vec<Event>>>,
}

impl Default for Transcript {
    fn default() -> Self {
        Transcript { began: Instant::now(), events: RefCell::default(), record: RefCell::default() }
    }
}

impl Transcript {
    /// Adds one event now.
    pub fn record(&self, peer: &str, action: Action, data: &[u8]) {
        let t_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let event = |most: usize| {
            let kept = data.get(..most).unwrap_or(data).to_vec();
            Event { t_us, peer: peer.to_owned(), action, data: kept, length: data.len() as u64 }
        };
        let mut events = self.events.borrow_mut();
        if events.len() == LIMIT {
            events.remove(LIMIT / 2);
        }
        events.push(event(KEPT));
        if let Some(record) = self.record.borrow_mut().as_mut().filter(|record| record.len() < RECORDED.1) {
            record.push(event(RECORDED.0));
        }
    }

    /// Also keeps everything from now on.
    pub fn start_record(&self) {
        self.record.replace(Some(Vec::new()));
    }

    /// Everything since [`Transcript::start_record`].
    pub fn take_record(&self) -> Vec<Event> {
        self.record.take().unwrap_or_default()
    }

    /// Takes all events so far.
    pub fn take(&self) -> Vec<Event> {
        self.events.take()
    }
}
