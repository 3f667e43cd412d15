//! Watches over what a check's programs use, and stops them all where that is more than they may, or where they cannot be
//! watched.

use super::world::World;
use crate::Watch;
use model::{Action, Failure, Fault, Kind, Step};
use sandbox::{Entrance, Limits, Overrun};
use std::cell::{Cell, RefCell};
use std::io;
use std::time::Duration;
use wire::Stillness;

/// What is known of the programs' use of resources.
pub(crate) struct Guard {
    watch: Watch,
    printed: Cell<u64>,
    slept: Cell<Duration>,
    /// A limit that struck without being asked for.
    struck: Cell<Option<Overrun>>,
    stopped: RefCell<Option<Failure>>,
    /// Whether that was for a limit on what all that goes on at the same time shares.
    lacked: Cell<bool>,
    /// Whether that was before anybody could talk to one of them.
    at_start: Cell<bool>,
}

impl Guard {
    pub(crate) fn new(limits: Limits, group: Option<Entrance>) -> Guard {
        Guard {
            watch: Watch::new(limits, group),
            printed: Cell::default(),
            slept: Cell::default(),
            struck: Cell::default(),
            stopped: RefCell::default(),
            lacked: Cell::default(),
            at_start: Cell::default(),
        }
    }

    /// Lets the next look at it come at once.
    pub(crate) fn hurry(&self) {
        self.watch.hurry();
    }

    /// The same where the programs may have taken memory that was not seen yet.
    pub(crate) fn hurry_if_greedy(&self) {
        self.watch.hurry_if_greedy();
    }

    /// The control group of the programs.
    pub(crate) fn group(&self) -> Option<&Entrance> {
        self.watch.group()
    }

    /// As [`Watch::ran_out_of_memory`].
    pub(crate) fn ran_out_of_memory(&self) -> io::Result<bool> {
        self.watch.ran_out_of_memory()
    }

    /// Takes note of so many bytes of output.
    pub(crate) fn count_output(&self, bytes: usize) {
        self.printed.set(self.printed.get() + bytes as u64);
    }

    /// Takes note of so much sleep.
    pub(crate) fn count_sleep(&self, time: Duration) {
        self.slept.set(self.slept.get() + time);
    }

    /// Takes note of a file that was to grow beyond its limit: the kernel has ended a program for it.
    pub(crate) fn file_struck(&self) {
        self.struck.set(Some(Overrun::File(self.watch.limits().file)));
    }

    /// Whether they were stopped for a limit on memory or on processes, of which there might have been more.
    pub(crate) fn lacked(&self) -> bool {
        self.lacked.get()
    }

    /// Whether they were stopped before anybody could talk to one of them.
    pub(crate) fn stopped_at_start(&self) -> bool {
        self.at_start.get()
    }

    /// For how long they have slept by their own choice.
    pub(crate) fn slept(&self) -> Duration {
        self.slept.get()
    }

    /// Why all programs were stopped, if they were.
    pub(crate) fn stopped(&self) -> Option<Failure> {
        self.stopped.borrow().clone()
    }
}

impl World {
    /// Ends all programs where they use too much.
    ///
    /// # Errors
    /// A failure that says so, now and ever after.
    pub(crate) fn watch(&self) -> Step {
        if let Some(failure) = self.guard.stopped() {
            return Err(failure.into());
        }
        let Some((overrun, got)) = self.overrun()? else { return Ok(()) };
        self.guard.lacked.set(overrun.is_shared());
        self.stop(
            Failure::new(Kind::Resource, format!("stopped: {overrun}"))
                .expected(format!("no more than {overrun} in all"))
                .got(got),
        )
    }

    /// Ends all programs, since one forbids to be looked at.
    ///
    /// # Errors
    /// A failure that says so; a fault where this system lets nobody look, since then its own child is hidden from the grader too.
    pub(crate) fn stop_hidden<T>(&self, still: Stillness) -> Step<T> {
        let inits: Vec<i32> = self.running.borrow().iter().map(|program| program.submission.init()).collect();
        for init in inits {
            if !self.observer.borrow_mut().may_look_at(init)? {
                let cure = "`sudo sysctl -w kernel.yama.ptrace_scope=0`";
                return Err(Fault::new(format!("this system hides all programs' calls; run {cure}")).into());
            }
        }
        self.stop(
            Failure::new(still.kind, still.words)
                .expected("a program that the kernel shows to its own user (PR_SET_DUMPABLE in prctl(2))")
                .got("one that it does not show"),
        )
    }

    /// Ends all programs for this reason.
    ///
    /// # Errors
    /// The failure.
    fn stop<T>(&self, failure: Failure) -> Step<T> {
        let running = self.running.borrow();
        running.iter().for_each(|program| program.submission.kill());
        self.guard.at_start.set(!running.iter().any(|program| program.has_started));
        self.transcript.record("grader", Action::Note, failure.summary.as_bytes());
        self.guard.stopped.replace(Some(failure.clone()));
        Err(failure.into())
    }

    /// The limit that is overrun, and by what.
    fn overrun(&self) -> io::Result<Option<(Overrun, String)>> {
        let Guard { watch, printed, slept, struck, .. } = &self.guard;
        let limits = watch.limits();
        if let Some(overrun) = struck.get() {
            return Ok(Some((overrun, "a write beyond that".to_owned())));
        }
        if printed.get() > limits.output {
            return Ok(Some((Overrun::Output(limits.output), format!("{} bytes", printed.get()))));
        }
        if slept.get() > Duration::from_secs(limits.sleep) {
            let times = format!("{:.1} s", slept.get().as_secs_f64());
            return Ok(Some((Overrun::Sleep(limits.sleep), times)));
        }
        watch.overrun(&mut self.observer.borrow_mut(), self.room)
    }
}
