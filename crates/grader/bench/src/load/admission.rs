//! Connects clients until there are enough, each with one line answered.

use super::{Crowd, Manners};
use crate::unmeasured::Unmeasured;
use std::time::{Duration, Instant};

/// How many clients wait for their first answer at the same time, unless the accept queue has less room. A full queue drops the next
/// client's SYN, which is repeated a second later.
pub(crate) const AT_ONCE: usize = 64;

/// Connects `count` clients. A server that takes turns answers the first one, and all others wait in its accept queue.
///
/// # Errors
/// When not all are answered in time.
pub(crate) fn admit(
    crowd: &mut Crowd,
    count: usize,
    manners: &Manners,
    patience: Duration,
) -> Result<(), Unmeasured> {
    let end = Instant::now() + patience;
    let at_once = AT_ONCE.min(manners.backlog).max(1);
    let served = if manners.takes_turns { 1 } else { count };
    let mut answered = 0;
    while answered < served {
        while crowd.len() < served && crowd.len() - answered < at_once {
            let client = crowd.connect()?;
            crowd.speak(client)?;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let seconds = patience.as_secs_f64();
            return Unmeasured::row(format!(
                "only {answered} of {count} clients are served within {seconds} s"
            ));
        }
        for event in 0..crowd.wait(left)? {
            let client = crowd.ready(event);
            let received = crowd.receive_more(client)?;
            answered += usize::from(crowd.has_answer(received));
        }
    }
    while crowd.len() < count {
        crowd.connect()?;
    }
    crowd.forget();
    Ok(())
}
