//! The one loop in which the grader waits, and what it waits with: the programs, the connections, the observer.

use crate::capture::{Capture, Console};
use crate::guard::Guard;
use crate::pauses::{Looks, Next, Pauses};
use crate::watch::LONGEST_PAUSE;
use model::{Action, Failure, Fault, Kind, Record, Step, Stop};
use observe::{CPU_BUDGET, Diag, End, Link, Observer, Scope, Sockstat, Vigil};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::BorrowedFd;
use rustix::fs::{Access, access};
use rustix::io::Errno;
use rustix::process::Signal;
use rustix::time::{ClockId, clock_gettime};
use sandbox::{Command, Ended, Entrance, Limits, Room, Submission};
use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};
use wire::{Attempt, Caller, Interest, Patience, Stillness, Transcript};

/// The last resort: no check takes longer than this, whatever a submission does to its own processes. It is several times what the limits
/// on processor time and on sleep come to. Time for which a busy machine kept the program or the grader from a processor is not counted,
/// as far as it is known. So it says nothing about the submission.
const LAST_RESORT: Duration = Duration::from_secs(600);
/// How much more processor time a program may use in one wait for each of its connections: handing them from one process to another, say,
/// is progress that no byte shows.
const CPU_FOR_A_CLIENT: Duration = Duration::from_micros(500);
/// Processor time in one wait, while it is not seen at rest, of a program that used up the usual in an earlier one.
const SPENT_BUDGET: Duration = Duration::from_millis(250);

/// A program that was started in this check.
pub(crate) struct Running {
    pub(crate) id: usize,
    pub(crate) name: String,
    pub(crate) submission: Submission,
    /// Its file, and the folder that it was started in.
    pub(crate) file: PathBuf,
    pub(crate) directory: PathBuf,
    pub(crate) started: Instant,
    pub(crate) listens: Vec<SocketAddr>,
    /// Whether it has been seen to listen, or has connected.
    pub(crate) has_started: bool,
    /// How its first process ended.
    pub(crate) ended: Option<Ended>,
    /// How its last one ended, once none is left: a daemon's first one ends long before.
    pub(crate) gone: Option<Ended>,
    pub(crate) output: Capture,
    pub(crate) error: Capture,
}

/// All that a check's peers and programs share.
pub(crate) struct World {
    pub(crate) room: Room,
    pub(crate) transcript: Rc<Transcript>,
    pub(crate) observer: RefCell<Observer>,
    pub(crate) running: RefCell<Vec<Running>>,
    /// What watches over the programs' use of resources.
    pub(crate) guard: Guard,
    /// How long a program may sleep in one wait, if not the usual time.
    pub(crate) sleep_budget: Cell<Option<Duration>>,
    looks: Cell<Looks>,
    /// Whether a program has used up its processor time in a wait: in later waits it gets less.
    has_spun: Cell<bool>,
    links: RefCell<Vec<Link>>,
    /// The most sockets in this network when a program was removed.
    sockets: Cell<u64>,
    last_end: RefCell<Option<(Kind, String)>>,
    console: RefCell<Console>,
    buffer: RefCell<Vec<u8>>,
    began: Instant,
    /// The processor time of programs that were removed.
    processor_before: Cell<Duration>,
    /// How long programs were kept from a processor, as far as waits have seen it.
    held_up: Cell<Duration>,
}

impl World {
    pub(crate) fn new(room: Room, observer: Observer, limits: Limits, group: Option<Entrance>) -> World {
        World {
            room,
            transcript: Rc::default(),
            observer: RefCell::new(observer),
            running: RefCell::default(),
            guard: Guard::new(limits, group),
            sleep_budget: Cell::default(),
            looks: Cell::default(),
            has_spun: Cell::default(),
            links: RefCell::default(),
            sockets: Cell::default(),
            last_end: RefCell::default(),
            console: RefCell::default(),
            buffer: RefCell::new(vec![0; 65536]),
            began: Instant::now(),
            processor_before: Cell::default(),
            held_up: Cell::default(),
        }
    }

    /// How the program removed last ended, if it did so by itself.
    pub(crate) fn last_end(&self) -> Option<(Kind, String)> {
        self.last_end.take()
    }

    /// The end of what all programs have printed.
    pub(crate) fn console(&self) -> Vec<u8> {
        self.console.borrow().shown.clone()
    }

    /// Forgets what programs have printed, but for what is kept for later.
    pub(crate) fn forget_console(&self) {
        self.console.borrow_mut().shown.clear();
    }

