//! The first process of the submission's pid namespace. It starts the submission, buries what the submission
//! orphans, and reports how it ended; a program that runs as pid 1 itself would have its signals ignored.

use crate::submission::{Command, Ended, Stdio};
use crate::{INNER_ID, room, sys, view};
use rustix::io::Errno;
use rustix::process::{Pid, Resource, Rlimit, WaitOptions, setrlimit, waitpid};
use std::ffi::{CStr, CString};
use std::io;
use std::num::NonZero;
use std::os::fd::{AsRawFd, OwnedFd};

/// Everything that the new process needs, made before the fork so that nothing can fail for want of memory after it.
pub(crate) struct Plan<'a> {
    pub(crate) command: &'a Command,
    pub(crate) program: CString,
    pub(crate) arguments: Vec<CString>,
    pub(crate) environment: Vec<CString>,
    pub(crate) directory: CString,
    pub(crate) filter: Vec<libc::sock_filter>,
}

/// Runs as the new process and never returns.
pub(crate) fn run(plan: &Plan<'_>, nested: bool, stdio: Stdio, report: &OwnedFd) -> ! {
    let started = prepare(nested).and_then(|()| match sys::fork_into(0)? {
        sys::Fork::Parent(pid) => Ok(pid),
        sys::Fork::Child => {
            let error = become_submission(plan, nested, &stdio);
            tell(report, Ended::NotStarted(error.raw_os_error().unwrap_or(0)));
            sys::exit_now(127)
        }
    });
    // Held open here, the streams would never show their end.
    drop(stdio);
    match started {
        Ok(submission) => bury(submission, report),
        Err(error) => {
            tell(report, Ended::NotStarted(error.raw_os_error().unwrap_or(0)));
            sys::exit_now(1)
        }
    }
}

fn prepare(nested: bool) -> io::Result<()> {
    room::die_with_parent()?;
    // A session of its own: what the user types at the terminal does not reach the submission.
    rustix::process::setsid()?;
    // The grader's own timers are sharper than the system's default of 50 µs, which is inherited.
    rustix::thread::set_current_timer_slack(NonZero::new(50_000))?;
    if nested {
        // The room maps its one user to 0, which is what this process still is there.
        room::map_ids(INNER_ID, 0, 0)?;
        view::mount_proc()
    } else {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        Ok(())
    }
}

/// Turns the process into the submission; returns only to say why that failed.
fn become_submission(plan: &Plan<'_>, nested: bool, stdio: &Stdio) -> io::Error {
    let prepared = || -> io::Result<()> {
        if !nested {
            room::die_with_parent()?;
        }
        // Where the machine runs out of memory all the same, this is what the kernel is to end. It may refuse to be told.
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
        rustix::thread::set_no_new_privs(true)?;
        plan.command.limits.enforce(nested)?;
        if let Some(limit) = plan.command.open_files {
            setrlimit(Resource::Nofile, Rlimit { current: Some(limit), maximum: Some(limit) })?;
        }
        let directory: &CStr = &plan.directory;
        rustix::process::chdir(directory)?;
        sys::filter_calls(&plan.filter)
    };
    if let Err(error) = prepared() {
        return error;
    }
    let streams = [stdio.input.as_raw_fd(), stdio.output.as_raw_fd(), stdio.error.as_raw_fd()];
    sys::execute(&plan.program, &plan.arguments, &plan.environment, streams)
}

/// Waits for every process that ends, and for the submission in particular. Leaves when none is left.
fn bury(submission: Pid, report: &OwnedFd) -> ! {
    loop {
        match waitpid(None, WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == submission => {
                let ended = match (status.exit_status(), status.terminating_signal()) {
                    (Some(code), _) => Ended::Exited(code),
                    (None, Some(signal)) => Ended::Signalled(signal),
                    (None, None) => continue,
                };
                tell(report, ended);
            }
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => sys::exit_now(0),
        }
    }
}

fn tell(report: &OwnedFd, ended: Ended) {
    // If nobody listens any more, nobody needs to know.
    let _ = rustix::io::write(report, &ended.encode());
}
