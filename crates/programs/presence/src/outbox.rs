//! What still has to be written to one client.
//!
//! A write to a socket blocks while the client does not read. So no thread writes to the socket of another
//! client. The lines go into that client's outbox, which takes no time, and a thread with no other task
//! writes them. Only that thread waits for the client.

use std::fmt;
use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How much may wait for one client, in bytes: 1 MiB. Once that much waits, the server drops the client at
/// the next line.
///
/// The kernel's buffers come in addition. A limit is necessary: lines that are not read have to be kept
/// somewhere, and without a limit a single client that stops reading would use up all memory.
pub const OUTBOX_LIMIT: usize = 1 << 20;

/// The queue between the threads that have something to tell a client and the thread that writes to it.
pub struct Outbox {
    queue: Mutex<Queue>,
    changed: Condvar,
    hang_up: Box<dyn Fn() + Send + Sync>,
}

struct Queue {
    /// Whole lines, one after the other.
    waiting: Vec<u8>,
    /// How many bytes were taken for the write that is in progress.
    in_flight: usize,
    open: bool,
}

impl Queue {
    fn unsent(&self) -> usize {
        self.waiting.len() + self.in_flight
    }
}

impl Outbox {
    /// An empty outbox. `hang_up` must end the connection at once, even while a write on it is blocked. It
    /// may be called more than once.
    pub fn new(hang_up: impl Fn() + Send + Sync + 'static) -> Outbox {
        let queue = Queue { waiting: Vec::new(), in_flight: 0, open: true };
        Outbox { queue: Mutex::new(queue), changed: Condvar::new(), hang_up: Box::new(hang_up) }
    }

    /// Appends `lines` to what waits already; does nothing once the outbox is closed. Returns whether the
    /// writer has to be woken: if something waited or was being written, the writer will look here again by
    /// itself.
    ///
    /// It never waits. A client for which too much waits is dropped: the unsent lines are thrown away, and
    /// its connection is ended.
    #[must_use = "the writer may be asleep"]
    pub fn push(&self, lines: &str) -> bool {
        let mut queue = self.lock();
        if !queue.open {
            return false;
        }
        if queue.unsent() >= OUTBOX_LIMIT {
            drop(queue);
            self.abandon();
            return false;
        }
        let idle = queue.unsent() == 0;
        queue.waiting.extend_from_slice(lines.as_bytes());
        idle
    }

    /// Wakes the writer. This is a system call, so it is separate from `push`: if many clients are told the
    /// same, it can be made after the room is unlocked.
    pub fn wake(&self) {
        self.changed.notify_all();
    }

    /// Closes the outbox: nothing more goes in, but its content may still be written.
    pub fn finish(&self) {
        self.lock().open = false;
        self.changed.notify_all();
    }

    /// Closes the outbox, throws away its content and hangs up.
    pub fn abandon(&self) {
        let mut queue = self.lock();
        queue.open = false;
        queue.waiting = Vec::new();
        queue.in_flight = 0;
        drop(queue);
        self.changed.notify_all();
        (self.hang_up)();
    }

    /// Whether lines still go in.
    pub fn is_open(&self) -> bool {
        self.lock().open
    }

    /// For the writer: waits until there is something to write and returns all of it, or returns `None` if
    /// the outbox is closed and empty. The next call means that the bytes returned last have been written.
    ///
    /// It returns everything at once: if lines have gathered while the writer was busy, one write is enough
    /// for all of them.
    pub fn take(&self) -> Option<Vec<u8>> {
        let mut queue = self.lock();
        queue.in_flight = 0;
        let idle = |queue: &mut Queue| queue.waiting.is_empty() && queue.open;
        let mut queue = self.changed.wait_while(queue, idle).unwrap_or_else(PoisonError::into_inner);
        if queue.waiting.is_empty() {
            self.changed.notify_all();
            return None;
        }
        let lines = mem::take(&mut queue.waiting);
        queue.in_flight = lines.len();
        Some(lines)
    }

    /// Waits until nothing is left to write, for at most `limit`. Returns whether that was reached.
    pub fn wait_until_empty(&self, limit: Duration) -> bool {
        let unsent = |queue: &mut Queue| queue.unsent() > 0;
        let result = self.changed.wait_timeout_while(self.lock(), limit, unsent);
        !result.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Every change to the queue is complete before the lock is released, so a thread that panicked has
    /// broken nothing.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("unsent", &self.lock().unsent()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    /// An outbox, and how often it has hung up.
    fn outbox() -> (Arc<Outbox>, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let hang_up = move || {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        (Arc::new(Outbox::new(hang_up)), count)
    }

    fn taken(outbox: &Outbox) -> Option<String> {
        outbox.take().map(|lines| String::from_utf8(lines).unwrap())
    }

    #[test]
    fn what_has_gathered_is_taken_at_once_and_in_order() {
        let (outbox, _) = outbox();
        assert!(outbox.push("one\n"), "the writer is asleep");
        assert!(!outbox.push("two\n"), "the writer has been woken already");
        assert_eq!(taken(&outbox).unwrap(), "one\ntwo\n");
        assert!(!outbox.push("three\n"), "the writer is busy and will come back");
        assert_eq!(taken(&outbox).unwrap(), "three\n");
    }

    #[test]
    fn what_is_in_a_finished_outbox_is_written_and_nothing_else() {
        let (outbox, hung_up) = outbox();
        let _ = outbox.push("one\n");
        outbox.finish();
        let _ = outbox.push("two\n");
        assert_eq!(taken(&outbox).unwrap(), "one\n");
        assert_eq!(taken(&outbox), None);
        assert_eq!(hung_up.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_line_beyond_the_limit_drops_the_client_and_what_waited() {
        let (outbox, hung_up) = outbox();
        let line = "x".repeat(OUTBOX_LIMIT / 2);
        let _ = outbox.push(&line);
        let _ = outbox.push(&line);
        assert!(outbox.is_open());
        let _ = outbox.push("one more\n");
        assert!(!outbox.is_open());
        assert_eq!(taken(&outbox), None);
        assert_eq!(hung_up.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn what_is_being_written_counts_until_it_is_written() {
        let (outbox, _) = outbox();
        let _ = outbox.push(&"x".repeat(OUTBOX_LIMIT));
        let _being_written = outbox.take();
        let _ = outbox.push("one more\n");
        assert!(!outbox.is_open());
    }

    #[test]
    fn the_end_is_waited_for_until_the_last_write_is_over() {
        let (outbox, _) = outbox();
        let _ = outbox.push("one\n");
        outbox.finish();
        let _being_written = outbox.take();
        assert!(!outbox.wait_until_empty(Duration::from_millis(1)));
        let writer = thread::spawn({
            let outbox = Arc::clone(&outbox);
            move || outbox.take()
        });
        assert!(outbox.wait_until_empty(Duration::from_secs(60)));
        assert_eq!(writer.join().unwrap(), None);
    }

    #[test]
    fn an_abandoned_outbox_keeps_nobody_waiting() {
        let (outbox, hung_up) = outbox();
        let _ = outbox.push("one\n");
        outbox.abandon();
        assert!(outbox.wait_until_empty(Duration::ZERO));
        assert_eq!(taken(&outbox), None);
        assert_eq!(hung_up.load(Ordering::Relaxed), 1);
    }
}
