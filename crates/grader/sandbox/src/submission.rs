//! One running submission: its streams, how it ended, and its end.

use crate::command::{Command, Ended, Report, Stdio};
use crate::init::{self, Plan};
use crate::{Entrance, Room, descendants, filter, sys, view};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

/// A submission that was started, with the grader's ends of its streams (all non-blocking). Dropping it ends
/// every process of it.
#[derive(Debug)]
pub struct Submission {
    init: Pid,
    /// Whether it has a pid namespace of its own.
    nested: bool,
    report: OwnedFd,
    ended: Option<Ended>,
    gone: Option<Ended>,
    /// Its standard input; `None` once closed.
    pub input: Option<OwnedFd>,
    /// Its standard output.
    pub output: OwnedFd,
    /// Its standard error.
    pub error: OwnedFd,
}

impl Submission {
    /// Starts `command`, nested in its own namespaces if the room is isolated, and in this control group, if there is one. The caller
    /// must be single-threaded.
    ///
    /// # Errors
    /// When the grader itself fails to start the process that starts it. A submission whose executable cannot be run shows as
    /// [`Ended::NotStarted`].
    pub fn start(room: Room, command: &Command, group: Option<&Entrance>) -> io::Result<Submission> {
        let pipe = || pipe_with(PipeFlags::CLOEXEC);
        let (inner_input, input) = pipe()?;
        let (output, inner_output) = pipe()?;
        let (error, inner_error) = pipe()?;
        let (report, inner_report) = pipe()?;
        let (inner_output, inner_error) =
            if command.quiet { (nowhere()?, nowhere()?) } else { (inner_output, inner_error) };
        let plan = Plan { group, ..plan(command)? };
        let nested = room == Room::Isolated;
        let flags = if nested {
            libc::CLONE_NEWUSER | libc::CLONE_NEWPID | libc::CLONE_NEWNS | libc::CLONE_NEWIPC
        } else {
            0
        };
        match sys::fork_into(flags)? {
            sys::Fork::Child => {
                drop((input, output, error, report));
                let stdio = Stdio { input: inner_input, output: inner_output, error: inner_error };
                init::run(&plan, nested, stdio, &inner_report)
            }
            sys::Fork::Parent(init) => {
                for stream in [&input, &output, &error, &report] {
                    rustix::io::ioctl_fionbio(stream, true)?;
                }
                let input = Some(input);
                Ok(Submission { init, nested, report, ended: None, gone: None, input, output, error })
            }
        }
    }

    /// The process that started the submission and will reap it. It is the grader's own, not the submission's.
    pub fn init(&self) -> i32 {
        self.init.as_raw_nonzero().get()
    }

    /// Ends every process of it, without waiting for that.
    pub fn kill(&self) {
        // In a pid namespace the death of init kills all.
        if !self.nested {
            descendants::kill_all(self.init);
        }
        let _ = kill_process(self.init, Signal::KILL);
    }

    /// How the submission's first process ended, if it has: what a shell would show as its command's status. Others may live on, such as
    /// a daemon's.
    ///
    /// # Errors
    /// When the init process died without a report: something killed the grader's own child.
    pub fn ended(&mut self) -> io::Result<Option<Ended>> {
        while self.gone.is_none() {
            let mut message = [0; Report::LENGTH];
            match rustix::io::read(&self.report, &mut message) {
                Ok(Report::LENGTH) => {
                    let report = Report::decode(message);
                    self.ended = self.ended.or(Some(report.ended));
                    self.gone = report.is_last.then_some(report.ended);
                }
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => {}
                Ok(_) => return Err(io::Error::other("the submission's init process is gone")),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.ended)
    }

    /// How the submission's last process ended, once none is left.
    ///
    /// # Errors
    /// As [`Submission::ended`].
    pub fn gone(&mut self) -> io::Result<Option<Ended>> {
        self.ended()?;
        Ok(self.gone)
    }

    /// Becomes readable when the submission's first process has ended, and when the last one that outlives it has.
    pub fn end_signal(&self) -> BorrowedFd<'_> {
        self.report.as_fd()
    }
}

impl Drop for Submission {
    fn drop(&mut self) {
        self.kill();
        let _ = waitpid(Some(self.init), WaitOptions::empty());
    }
}

/// A file that takes everything and keeps nothing (null(4)).
fn nowhere() -> io::Result<OwnedFd> {
    Ok(rustix::fs::open("/dev/null", OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?)
}

/// A zone that is never UTC: it shows which of the two a program takes for the other. If the machine has no list of zones (tzset(3)), a
/// rule stands for it.
fn time_zone() -> &'static str {
    let is_known = std::path::Path::new("/usr/share/zoneinfo/Europe/Zurich").exists();
    if is_known { "Europe/Zurich" } else { "CET-1CEST" }
}

fn plan(command: &Command) -> io::Result<Plan<'_>> {
    let program = CString::new(command.program.as_os_str().as_bytes())?;
    let mut arguments = vec![program.clone()];
    for argument in &command.arguments {
        arguments.push(CString::new(argument.as_str())?);
    }
    let usual = [
        ("LANG", "C.UTF-8"),
        ("TZ", time_zone()),
        ("HOME", view::HOME),
        ("TMPDIR", view::HOME),
        ("USER", view::USER_NAME),
        ("LOGNAME", view::USER_NAME),
        // Otherwise .NET locks each file that it reads (flock(2)), and fails if a program in another room has locked it.
        ("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", "1"),
    ];
    let variable = |(name, value): (&str, &str)| CString::new(format!("{name}={value}"));
    let mut environment = usual.into_iter().map(variable).collect::<Result<Vec<_>, _>>()?;
    let given = |name: &str| command.environment.iter().any(|(given, _)| given == name);
    if let Some(path) = std::env::var_os("PATH").filter(|_| !given("PATH")) {
        environment.push(CString::new([b"PATH=", path.as_bytes()].concat())?);
    }
    for (name, value) in &command.environment {
        environment.push(variable((name, value))?);
    }
    let directory = CString::new(command.directory.as_os_str().as_bytes())?;
    Ok(Plan { command, program, arguments, environment, directory, filter: filter::program(), group: None })
}
