//! The content of a line: the present time.

use jiff::Timestamp;

/// Tells one client the time, in lines.
///
/// A machine's clock can be set back, by its owner or by time synchronisation. A client sees nothing of that:
/// if the clock shows less than the client was told before, it is told the same time again.
#[derive(Debug)]
pub(crate) struct Clock {
    latest: Timestamp,
}

impl Clock {
    /// A clock for a client that has not been told anything.
    pub(crate) fn new() -> Clock {
        Clock { latest: Timestamp::MIN }
    }

    /// The line for the moment `now`. The time in it is RFC 3339 in UTC, to the second.
    pub(crate) fn line(&mut self, now: Timestamp) -> String {
        self.latest = self.latest.max(now);
        // `.0` cuts the fraction off. Rounding would tell, half of the time, a second that has not come yet.
        format!("{{'time' : '{:.0}'}}\n", self.latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_line_has_the_second_that_has_begun() {
        let line = Clock::new().line(at("2026-11-21T11:42:18.999999999Z"));
        assert_eq!(line, "{'time' : '2026-11-21T11:42:18Z'}\n");
    }

    #[test]
    fn the_time_stands_still_while_the_clock_is_behind() {
        let mut clock = Clock::new();
        let mut seconds = Vec::new();
        for now in ["2026-11-21T11:42:18Z", "2026-11-21T10:42:19Z", "2026-11-21T11:42:20Z"] {
            seconds.push(clock.line(at(now))[28..30].to_owned());
        }
        assert_eq!(seconds, ["18", "18", "20"]);
    }
}
