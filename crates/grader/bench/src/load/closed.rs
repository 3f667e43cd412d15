//! The closed loop: each client sends its next line as soon as it has the answer to the last. It shows how many lines the server can
//! answer, and nothing about how long they wait: a slow server simply gets fewer lines.

use super::crowd::Received;
use super::meter::Meter;
use super::{Crowd, Manners};
use crate::results::Rate;
use crate::unmeasured::Unmeasured;
use std::time::{Duration, Instant};

/// How long the answers to the last lines may take.
const LAST: Duration = Duration::from_secs(3);

/// The first `speakers` clients send lines, and all others are silent.
///
/// # Errors
/// When the server stops answering, or its answers have another length than the first one.
pub(crate) fn closed_loop(
    crowd: &mut Crowd,
    speakers: usize,
    manners: &Manners,
    window: Duration,
) -> Result<Rate, Unmeasured> {
    crowd.forget();
    let mut meter = Meter::new(window);
    for client in 0..speakers {
        crowd.speak(client)?;
    }
    while let Some(left) = meter.left() {
        for event in 0..crowd.wait(left)? {
            let client = crowd.ready(event);
            let received = crowd.receive_more(client)?;
            if is_whole(received, manners) {
                meter.add(1);
                crowd.speak(client)?;
            }
        }
    }
    let rate = meter.rate();
    if rate.per_second == 0.0 {
        return Unmeasured::row("no line is answered for 5 s");
    }
    // With a server that takes turns, all but one client wait for one that will not leave.
    finish(crowd, if manners.takes_turns { 1 } else { speakers }, manners)?;
    Ok(rate)
}

/// Whether an answer is complete. Only one line is outstanding, so the bytes end with its answer.
fn is_whole(received: Received, manners: &Manners) -> bool {
    received.fresh > 0 && received.total.is_multiple_of(manners.answer)
}

/// Waits for the answers to the last lines.
fn finish(crowd: &mut Crowd, mut missing: usize, manners: &Manners) -> Result<(), Unmeasured> {
    let end = Instant::now() + LAST;
    while missing > 0 {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Unmeasured::row(format!("{missing} clients get no answer within 3 s"));
        }
        for event in 0..crowd.wait(left)? {
            let client = crowd.ready(event);
            if is_whole(crowd.receive_more(client)?, manners) {
                missing -= 1;
            }
        }
    }
    Ok(())
}
