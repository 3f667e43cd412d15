//! A long random history, and the search for the shortest one that still fails.

use model::{Event, Failure, Kind, Step, Stop};
use session::Session;
use std::fmt::Display;
use std::time::{Duration, Instant};

/// The search for a shorter history may cost this many tries and steps.
const TRIES: usize = 150;
const EFFORT: usize = 20_000;
/// How long the search may last. One try with a program that wakes by the clock may take seconds. The verdict stands; only the report gets
/// longer.
const SEARCH: Duration = Duration::from_secs(20);

/// A history that fails, with its failure and its record.
struct Found<M> {
    moves: Vec<M>,
    failure: Box<Failure>,
    record: Vec<Event>,
}

/// What is left of a history without the steps at the indices for which the predicate holds. Steps that make no sense without them are
/// removed too.
type Without<M> = fn(&[M], &dyn Fn(usize) -> bool) -> Vec<M>;

/// Plays a history on a new server, which must pass it. `play` counts the steps that it has begun. A failure tells the shortest failing
/// history that was found.
///
/// # Errors
/// That failure, and a fault of the grader.
pub(crate) fn expect_to_pass<M: Display>(
    session: &mut Session,
    moves: Vec<M>,
    without: Without<M>,
    play: fn(&mut Session, &[M], &mut usize) -> Step,
) -> Step {
    let mut outcome = |mut moves: Vec<M>| {
        session.take_record();
        let mut done = 0;
        match play(session, &moves, &mut done) {
            Ok(()) => Ok(None),
            Err(Stop::Failed(failure)) => {
                moves.truncate(done);
                Ok(Some(Found { moves, failure, record: session.take_record() }))
            }
            Err(stop) => Err(stop),
        }
    };
    let Some(found) = outcome(moves)? else { return Ok(()) };
    // Each try would use up the same budget of time again.
    let costly = matches!(found.failure.kind, Kind::Busy | Kind::Asleep);
    let Found { moves, mut failure, record } = if costly { found } else { shorten(found, without, outcome) };
    let told: Vec<String> = moves.iter().map(M::to_string).collect();
    let steps = if moves.len() == 1 { "1 step".to_owned() } else { format!("{} steps", moves.len()) };
    failure.summary = format!("{}, in a history of {steps} ({})", failure.summary, told.join("; "));
    failure.transcript = record;
    Err(Stop::Failed(failure))
}

/// Takes steps out of a failing history, first many at once and then fewer, as long as the rest still fails. If the search itself cannot go
/// on, the shortest history so far stands.
fn shorten<M>(
    mut found: Found<M>,
    without: Without<M>,
    mut play: impl FnMut(Vec<M>) -> Step<Option<Found<M>>>,
) -> Found<M> {
    let (mut tries, mut effort) = (0, 0);
    let began = Instant::now();
    let mut size = found.moves.len().div_ceil(2);
    let mut start = 0;
    while size > 0 && tries < TRIES && effort < EFFORT && began.elapsed() < SEARCH {
        if start >= found.moves.len() {
            size /= 2;
            start = 0;
            continue;
        }
        let candidate = without(&found.moves, &|index| (start..start + size).contains(&index));
        tries += 1;
        effort += candidate.len();
        match play(candidate) {
            Ok(Some(shorter)) if shorter.moves.len() < found.moves.len() => found = shorter,
            Ok(_) => start += size,
            Err(_) => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Fault;

    fn found(moves: Vec<usize>) -> Found<usize> {
        Found { moves, failure: Box::new(Failure::new(Kind::Mismatch, "differs")), record: Vec::new() }
    }

    fn without(moves: &[usize], taken: &dyn Fn(usize) -> bool) -> Vec<usize> {
        let kept = moves.iter().enumerate().filter(|(place, _)| !taken(*place));
        kept.map(|(_, step)| *step).collect()
    }

    #[test]
    fn a_history_is_shortened_to_the_one_step_that_fails() {
        let fails = |moves: Vec<usize>| Ok(moves.contains(&13).then(|| found(moves)));
        assert_eq!(shorten(found((0..20).collect()), without, fails).moves, [13]);
    }

    #[test]
    fn a_fault_ends_the_search_and_leaves_what_was_found() {
        let mut tries = 0;
        let found = shorten(found((0..20).collect()), without, |moves| {
            tries += 1;
            if tries == 1 { Ok(Some(found(moves))) } else { Err(Fault::new("the last limit").into()) }
        });
        assert_eq!((found.moves, tries), ((10..20).collect(), 2));
    }
}
