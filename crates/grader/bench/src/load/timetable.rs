//! The time at which each line is due, fixed before the first is sent.
//!
//! A client that waits for its answer before it sends the next line sends fewer lines to a slow server, exactly when it is slow. Its
//! measurement leaves out the waiting times of all lines that it would have sent (*coordinated omission*). Here line k is due at its time
//! in any case, and the measured time starts then, whenever the line was really sent.

use std::time::Duration;

/// Lines that are due at equal intervals, sent by the clients in turns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timetable {
    per_second: f64,
    clients: usize,
    lines: u64,
}

impl Timetable {
    /// A timetable with this many lines per second for this length, at least one.
    pub(crate) fn new(per_second: f64, clients: usize, length: Duration) -> Timetable {
        let lines = (per_second * length.as_secs_f64()) as u64;
        Timetable { per_second, clients, lines: lines.max(1) }
    }

    /// How many lines there are.
    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    /// How many of its lines are due at this time after the start.
    pub(crate) fn due(&self, time: Duration) -> u64 {
        ((time.as_secs_f64() * self.per_second) as u64 + 1).min(self.lines)
    }

    /// The time after the start at which a line is due.
    pub(crate) fn time(&self, line: u64) -> Duration {
        Duration::from_secs_f64(line as f64 / self.per_second)
    }

    /// The client that sends a line.
    pub(crate) fn client(&self, line: u64) -> usize {
        usize::try_from(line % self.clients as u64).unwrap_or(0)
    }

    /// The line that this client sends as its `turn`-th, from 0. Answers come in the order of lines, so this tells to which line an answer
    /// belongs.
    pub(crate) fn line(&self, client: usize, turn: u64) -> u64 {
        turn * self.clients as u64 + client as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Latencies;

    #[test]
    fn lines_are_due_one_after_the_other_and_clients_take_turns() {
        let table = Timetable::new(1000.0, 3, Duration::from_secs(1));
        assert_eq!(table.lines(), 1000);
        assert_eq!(table.due(Duration::ZERO), 1);
        assert_eq!(table.due(Duration::from_micros(2500)), 3);
        assert_eq!(table.due(Duration::from_secs(9)), 1000);
        assert_eq!(table.time(250), Duration::from_millis(250));
        assert_eq!((table.client(0), table.client(4)), (0, 1));
        assert_eq!(table.line(1, 1), 4);
    }

    /// A server that answers in 10 µs, but stops for 100 ms in the middle of a second, measured in both ways.
    #[test]
    fn lines_that_are_due_while_the_server_stops_count_with_their_waiting() {
        const SERVICE: Duration = Duration::from_micros(10);
        let stop = Duration::from_millis(500)..Duration::from_millis(600);
        let table = Timetable::new(1000.0, 1, Duration::from_secs(1));
        let (mut intended, mut omitted) = (Latencies::new(), Latencies::new());
        let mut idle_from = Duration::ZERO;
        for line in 0..table.lines() {
            let due = table.time(line);
            let begun = due.max(idle_from);
            let begun = if stop.contains(&begun) { stop.end } else { begun };
            let answered = begun + SERVICE;
            intended.record(answered - due);
            // A client that waits for its answers would have sent this line only after the last answer.
            omitted.record(answered - due.max(idle_from));
            idle_from = answered;
        }
        assert!(intended.quantile(0.5) < 11.0 && omitted.quantile(0.5) < 11.0);
        // A tenth of all lines was due during the stop, and a hundredth waited for 90 ms or more.
        let worst = intended.quantile(0.99);
        assert!((89_000.0..92_000.0).contains(&worst), "{worst}");
        assert!(omitted.quantile(0.99) < 11.0);
    }
}
