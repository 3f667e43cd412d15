//! The totals of one submission's checks, and which checks are decided by earlier ones. Both follow from the order of the checks and not
//! from the order in which they end. So a mark does not depend on how many run at the same time.

use model::{Decision, Failure, Kind, Verdict};
use std::collections::HashMap;
use std::time::Duration;

/// This many checks in a row must find a program stopped for the same limit at its start.
const SURE: usize = 2;

/// One check that has ended.
pub(super) struct Entry {
    /// Processor time and time asleep.
    pub(super) used: Duration,
    /// Why its program was stopped before the check could talk to it.
    pub(super) stopped_at_start: Option<Failure>,
}

impl Entry {
    pub(super) fn of(decision: &Decision) -> Entry {
        let stopped_at_start = match &decision.verdict {
            Verdict::Failed(failure) if decision.stopped_at_start => Some((**failure).clone()),
            _ => None,
        };
        Entry { used: decision.used, stopped_at_start }
    }
}

/// A submission's checks, in their order.
pub(super) struct Account {
    /// How much time all of them may use.
    time: Duration,
    checks: Vec<(&'static str, &'static str)>,
    entries: Vec<Option<Entry>>,
}

impl Account {
    /// An account of these clauses, each with its program.
    pub(super) fn new(time: Duration, checks: Vec<(&'static str, &'static str)>) -> Account {
        let entries = checks.iter().map(|_| None).collect();
        Account { time, checks, entries }
    }

    /// Records the result of a check.
    pub(super) fn enter(&mut self, index: usize, entry: Entry) {
        self.entries[index] = Some(entry);
    }

    /// For each check, the failure by which earlier checks decide it, if they do. Checks that have not ended decide nothing. A decision is
    /// never withdrawn later.
    pub(super) fn decided(&self) -> Vec<Option<Failure>> {
        let mut used = Duration::ZERO;
        let mut stopped: HashMap<&str, Vec<(&str, &Failure)>> = HashMap::new();
        let mut decided = Vec::new();
        for ((id, program), entry) in self.checks.iter().zip(&self.entries) {
            let stopped = stopped.entry(program).or_default();
            let by_others = if used > self.time {
                Some(self.out_of_time(used))
            } else if stopped.len() >= SURE {
                Some(like(stopped))
            } else {
                None
            };
            if by_others.is_none() {
                used += entry.as_ref().map_or(Duration::ZERO, |entry| entry.used);
                match entry.as_ref().and_then(|entry| entry.stopped_at_start.as_ref()) {
                    Some(failure) => {
                        stopped.retain(|(_, before)| before.summary == failure.summary);
                        stopped.push((id, failure));
                    }
                    None => stopped.clear(),
                }
            }
            decided.push(by_others);
        }
        decided
    }

    fn out_of_time(&self, used: Duration) -> Failure {
        let (used, time) = (used.as_secs(), self.time.as_secs());
        Failure::new(
            Kind::Resource,
            format!("not tried: the checks before this one took {used} s of work and sleep"),
        )
        .expected(format!("no more than {time} s of the program's own for all checks together"))
        .got(format!("{used} s"))
    }
}

/// The failure of a clause whose program was stopped in earlier checks.
fn like(stopped: &[(&str, &Failure)]) -> Failure {
    let ids: Vec<&str> = stopped.iter().map(|(id, _)| *id).collect();
    let mut failure =
        stopped.last().map_or_else(|| Failure::new(Kind::Resource, ""), |(_, last)| (*last).clone());
    failure.summary =
        format!("{}, right after its start, as in {}; not tried again", failure.summary, ids.join(" and "));
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKS: [(&str, &str); 5] =
        [("1", "server"), ("2", "client"), ("3", "server"), ("4", "server"), ("5", "client")];

    fn account(entries: &[(usize, u64, Option<&str>)]) -> Vec<Option<String>> {
        let mut account = Account::new(Duration::from_secs(100), CHECKS.to_vec());
        for (index, seconds, stopped) in entries {
            let stopped_at_start = stopped.map(|words| Failure::new(Kind::Resource, words));
            account.enter(*index, Entry { used: Duration::from_secs(*seconds), stopped_at_start });
        }
        account.decided().into_iter().map(|failure| failure.map(|failure| failure.summary)).collect()
    }

    #[test]
    fn who_has_used_up_all_time_gets_no_more() {
        let decided = account(&[(0, 40, None), (1, 60, None), (2, 1, None), (3, 40, None)]);
        assert_eq!(decided[..3], [None, None, None]);
        for decided in &decided[3..] {
            assert!(decided.as_ref().unwrap().contains("took 101 s"), "{decided:?}");
        }
    }

    #[test]
    fn who_is_stopped_twice_at_its_start_is_not_started_again() {
        let decided = account(&[(0, 1, Some("memory")), (1, 1, None), (2, 1, Some("memory"))]);
        let told = "memory, right after its start, as in 1 and 3; not tried again";
        assert_eq!(decided, [None, None, None, Some(told.to_owned()), None]);
    }

    #[test]
    fn once_is_not_enough_nor_twice_for_different_limits_nor_with_another_end_between() {
        for entries in [
            &[(0, 1, Some("memory"))][..],
            &[(0, 1, Some("memory")), (2, 1, Some("tasks"))],
            &[(0, 1, Some("memory")), (2, 1, None)],
            &[(2, 1, Some("memory"))],
        ] {
            assert_eq!(account(entries), [None, None, None, None, None], "{entries:?}");
        }
    }

    #[test]
    fn what_is_decided_stays_so_when_more_is_known() {
        let entries =
            [(3, 90, Some("memory")), (2, 90, Some("memory")), (0, 90, Some("memory")), (1, 90, None)];
        let mut before = account(&[]);
        for known in 1..=entries.len() {
            let now = account(&entries[..known]);
            for (before, now) in before.iter().zip(&now) {
                assert!(before.is_none() || now.is_some(), "{before:?} {now:?}");
            }
            before = now;
        }
        assert!(before[2].is_some() && before[3].is_some());
    }
}