    /// Keeps all that is said and printed from now on.
    pub(crate) fn start_record(&self) {
        self.transcript.start_record();
        self.console.borrow_mut().record = Some(Vec::new());
    }

    /// All that was said and printed since.
    pub(crate) fn take_record(&self) -> Record {
        let output = self.console.borrow_mut().record.take().unwrap_or_default();
        Record { transcript: self.transcript.take_record(), output }
    }

    /// When the grader has lacked something: whether its programs held so many sockets that no port was left. A room holds nobody else.
    pub(crate) fn hoards_sockets(&self, fault: &Fault) -> Option<Failure> {
        /// Beside both ends of each connection; fewer than the ports in any range from which the grader takes some.
        const MANY: u64 = 8192;
        let (used, usual) = (self.sockets.get(), 2 * self.links.borrow().len() as u64);
        (fault.is_scarcity && self.room == Room::Isolated && used > usual + MANY).then(|| {
            Failure::new(
                Kind::Resource,
                "the program holds so many sockets that no port is left for its peers",
            )
            .expected("ports that are left for others")
            .got(format!("{used} sockets, and then: {fault}"))
        })
    }

    /// Adds a program, and makes the observer look at its processes.
    pub(crate) fn add(&self, name: &str, submission: Submission, command: &Command) -> usize {
        let mut running = self.running.borrow_mut();
        let id = running.last().map_or(0, |last| last.id + 1);
        running.push(Running {
            id,
            name: name.to_owned(),
            submission,
            file: command.program.clone(),
            directory: command.directory.clone(),
            started: Instant::now(),
            listens: Vec::new(),
            has_started: false,
            ended: None,
            gone: None,
            output: Capture::default(),
            error: Capture::default(),
        });
        self.has_spun.set(false);
        self.set_scope(&running);
        id
    }

    /// Ends a program and all its processes.
    pub(crate) fn remove(&self, id: usize) {
        // A fault in a stream that nobody will read any more does not matter.
        let _ = self.drain();
        self.sockets.set(self.sockets.get().max(sockets_in_use()));
        // What is found now is kept, and decides the check.
        self.guard.hurry_if_greedy();
        let _ = self.watch();
        let before = self.processor();
        let mut running = self.running.borrow_mut();
        let ended = running.iter().find(|program| program.id == id && program.gone.is_some());
        self.last_end.replace(ended.and_then(|program| how_it_ended(program).ok()));
        running.retain(|program| program.id != id);
        self.set_scope(&running);
        let rest = if running.is_empty() { Duration::ZERO } else { self.processor() };
        // The kernel counts nothing of what is killed with its namespace.
        self.processor_before.set(self.processor_before.get() + before.saturating_sub(rest));
    }

    /// The processor time of all present programs. Only for reckoning: what cannot be read is left out.
    fn processor(&self) -> Duration {
        self.observer.borrow_mut().usage().map_or(Duration::ZERO, |usage| usage.processor)
    }

    /// Processor time that programs have used plus time that they have slept by their own choice.
    pub(crate) fn used(&self) -> Duration {
        self.processor_before.get() + self.processor() + self.guard.slept()
    }

    fn set_scope(&self, running: &[Running]) {
        let inits = running.iter().map(|program| program.submission.init());
        let scope = match self.room {
            Room::Isolated => Scope::Namespace(inits.chain([1]).collect()),
            Room::Shared => Scope::Descendants(inits.collect()),
        };
        self.observer.borrow_mut().set_scope(scope);
    }

    /// Takes in what the programs print, and notices which have ended. Tells whether any has printed something.
    pub(crate) fn drain(&self) -> io::Result<bool> {
        let mut any = false;
        let (mut console, mut buffer) = (self.console.borrow_mut(), self.buffer.borrow_mut());
        for program in &mut *self.running.borrow_mut() {
            let (ended, gone) = (program.submission.ended()?, program.submission.gone()?);
            // Streams are read after the end was seen, so that nothing that came before it is missed.
            let printed = program.output.drain(&program.submission.output, &mut buffer, &mut console)?
                + program.error.drain(&program.submission.error, &mut buffer, &mut console)?;
            self.guard.count_output(printed);
            any |= printed > 0;
            if program.gone.is_none()
                && [ended, gone].contains(&Some(Ended::Signalled(Signal::XFSZ.as_raw())))
            {
                self.guard.file_struck();
            }
            let record =
                |action, words: String| self.transcript.record(&program.name, action, words.as_bytes());
            match (ended, gone) {
                (Some(ended), None) if program.ended.is_none() => {
                    record(
                        Action::Note,
                        format!("the first process of {} {ended}; others go on", program.name),
                    );
                }
                (_, Some(gone)) if program.gone.is_none() => record(Action::Exit, gone.to_string()),
                _ => {}
            }
            (program.ended, program.gone) = (ended, gone);
        }
        Ok(any)
    }

