//! The closed loop: each client sends its next line as soon as it has the answer to the last. It shows how many lines the
//! server can answer, and nothing about how long they wait: a server that is slow is simply asked less.

use super::crowd::Received;
use super::meter::Meter;
use super::{Crowd, Manners};
use crate::results::Rate;
use crate::unmeasured::Unmeasured;
use std::time::{Duration, Instant};

/// What the answers to the last lines may take.
const LAST: Duration = Duration::from_secs(3);

/// The first `speakers` clients speak, all others are silent.
///
/// # Errors
/// When the server stops answering, or its answers are not as long as the first one was.
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
    // In a server that takes turns all but one wait for somebody who will not leave.
    finish(crowd, if manners.takes_turns { 1 } else { speakers }, manners)?;
    Ok(rate)
}

/// Whether an answer has come to its end. Only one line is under way, so what has come ends with its answer.
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
