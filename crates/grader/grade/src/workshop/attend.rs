//! Waits for a build to end, reads its output, and watches its use of resources: as with a check's programs, all of its processes together.
//! A clock never decides against it, however loaded the machine is.

use observe::{End, Observer, Scope, Vigil};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use sandbox::{Ended, Overrun, Room, Submission};
use session::{LONGEST_PAUSE, Watch};
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// The shortest time between two looks at whether anything goes on.
const INTERVAL: Duration = Duration::from_millis(40);
/// After such a look there is none for this many times its duration.
const REST: u32 = 30;
/// The last resort, for a build that neither works nor can be seen to sleep: this many times the processor time that a build may use. It is
/// the grader's own limit, and says nothing about the submission.
const LAST: u32 = 20;
/// How many bytes of the compiler's messages are kept, from their beginning: the first errors matter.
const WORDS: usize = 1 << 16;

/// How a build ended.
pub(super) enum Course {
    /// By itself.
    Ended(Ended),
    /// It was stopped, for this reason. `lacked` says whether the reason is a limit on memory or on processes.
    Stopped { why: String, lacked: bool },
    /// The machine ran out of memory, and the kernel may have killed the compiler for that: nothing is known about the submission.
    OutOfMemory,
}

/// A running build.
struct Build<'a> {
    submission: &'a mut Submission,
    watch: Watch,
    observer: Observer,
    vigil: Vigil,
    room: Room,
    began: Instant,
    /// When the next look at all of its threads is due, and the pause before it.
    due: Instant,
    pause: Duration,
    /// Whether standard output and standard error are still open.
    open: [bool; 2],
    /// How many bytes of output it has written.
    said: u64,
    words: Vec<u8>,
}

/// Watches a build until it has ended or used too much. Returns its output as well. The caller ends the remaining processes.
///
/// # Errors
/// When the kernel cannot be asked, or the last limit was reached.
pub(super) fn attend(submission: &mut Submission, room: Room, watch: Watch) -> io::Result<(Course, String)> {
    // The build gets no input.
    submission.input = None;
    let observer = Observer::new(Scope::Namespace(vec![1, submission.init()]))?;
    let limits = *watch.limits();
    let (processor, sleep) = (Duration::from_secs(limits.processor), Duration::from_secs(limits.sleep));
    let mut build = Build {
        submission,
        watch,
        observer,
        vigil: Vigil::new(processor, Some(sleep)),
        room,
        began: Instant::now(),
        due: Instant::now() + INTERVAL,
        pause: INTERVAL,
        open: [true; 2],
        said: 0,
        words: Vec::new(),
    };
    let course = loop {
        if let Some(course) = build.look()? {
            break course;
        }
        build.pause()?;
    };
    Ok((course, String::from_utf8_lossy(&build.words).into_owned()))
}

