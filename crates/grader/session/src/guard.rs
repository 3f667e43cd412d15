//! Watches over what a check's programs use, and keeps why they were all stopped.

use crate::Watch;
use model::{Failure, Kind};
use observe::Observer;
use sandbox::{Entrance, Limits, Overrun, Room};
use std::cell::{Cell, RefCell};
use std::io;
use std::time::Duration;

/// What is known of the programs' use of resources.
pub(crate) struct Guard {
    watch: Watch,
    printed: Cell<u64>,
    slept: Cell<Duration>,
    /// A limit that struck without being asked for.
    struck: Cell<Option<Overrun>>,
    stopped: RefCell<Option<Failure>>,
    /// Whether that was for a limit on what concurrent work shares.
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

    /// Lets the next look come at once.
    pub(crate) fn hurry(&self) {
        self.watch.hurry();
    }

    /// The same if the programs may have taken memory that was not seen yet.
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

    /// Counts this many bytes of output.
    pub(crate) fn count_output(&self, bytes: usize) {
        self.printed.set(self.printed.get() + bytes as u64);
    }

    /// Counts this much sleep.
    pub(crate) fn count_sleep(&self, time: Duration) {
        self.slept.set(self.slept.get() + time);
    }

    /// Notes a file that was to grow beyond its limit: the kernel has ended a program for it.
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

    /// How long they have slept by their own choice.
    pub(crate) fn slept(&self) -> Duration {
        self.slept.get()
    }

    /// Why all programs were stopped, if they were.
    pub(crate) fn stopped(&self) -> Option<Failure> {
        self.stopped.borrow().clone()
    }

    /// Keeps why all programs are stopped, and whether that was before anybody could talk to one of them.
    pub(crate) fn keep(&self, failure: &Failure, at_start: bool) {
        self.at_start.set(at_start);
        self.stopped.replace(Some(failure.clone()));
    }

    /// The failure of programs that use too much.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub(crate) fn overrun(&self, observer: &mut Observer, room: Room) -> io::Result<Option<Failure>> {
        let Some((overrun, got)) = self.limit_overrun(observer, room)? else { return Ok(None) };
        self.lacked.set(overrun.is_shared());
        let failure = Failure::new(Kind::Resource, format!("stopped: {overrun}"));
        Ok(Some(failure.expected(format!("no more than {overrun} in all")).got(got)))
    }

    /// The limit that is overrun, and by what.
    fn limit_overrun(&self, observer: &mut Observer, room: Room) -> io::Result<Option<(Overrun, String)>> {
        let Guard { watch, printed, slept, struck, .. } = self;
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
        watch.overrun(observer, room)
    }
}
