//! Visits: a client connects, sends one line, gets the answer, sends `bye`, and sees the end of the connection. Then the next one replaces
//! it. The answer shows that the client was accepted: the kernel's accept queue is enough for a connection.

use super::meter::Meter;
use super::{Crowd, Latencies};
use crate::results::{Latency, Rate};
use crate::unmeasured::Unmeasured;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It waits for its answer.
    Asking,
    /// It has said `bye`.
    Leaving,
}

/// Visitors replace, or are, the first `visitors` clients of the crowd, again and again. All others are silent. Returns visits per second,
/// and the time from the beginning of a visit to the answer.
///
/// # Errors
/// When the server stops answering.
pub(crate) fn visits(
    crowd: &mut Crowd,
    visitors: usize,
    window: Duration,
) -> Result<(Rate, Latency), Unmeasured> {
    let mut meter = Meter::new(window);
    let mut latencies = Latencies::new();
    let mut stages = vec![(Stage::Asking, Instant::now()); visitors];
    for (visitor, stage) in stages.iter_mut().enumerate() {
        *stage = come(crowd, visitor)?;
    }
    while let Some(left) = meter.left() {
        for event in 0..crowd.wait(left)? {
            let visitor = crowd.ready(event);
            let Some((stage, came)) = stages.get(visitor).copied() else {
                // This is a silent client's answer to an earlier line.
                crowd.receive_more(visitor)?;
                continue;
            };
            let received = crowd.receive(visitor)?;
            if received.ended && stage == Stage::Asking {
                return Unmeasured::row("it closed a connection before it had answered");
            } else if received.ended {
                meter.add(1);
                stages[visitor] = come(crowd, visitor)?;
            } else if stage == Stage::Asking && crowd.has_answer(received) {
                latencies.record(came.elapsed());
                crowd.say(visitor, b"bye\n")?;
                stages[visitor].0 = Stage::Leaving;
            }
        }
    }
    let rate = meter.rate();
    if rate.per_second == 0.0 {
        return Unmeasured::row("no visit comes to its end for 5 s");
    }
    Ok((rate, latency(&latencies)))
}

fn come(crowd: &mut Crowd, visitor: usize) -> Result<(Stage, Instant), Unmeasured> {
    let came = Instant::now();
    crowd.replace(visitor)?;
    crowd.speak(visitor)?;
    Ok((Stage::Asking, came))
}

/// No visit can be late: it begins when the one before is over.
fn latency(latencies: &Latencies) -> Latency {
    Latency {
        offered_per_second: None,
        samples: latencies.count(),
        unanswered: 0,
        p50: latencies.quantile(0.5),
        p99: latencies.quantile(0.99),
        p999: latencies.sound_quantile(0.999),
        late_p99: 0.0,
    }
}