impl Build<'_> {
    fn look(&mut self) -> io::Result<Option<Course>> {
        let ended = self.submission.ended()?;
        // The streams are read after the end was seen, so nothing that came before it is missed.
        self.drain()?;
        if let Some(ended) = ended {
            if ended != Ended::Exited(0) {
                // The kernel may have killed it for what it used.
                self.watch.hurry_if_greedy();
                if let Some((reason, lacked)) = self.overrun()? {
                    return Ok(Some(Course::Stopped { why: format!("stopped: {reason}"), lacked }));
                }
                if self.watch.ran_out_of_memory()? {
                    return Ok(Some(Course::OutOfMemory));
                }
            }
            return Ok(Some(Course::Ended(ended)));
        }
        if let Some((reason, lacked)) = self.stopped()? {
            return Ok(Some(Course::Stopped { why: format!("stopped: {reason}"), lacked }));
        }
        let last = LAST * Duration::from_secs(self.watch.limits().processor);
        if self.began.elapsed() > last {
            return Err(io::Error::other(format!(
                "the last limit of {} minutes was reached",
                last.as_secs() / 60
            )));
        }
        Ok(None)
    }

    /// Why it must not go on, if so, and whether the reason is that it lacked something.
    fn stopped(&mut self) -> io::Result<Option<(String, bool)>> {
        let limits = *self.watch.limits();
        if self.said > limits.output {
            return Ok(Some((Overrun::Output(limits.output).to_string(), false)));
        }
        if let Some(reason) = self.overrun()? {
            return Ok(Some(reason));
        }
        if Instant::now() < self.due {
            return Ok(None);
        }
        let (said, began) = (self.said, Instant::now());
        let age = self.began.elapsed();
        let end = self.vigil.look(&mut self.observer, &mut Vec::new(), age, self.pause)?;
        self.pause = INTERVAL.max(began.elapsed() * REST);
        self.due = Instant::now() + self.pause;
        let Some(end) = end else { return Ok(None) };
        // A build that had filled its streams can go on after they are read. One that came to rest may have ended.
        self.drain()?;
        if self.said > said || self.submission.ended()?.is_some() {
            return Ok(None);
        }
        // It may be still because a limit was reached.
        self.watch.hurry();
        if let Some(reason) = self.overrun()? {
            return Ok(Some(reason));
        }
        let reason = match end {
            End::Settled | End::Ticking | End::Idle => "it waits for what never comes".to_owned(),
            End::Asleep => Overrun::Sleep(limits.sleep).to_string(),
            End::Disk => "it makes a disk busy without getting there".to_owned(),
            End::Busy => Overrun::Processor(limits.processor).to_string(),
            End::Hidden => "it does not let the grader see its threads".to_owned(),
            End::Gone => return Ok(None),
        };
        Ok(Some((reason, false)))
    }

    fn overrun(&mut self) -> io::Result<Option<(String, bool)>> {
        let overrun = self.watch.overrun(&mut self.observer, self.room)?;
        Ok(overrun.map(|(overrun, _)| (overrun.to_string(), overrun.is_shared())))
    }

    /// Waits until it writes something or ends, or the next look is due.
    fn pause(&self) -> io::Result<()> {
        let mut polled = vec![PollFd::from_borrowed_fd(self.submission.end_signal(), PollFlags::IN)];
        let streams = [&self.submission.output, &self.submission.error].into_iter().zip(self.open);
        polled
            .extend(streams.filter(|(_, open)| *open).map(|(stream, _)| PollFd::new(stream, PollFlags::IN)));
        let rest = self.due.saturating_duration_since(Instant::now()).min(LONGEST_PAUSE);
        let rest = Timespec { tv_sec: 0, tv_nsec: rest.subsec_nanos().into() };
        match poll(&mut polled, Some(&rest)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn drain(&mut self) -> io::Result<()> {
        let streams = [&self.submission.output, &self.submission.error];
        for (stream, open) in streams.into_iter().zip(&mut self.open).filter(|(_, open)| **open) {
            let (count, is_open) = drain(stream, &mut self.words)?;
            self.said += count;
            *open = is_open;
        }
        Ok(())
    }
}

/// Reads what there is and keeps the beginning of everything. Returns how many bytes there were, and whether there may be more.
fn drain(stream: impl AsFd, words: &mut Vec<u8>) -> io::Result<(u64, bool)> {
    // A stream that fills as fast as it is read must not keep the grader from looking.
    const AT_ONCE: u64 = 1 << 20;
    let (mut buffer, mut total) = ([0; 1 << 14], 0);
    while total < AT_ONCE {
        match rustix::io::read(&stream, &mut buffer) {
            Ok(0) => return Ok((total, false)),
            Err(Errno::AGAIN) => break,
            Ok(count) => {
                total += count as u64;
                let left = WORDS.saturating_sub(words.len());
                words.extend_from_slice(&buffer[..count.min(left)]);
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok((total, true))
}
