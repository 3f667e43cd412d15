//! The clients that are present: the threaded server counts its clients, so that it can wait for one of them to leave
//! when their connections have used up all file descriptors.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How many clients are connected, and how many have left since the server was started.
#[derive(Debug, Default)]
pub struct Attendance {
    count: Mutex<Count>,
    departure: Condvar,
}

#[derive(Debug, Default)]
struct Count {
    present: usize,
    departed: u64,
}

/// One client's place in the count. It ends when this value is dropped, however its thread ends.
#[derive(Debug)]
pub struct Presence(Arc<Attendance>);

impl Attendance {
    /// Counts a client that has arrived.
    pub fn enter(self: &Arc<Self>) -> Presence {
        self.lock().present += 1;
        Presence(Arc::clone(self))
    }

    /// How many clients have left so far.
    pub fn departed(&self) -> u64 {
        self.lock().departed
    }

    /// Blocks until more than `known` clients have left. Returns `false` at once if no client is there that could
    /// leave.
    ///
    /// `known` must have been read before the call that failed for lack of a descriptor. Otherwise a client that
    /// leaves between that failure and this wait would go unnoticed, and the wait might never end.
    pub fn wait_for_departure(&self, known: u64) -> bool {
        let waits = |count: &mut Count| count.departed == known && count.present > 0;
        let count = self.departure.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner);
        count.departed > known
    }

    /// The two numbers are valid at any time, so a thread that panicked while it held the lock has broken nothing.
    fn lock(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut count = self.0.lock();
        count.present -= 1;
        count.departed += 1;
        self.0.departure.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn nobody_is_waited_for_when_nobody_is_there() {
        let attendance = Arc::new(Attendance::default());
        assert!(!attendance.wait_for_departure(attendance.departed()));
    }

    #[test]
    fn a_departure_before_the_wait_is_noticed() {
        let attendance = Arc::new(Attendance::default());
        let (one, _other) = (attendance.enter(), attendance.enter());
        let known = attendance.departed();
        drop(one);
        assert!(attendance.wait_for_departure(known));
    }

    #[test]
    fn a_departure_ends_the_wait_even_by_a_panic() {
        let attendance = Arc::new(Attendance::default());
        let client = attendance.enter();
        let known = attendance.departed();
        let thread = thread::spawn(move || {
            let _client = client;
            panic!("on purpose");
        });
        assert!(attendance.wait_for_departure(known));
        assert!(thread.join().is_err());
    }
}
