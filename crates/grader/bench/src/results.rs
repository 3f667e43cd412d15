//! The results of a run: plain data, from which the table, the files and the chart are made.

use crate::placement::Machine;
use serde::{Deserialize, Serialize};

/// If the generator uses more than this share of its processor's time, it may have been the slow side.
const SATURATED: f64 = 0.85;

/// How often something happened, and how busy the generator was with it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rate {
    pub(crate) per_second: f64,
    /// The share of one processor's time that the generator used, up to 1.
    pub(crate) generator_busy: f64,
}

impl Rate {
    /// Whether a faster generator might have measured a higher rate, for a server that was as busy as this.
    pub(crate) fn is_lower_bound(self, server_busy: f64) -> bool {
        self.generator_busy > SATURATED.max(server_busy)
    }
}

/// How long lines waited for their answers, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Latency {
    /// How many lines, or visits, per second were begun; `None` if the next began when the last was over.
    pub(crate) offered_per_second: Option<f64>,
    pub(crate) samples: u64,
    /// Lines without an answer when the measurement ended. They count with the time that they had waited until then.
    pub(crate) unanswered: u64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// `None` if there are too few samples for it.
    pub(crate) p999: Option<f64>,
    /// How far the generator itself was behind its timetable, at 99 %.
    pub(crate) late_p99: f64,
}

impl Latency {
    /// Whether the generator's own delay is so large a part that the server's part may be much smaller.
    pub(crate) fn is_upper_bound(&self) -> bool {
        self.late_p99 > self.p99 / 4.0
    }
}

/// The figures of a program with a number of clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// Visits: a client connects, gets one line answered, sends `bye` and sees the end of the connection.
    pub(crate) connections: Rate,
    /// All clients send lines: each always waits for the answer to one line.
    pub(crate) lines: Rate,
    /// The share of its processors' time that the server used meanwhile.
    pub(crate) server_busy: f64,
    /// One client sends lines and all others are silent.
    pub(crate) lone_lines: Rate,
    pub(crate) latency: Latency,
    /// Bytes, see [`observe::Observer::memory`], with all clients silent and without the memory that the server used before they came.
    pub(crate) memory_per_client: f64,
    pub(crate) processes: usize,
    pub(crate) threads: usize,
    /// The additional threads with clients, for each client.
    pub(crate) threads_per_client: f64,
    /// The share of the whole time in which the generator could not run because something else was on its processor.
    pub(crate) disturbed: f64,
}

/// The result of one point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It was measured.
    Measured(Box<Figures>),
    /// The row ends here or has ended before, for this reason.
    Stopped(String),
}

impl Figures {
    /// Whether a faster generator might have measured more lines.
    pub(crate) fn lines_are_lower_bound(&self) -> bool {
        self.lines.is_lower_bound(self.server_busy)
    }

    /// Whether it might have measured more connections. How busy the server is with them is not known, since its threads come and go.
    pub(crate) fn connections_are_lower_bound(&self) -> bool {
        self.connections.is_lower_bound(0.0)
    }
}

impl Outcome {
    pub(crate) fn figures(&self) -> Option<&Figures> {
        match self {
            Outcome::Measured(figures) => Some(figures),
            Outcome::Stopped(_) => None,
        }
    }
}

/// A program and its points, by increasing numbers of clients.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Row {
    pub(crate) program: String,
    /// Whether a second client is served only when the first has left.
    pub(crate) takes_turns: bool,
    pub(crate) points: Vec<(usize, Outcome)>,
}

impl Row {
    /// The points that were measured.
    pub(crate) fn measured(&self) -> impl Iterator<Item = (usize, &Figures)> {
        self.points.iter().filter_map(|(clients, outcome)| Some((*clients, outcome.figures()?)))
    }
}

/// The generator with a peer that does almost nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Calibration {
    pub(crate) clients: usize,
    pub(crate) lines: Rate,
}

/// A whole run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Report {
    pub(crate) schema: u32,
    pub(crate) machine: Machine,
    /// How long each rate was measured, in seconds.
    pub(crate) window: f64,
    pub(crate) calibration: Calibration,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    /// The most lines per second that any program answered.
    pub(crate) fn fastest(&self) -> f64 {
        let rates = self.rows.iter().flat_map(Row::measured).map(|(_, figures)| figures.lines.per_second);
        rates.fold(0.0, f64::max)
    }

    /// The largest share of any point's time in which the generator could not run.
    pub(crate) fn disturbed(&self) -> f64 {
        self.rows.iter().flat_map(Row::measured).map(|(_, figures)| figures.disturbed).fold(0.0, f64::max)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn figures(scale: f64) -> Figures {
        let rate = |per_second: f64| Rate { per_second: per_second * scale, generator_busy: 0.5 };
        Figures {
            connections: rate(1e3),
            lines: rate(1e4),
            server_busy: 0.9,
            lone_lines: rate(5e3),
            latency: Latency {
                offered_per_second: Some(5000.0),
                samples: 5000,
                unanswered: 0,
                p50: 40.0,
                p99: 900.0,
                p999: None,
                late_p99: 2.0,
            },
            memory_per_client: 0.0,
            processes: 1,
            threads: 1,
            threads_per_client: 0.0,
            disturbed: 0.3,
        }
    }

    /// Two programs. One of them stops.
    pub(crate) fn report() -> Report {
        let row = |program: &str, takes_turns, last| Row {
            program: program.to_owned(),
            takes_turns,
            points: vec![
                (1, Outcome::Measured(Box::new(figures(1.0)))),
                (32, Outcome::Measured(Box::new(figures(3.5)))),
                (1000, last),
            ],
        };
        let machine =
            Machine { processors: 2, server_processors: 1, apart: true, system: "Linux 6".to_owned() };
        let lines = Rate { per_second: 2e5, generator_busy: 0.99 };
        Report {
            schema: 1,
            machine,
            window: 1.0,
            calibration: Calibration { clients: 64, lines },
            rows: vec![
                row("server-sequential", true, Outcome::Stopped("it \"waits\", and more".to_owned())),
                row("server-async", false, Outcome::Measured(Box::new(figures(4.0)))),
            ],
        }
    }

    #[test]
    fn a_rate_is_a_bound_where_the_generator_was_busy_and_the_server_less_so() {
        let rate = |generator_busy| Rate { per_second: 1.0, generator_busy };
        assert!(rate(0.95).is_lower_bound(0.5));
        assert!(!rate(0.95).is_lower_bound(0.99));
        assert!(!rate(0.5).is_lower_bound(0.1));
    }
}
