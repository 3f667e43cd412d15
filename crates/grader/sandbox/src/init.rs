//! The first process of the submission's pid namespace. It starts the submission, reaps what the submission orphans, and reports how it
//! ended. A program that runs as pid 1 itself would have its signals ignored.

use crate::command::{Command, Ended, Report, Stdio};
use crate::{Entrance, INNER_ID, room, sys, view};
use rustix::io::Errno;
use rustix::process::{Pid, Resource, Rlimit, WaitOptions, WaitStatus, setrlimit, wait};
use std::ffi::{CStr, CString};
use std::io;
use std::num::NonZero;
use std::os::fd::{AsRawFd, OwnedFd};

/// Everything that the new process needs, made before the fork so that nothing can fail for lack of memory after it.
pub(crate) struct Plan<'a> {
    pub(crate) command: &'a Command,
    pub(crate) program: CString,
    pub(crate) arguments: Vec<CString>,
    pub(crate) environment: Vec<CString>,
    pub(crate) directory: CString,
    pub(crate) filter: Vec<libc::sock_filter>,
    pub(crate) group: Option<&'a Entrance>,
}

/// Runs as the new process and never returns.
pub(crate) fn run(plan: &Plan<'_>, nested: bool, stdio: Stdio, report: &OwnedFd) -> ! {
    let started = prepare(nested, plan.group).and_then(|()| match sys::fork_into(0)? {
        sys::Fork::Parent(pid) => Ok(pid),
        sys::Fork::Child => {
            let error = become_submission(plan, nested, &stdio);
            tell(report, not_started(&error));
            sys::exit_now(127)
        }
    });
    // Held open here, the streams would never show their end.
    drop(stdio);
    match started {
        Ok(submission) => bury(submission, report),
        Err(error) => {
            tell(report, not_started(&error));
            sys::exit_now(1)
        }
    }
}

fn prepare(nested: bool, group: Option<&Entrance>) -> io::Result<()> {
    room::die_with_parent()?;
    if let Some(group) = group {
        group.enter()?;
    }
    // A session of its own: what the user types at the terminal does not reach the submission.
    rustix::process::setsid()?;
    // The grader's timers are sharper than the default of 50 µs, and a child inherits that.
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
        // If the machine still runs out of memory, the kernel should end this process first. It may refuse the setting.
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
        if nested {
            // It could undo that, or reset the peak size that the grader reads (`clear_refs` in proc(5)).
            view::protect_proc()?;
        }
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

/// Waits for every process that ends, whatever process group or session it has made for itself, and exits when none is left. What has
/// ended together with the submission's first process is reaped before that is told: most submissions need one report.
fn bury(submission: Pid, report: &OwnedFd) -> ! {
    let (mut first, mut last) = (None, None);
    let mut is_told = false;
    loop {
        let options = if first.is_some() && !is_told { WaitOptions::NOHANG } else { WaitOptions::empty() };
        match wait(options) {
            Ok(Some((pid, status))) => {
                last = how(status).or(last);
                if pid == submission && first.is_none() {
                    first = how(status);
                }
            }
            Ok(None) => {
                if let Some(first) = first {
                    tell(report, Report { ended: first, is_last: false });
                }
                is_told = true;
            }
            Err(Errno::INTR) => {}
            Err(_) => {
                if let Some(ended) = if is_told { last } else { first } {
                    tell(report, Report { ended, is_last: true });
                }
                sys::exit_now(0)
            }
        }
    }
}

/// How a process ended, if the wait was for its end.
fn how(status: WaitStatus) -> Option<Ended> {
    let signalled = || status.terminating_signal().map(Ended::Signalled);
    status.exit_status().map(Ended::Exited).or_else(signalled)
}

fn not_started(error: &io::Error) -> Report {
    Report { ended: Ended::NotStarted(error.raw_os_error().unwrap_or(0)), is_last: true }
}

fn tell(report: &OwnedFd, news: Report) {
    // If nobody listens any more, nobody needs to know.
    let _ = rustix::io::write(report, &news.encode());
}
