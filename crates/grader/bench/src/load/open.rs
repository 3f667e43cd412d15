//! The open loop: lines are sent when they are due, whether earlier ones are answered or not, as by people who know nothing of each other.
//! It shows how long a line waits under a load that the server can bear.

use super::timetable::Timetable;
use super::{Crowd, Latencies, Manners};
use crate::results::Latency;
use crate::unmeasured::Unmeasured;
use std::time::{Duration, Instant};

/// How long the answers to the last lines may take.
const LAST: Duration = Duration::from_secs(2);
/// For a wait that is shorter than this, the generator polls if it has its own processor: to be woken takes time that would count as the
/// server's.
const SPIN: Duration = Duration::from_millis(1);
/// The most lines that are sent between two looks at the answers.
const BURST: u64 = 64;

/// The clients send this many lines per second, in turns.
///
/// # Errors
/// When the server closes a connection or does not read.
pub(crate) fn open_loop(
    crowd: &mut Crowd,
    per_second: f64,
    manners: &Manners,
    window: Duration,
    may_spin: bool,
) -> Result<Latency, Unmeasured> {
    crowd.forget();
    let table = Timetable::new(per_second, crowd.len(), window);
    let mut answered: Vec<u64> = vec![0; crowd.len()];
    let (mut latencies, mut late) = (Latencies::new(), Latencies::new());
    let start = Instant::now();
    let (mut sent, mut missing) = (0, table.lines());
    while missing > 0 {
        let due = table.due(start.elapsed()).min(sent + BURST);
        while sent < due {
            crowd.speak(table.client(sent))?;
            late.record(start.elapsed().saturating_sub(table.time(sent)));
            sent += 1;
        }
        let next = if sent < table.lines() { table.time(sent) } else { table.time(sent) + LAST };
        let left = next.saturating_sub(start.elapsed());
        if left.is_zero() && sent == table.lines() {
            break;
        }
        let count = crowd.wait(if may_spin && left < SPIN { Duration::ZERO } else { left })?;
        let now = start.elapsed();
        for event in 0..count {
            let client = crowd.ready(event);
            let answers = (crowd.receive_more(client)?.total / manners.answer) as u64;
            for turn in answered[client]..answers {
                latencies.record(now.saturating_sub(table.time(table.line(client, turn))));
                missing = missing.saturating_sub(1);
            }
            answered[client] = answers;
        }
    }
    count_unanswered(&mut latencies, &table, &answered, start.elapsed());
    Ok(Latency {
        offered_per_second: Some(per_second),
        samples: latencies.count(),
        unanswered: missing,
        p50: latencies.quantile(0.5),
        p99: latencies.quantile(0.99),
        p999: latencies.sound_quantile(0.999),
        late_p99: late.quantile(0.99),
    })
}

/// A line without an answer has waited at least until now.
fn count_unanswered(latencies: &mut Latencies, table: &Timetable, answered: &[u64], now: Duration) {
    for (client, turns) in answered.iter().enumerate() {
        let mut turn = *turns;
        while table.line(client, turn) < table.lines() {
            latencies.record(now.saturating_sub(table.time(table.line(client, turn))));
            turn += 1;
        }
    }
}
