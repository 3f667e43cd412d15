//! How long a wait pauses between two looks at the kernel. It is given the time and never asks for it: so it can be tested.

use std::time::{Duration, Instant};

/// The first and the longest pause between two looks, if a look takes no longer than that. A signal from a socket, a stream or an end
/// cuts it short.
const PAUSES: (Duration, Duration) = (Duration::from_micros(20), Duration::from_millis(2));
/// The longest pause while all of a program sleeps: only time or a signal will change that.
const DOZING_PAUSE: Duration = Duration::from_millis(30);
/// If looks take longer: the longest pause of all, and how many looks' time it is. So looking takes little of what the program could use.
const LONG_PAUSE: (Duration, u32) = (Duration::from_millis(400), 8);
/// How many signals in a row are followed without a look at the kernel.
const SIGNALS: u32 = 64;

/// What is known of looks from one wait to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Looks {
    /// How much processor time the last one took.
    cost: Duration,
    /// How many times that long a wait begins without one: more, the more looks were in vain.
    head_start: u32,
}

impl Default for Looks {
    fn default() -> Looks {
        Looks { cost: Duration::ZERO, head_start: 1 }
    }
}

/// The pauses of one wait.
#[derive(Debug)]
pub(crate) struct Pauses {
    looks: Looks,
    /// How long it pauses now.
    pause: Duration,
    /// When the next look is due.
    due: Instant,
    /// How many signals in a row there were.
    signals: u32,
    has_looked: bool,
}

/// What comes next in a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another attempt after this time, unless there is a signal before.
    Attempt(Duration),
    /// A look after this time, unless there is a signal before.
    Look(Duration),
}

impl Pauses {
    /// A wait begins. Most answers come within the time of one look: waiting that long first saves most looks. On a busy machine they
    /// come later, and all looks before them are in vain.
    pub(crate) fn begin(looks: Looks, now: Instant) -> Pauses {
        let pause = (looks.cost * looks.head_start).clamp(PAUSES.0, LONG_PAUSE.0);
        Pauses { looks, pause, due: now + pause, signals: 0, has_looked: false }
    }

    /// What comes next. If nothing is watched, no signal tells that another attempt is worthwhile; then it depends on how long one takes.
    pub(crate) fn next(&self, now: Instant, unwatched_attempt: Option<Duration>) -> Next {
        let left = self.due.saturating_duration_since(now);
        match unwatched_attempt.map(|taken| (taken * LONG_PAUSE.1).max(PAUSES.1)) {
            Some(rest) if rest < left => Next::Attempt(rest),
            _ => Next::Look(left),
        }
    }

    /// There was a signal. Tells whether an attempt follows; else a look does.
    pub(crate) fn signalled(&mut self, now: Instant) -> bool {
        let follow = self.signals < SIGNALS;
        if follow {
            self.signals += 1;
            self.due = now + self.pause;
        }
        follow
    }

    /// There was a look, which took `cost` of processor time. `is_dozing`: all of the program sleeps.
    pub(crate) fn looked(&mut self, now: Instant, cost: Duration, is_dozing: bool) {
        self.looks.cost = cost;
        self.signals = 0;
        self.has_looked = true;
        let longest = (cost * LONG_PAUSE.1).min(LONG_PAUSE.0);
        let longest = longest.max(if is_dozing { DOZING_PAUSE } else { PAUSES.1 });
        self.pause = (self.pause * 2).min(longest);
        self.due = now + self.pause;
    }

    /// How long it pauses now.
    pub(crate) fn pause(&self) -> Duration {
        self.pause
    }

    /// What was waited for has come.
    pub(crate) fn done(self) -> Looks {
        let head_start = self.looks.head_start;
        let doubled = if self.has_looked { (head_start * 2).min(LONG_PAUSE.1) } else { head_start };
        Looks { head_start: doubled, ..self.looks }
    }

    /// It will not come.
    pub(crate) fn given_up(self) -> Looks {
        Looks { head_start: 1, ..self.looks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Duration = Duration::from_micros(100);

    #[test]
    fn a_wait_begins_with_the_time_of_a_look_and_with_more_where_looks_were_in_vain() {
        let now = Instant::now();
        assert_eq!(Pauses::begin(Looks::default(), now).pause(), PAUSES.0);
        let mut wait = Pauses::begin(Looks::default(), now);
        wait.looked(now, COST, false);
        let looks = wait.done();
        assert_eq!(looks, Looks { cost: COST, head_start: 2 });
        let wait = Pauses::begin(looks, now);
        assert_eq!(wait.next(now, None), Next::Look(2 * COST));
        assert_eq!(wait.done().head_start, 2, "no look was in vain");
        let mut wait = Pauses::begin(looks, now);
        wait.looked(now, COST, false);
        assert_eq!(wait.given_up().head_start, 1);
    }

    #[test]
    fn pauses_double_up_to_what_a_look_costs_and_longer_while_all_sleep() {
        let now = Instant::now();
        let longest = |cost, is_dozing| {
            let mut wait = Pauses::begin(Looks::default(), now);
            (0..40).for_each(|_| wait.looked(now, cost, is_dozing));
            wait.pause()
        };
        assert_eq!(longest(COST, false), PAUSES.1);
        assert_eq!(longest(COST, true), DOZING_PAUSE);
        assert_eq!(longest(Duration::from_millis(10), false), Duration::from_millis(80));
        assert_eq!(longest(Duration::from_secs(1), true), LONG_PAUSE.0);
    }

    #[test]
    fn signals_put_a_look_off_but_not_for_ever() {
        let now = Instant::now();
        let mut wait = Pauses::begin(Looks::default(), now);
        let later = now + Duration::from_secs(1);
        assert_eq!(wait.next(later, None), Next::Look(Duration::ZERO));
        for _ in 0..SIGNALS {
            assert!(wait.signalled(later));
        }
        assert_eq!(wait.next(later, None), Next::Look(PAUSES.0));
        assert!(!wait.signalled(later));
    }

    #[test]
    fn where_nothing_is_watched_attempts_come_more_often_than_looks() {
        let now = Instant::now();
        let mut wait = Pauses::begin(Looks::default(), now);
        (0..40).for_each(|_| wait.looked(now, COST, true));
        assert_eq!(wait.next(now, Some(Duration::ZERO)), Next::Attempt(PAUSES.1));
        assert_eq!(wait.next(now, Some(PAUSES.1)), Next::Attempt(PAUSES.1 * 8));
        assert_eq!(wait.next(now, Some(DOZING_PAUSE)), Next::Look(DOZING_PAUSE));
    }
}