    /// Ends all programs if they use too much.
    ///
    /// # Errors
    /// A failure that says so, now and ever after.
    fn watch(&self) -> Step {
        if let Some(failure) = self.guard.stopped() {
            return Err(failure.into());
        }
        match self.guard.overrun(&mut self.observer.borrow_mut(), self.room)? {
            Some(failure) => self.stop(failure),
            None => Ok(()),
        }
    }

    /// Ends all programs, since one forbids inspection.
    ///
    /// # Errors
    /// A failure that says so; a fault if this system lets nobody look: then the grader's own child is hidden from it too.
    fn stop_hidden<T>(&self, still: Stillness) -> Step<T> {
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
        self.transcript.record("grader", Action::Note, failure.summary.as_bytes());
        self.guard.keep(&failure, !running.iter().any(|program| program.has_started));
        Err(failure.into())
    }

    /// Waits for a moment or a signal, and goes on watching what programs use. Tells whether there was a signal.
    fn pause(&self, watched: &[(BorrowedFd<'_>, Interest)], pause: Duration) -> Step<bool> {
        let end = Instant::now() + pause;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if self.pause_for(watched, left.min(LONGEST_PAUSE))? {
                return Ok(true);
            }
            if left <= LONGEST_PAUSE {
                return Ok(false);
            }
            self.watch()?;
        }
    }

    fn pause_for(&self, watched: &[(BorrowedFd<'_>, Interest)], pause: Duration) -> io::Result<bool> {
        let running = self.running.borrow();
        let mut polled = Vec::with_capacity(watched.len() + 3 * running.len());
        for (descriptor, interest) in watched {
            let flags = if *interest == Interest::Readable { PollFlags::IN } else { PollFlags::OUT };
            polled.push(PollFd::from_borrowed_fd(*descriptor, flags));
        }
        for program in &*running {
            if program.gone.is_none() {
                polled.push(PollFd::from_borrowed_fd(program.submission.end_signal(), PollFlags::IN));
            }
            if !program.output.closed {
                polled.push(PollFd::new(&program.submission.output, PollFlags::IN));
            }
            if !program.error.closed {
                polled.push(PollFd::new(&program.submission.error, PollFlags::IN));
            }
        }
        let pause = Timespec { tv_sec: 0, tv_nsec: pause.subsec_nanos().into() };
        match poll(&mut polled, Some(&pause)) {
            Ok(count) => Ok(count > 0),
            Err(Errno::INTR) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Looks once. Tells why nothing more is to be expected, if so, and how much processor time the look took.
    fn look(&self, vigil: &mut Vigil, pause: Duration) -> io::Result<(Option<End>, Duration)> {
        let began = processor_time();
        let mut observer = self.observer.borrow_mut();
        let age =
            self.running.borrow().iter().map(|program| program.started.elapsed()).max().unwrap_or_default();
        let end = vigil.look(&mut observer, &mut self.links.borrow_mut(), age, pause)?;
        // A program that has just been started may have no process yet, and one that has ended may not be reported yet.
        let cost = processor_time().saturating_sub(began);
        let unborn = self.running.borrow().iter().any(|program| program.gone.is_none());
        Ok((end.filter(|end| *end != End::Gone || !unborn), cost))
    }

    /// Says what `end` means, with what every thread does now.
    fn stillness(&self, end: End) -> Step<Stillness> {
        let running = self.running.borrow();
        let Some(program) = running.last() else {
            return Err(Fault::new("the grader waits, but no program was started").into());
        };
        let name = &program.name;
        let kernel = self.observer.borrow_mut().views(name, &self.links.borrow(), &program.listens)?;
        let (kind, words) = match end {
            End::Settled | End::Ticking => {
                (Kind::Silence, format!("{name} waits, and nothing more will come"))
            }
            End::Idle => {
                (Kind::Silence, format!("{name} waits, and no timer of its own has woken it to any effect"))
            }
            End::Busy => (Kind::Busy, format!("{name} keeps a processor busy without getting there")),
            End::Disk => (Kind::Busy, format!("{name} makes a disk busy without getting there")),
            End::Asleep => (Kind::Asleep, format!("{name} sleeps instead of waiting for its peer")),
            End::Hidden => (
                Kind::Hidden,
                format!("{name} does not let the grader see its threads, so nothing it does can be judged"),
            ),
            End::Gone => how_it_ended(program)?,
        };
        Ok(Stillness { kind, words, kernel })
    }
}

/// How many sockets this network namespace has, plus how many ports are kept by connections that are over.
fn sockets_in_use() -> u64 {
    Sockstat::read().map_or(0, |counts| counts.number("sockets:", "used") + counts.number("TCP:", "tw"))
}

/// The processor time that this thread has used so far.
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// How a program that is gone ended.
fn how_it_ended(program: &Running) -> Step<(Kind, String)> {
    let (name, ended) = match (program.ended, program.gone) {
        // A daemon: its first process has ended as it should.
        (Some(Ended::Exited(0)), Some(gone)) if gone != Ended::Exited(0) => {
            (format!("the last process of {}", program.name), Some(gone))
        }
        (first, _) => (program.name.clone(), first),
    };
    let printed = String::from_utf8_lossy(&program.error.kept);
    let has = |words: &str| printed.contains(words);
    Ok(match ended {
        Some(Ended::Exited(101)) if has("not yet implemented") => {
            (Kind::NotWritten, format!("{name} stops at a todo!(): it is not written yet"))
        }
        Some(Ended::Exited(code)) if crate::trace::has_stack_trace(&printed) => {
            (Kind::Crashed, format!("{name} crashed and exited with status {code}"))
        }
        Some(ended @ Ended::Signalled(_)) => (Kind::Crashed, format!("{name} {ended}")),
        Some(Ended::NotStarted(error)) => return Err(not_started(program, error)),
        Some(ended) => (Kind::Exited, format!("{name} {ended}")),
        None => (Kind::Exited, format!("{name} ended")),
    })
}

/// A command that the grader found but the sandbox could not execute. It is the submission's fault only if its file is no program, or
/// asks for another file, its loader, which is not there (PT_INTERP in elf(5)).
pub(crate) fn not_started(program: &Running, error: i32) -> Stop {
    let words = format!("{} {}", program.name, Ended::NotStarted(error));
    let failure =
        |got| Failure::new(Kind::NotStarted, words.clone()).expected("an executable program").got(got).into();
    // A folder that cannot be entered gives the same number, and so does an interpreter in one.
    let may_be_executed = |file: &Path| access(file, Access::EXEC_OK).is_ok();
    let may_be_started = || {
        let interpreter = sandbox::interpreter(&program.file, &program.directory);
        may_be_executed(&program.file)
            && interpreter.is_none_or(|file| may_be_executed(&file))
            && program.directory.is_dir()
    };
    match Errno::from_raw_os_error(error) {
        Errno::NOEXEC => failure("another file"),
        Errno::TOOBIG | Errno::NAMETOOLONG | Errno::LOOP => {
            failure("a command that is too long, or leads nowhere")
        }
        Errno::NOENT | Errno::LIBBAD | Errno::IO | Errno::ACCESS | Errno::NOTDIR | Errno::ISDIR
            if may_be_started() =>
        {
            failure("one whose loader is not there, or is no program")
        }
        _ => Fault::new(format!(
            "{words}; it runs as an ordinary user, who must be able to read and execute it"
        ))
        .into(),
    }
}

impl World {
    /// A wait that begins now.
    fn vigil(&self, sleep_budget: Option<Duration>) -> Vigil {
        let budget =
            CPU_BUDGET + CPU_FOR_A_CLIENT * u32::try_from(self.links.borrow().len()).unwrap_or(u32::MAX);
        let is_starting = self.running.borrow().iter().any(|program| !program.has_started);
        let at_once = if self.has_spun.get() { SPENT_BUDGET } else { budget };
        Vigil::new(budget, sleep_budget).starting(is_starting).without_rest(at_once)
    }

    /// A fault when the check has taken too long.
    fn last_resort(&self, now: Instant) -> Step {
        let taken = now.duration_since(self.began).saturating_sub(self.held_up.get());
        // The grader's own delays are asked for only if they may matter.
        if taken <= LAST_RESORT || taken.saturating_sub(observe::own_delay()?) <= LAST_RESORT {
            return Ok(());
        }
        let limit = format!("the check's last limit of {} s was reached", LAST_RESORT.as_secs());
        Err(Stop::Fault(Fault::new(limit)))
    }

    /// As [`Patience::until`], in a wait in which a program may sleep for `sleep_budget`, if not as usual.
    pub(crate) fn until_within(
        &self,
        sleep_budget: Option<Duration>,
        watched: &[(BorrowedFd<'_>, Interest)],
        attempt: &mut dyn FnMut() -> io::Result<Attempt>,
    ) -> Step<Option<Stillness>> {
        let mut vigil = self.vigil(sleep_budget);
        let mut pauses = Pauses::begin(self.looks.get(), Instant::now());
        loop {
            self.drain()?;
            self.watch()?;
            let asked = Instant::now();
            self.last_resort(asked)?;
            if attempt()? == Attempt::Done {
                self.looks.set(pauses.done());
                return Ok(None);
            }
            let now = Instant::now();
            let next = pauses.next(now, watched.is_empty().then(|| now.duration_since(asked)));
            let (Next::Attempt(rest) | Next::Look(rest)) = next;
            let signal = self.pause(watched, rest)?;
            if signal && pauses.signalled(Instant::now()) || matches!(next, Next::Attempt(_)) {
                continue;
            }
            let (slept, held_up) = (vigil.asleep(), vigil.held_up());
            let (end, cost) = self.look(&mut vigil, pauses.pause())?;
            self.held_up.set(self.held_up.get() + vigil.held_up() - held_up);
            pauses.looked(Instant::now(), cost, vigil.is_dozing());
            // If the wait is about time, its own budget counts.
            if sleep_budget.is_none() {
                self.guard.count_sleep(vigil.asleep() - slept);
            }
            if let Some(end) = end {
                // A program that had filled a pipe or a socket can go on now that its reader has made room.
                let printed = self.drain()?;
                match attempt()? {
                    Attempt::Done => {
                        self.looks.set(pauses.done());
                        return Ok(None);
                    }
                    Attempt::Moved => continue,
                    Attempt::Idle if printed => continue,
                    Attempt::Idle => {}
                }
                // They may be still because a limit has struck.
                self.guard.hurry();
                self.watch()?;
                self.looks.set(pauses.given_up());
                if end == End::Busy {
                    self.has_spun.set(true);
                }
                let still = self.stillness(end)?;
                if end == End::Hidden {
                    return self.stop_hidden(still);
                }
                return Ok(Some(still));
            }
        }
    }
}

impl Patience for World {
    fn until(
        &self,
        watched: &[(BorrowedFd<'_>, Interest)],
        attempt: &mut dyn FnMut() -> io::Result<Attempt>,
    ) -> Step<Option<Stillness>> {
        self.until_within(self.sleep_budget.get(), watched, attempt)
    }

    fn consumed(&self, connections: &[(SocketAddr, SocketAddr)]) -> Step<Option<Stillness>> {
        let is_read = |diag: &Diag| -> io::Result<bool> {
            for (ours, theirs) in connections.iter().copied() {
                let unread = diag.connection(theirs, ours)?.map_or(0, |socket| socket.receive_queue);
                if unread > 0 || (Link { theirs, ours }).under_way(diag)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let still = self.until(&[], &mut || {
            let mut observer = self.observer.borrow_mut();
            // By now all threads rest that the last byte woke, directly or in turn.
            Ok(Attempt::done_if(is_read(observer.diag())? && observer.rests(&mut self.links.borrow_mut())?))
        })?;
        // A program that never rests as a whole, with a runtime's threads say, may have read all and have nothing left to do, soon or
        // ever.
        match still {
            Some(still) if !still.kind.is_still() => Ok(Some(still)),
            Some(still) if !is_read(self.observer.borrow().diag())? => Ok(Some(still)),
            _ => Ok(None),
        }
    }

    fn rested(&self) -> Step<Option<Stillness>> {
        let still = self.until(&[], &mut || {
            Ok(Attempt::done_if(self.observer.borrow_mut().rests(&mut self.links.borrow_mut())?))
        })?;
        Ok(still.filter(|still| !still.kind.is_still()))
    }

    fn connected(&self, ours: SocketAddr, theirs: SocketAddr, caller: Caller) -> Step {
        self.links.borrow_mut().push(Link { theirs, ours });
        if caller == Caller::Program {
            if let Some(program) = self.running.borrow_mut().iter_mut().find(|program| !program.has_started) {
                program.has_started = true;
            }
            self.observer.borrow_mut().mark_runtime()?;
        }
        Ok(())
    }
}
