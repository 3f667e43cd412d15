//! What this machine can do for the grader, and the cure for what it cannot do.

mod tools;

use crate::budget;
use crate::worker::{self, Answer, CheckRequest};
use model::doctor::{Finding, State};
use rustix::process::{Resource, getrlimit};
use sandbox::Limits;
use std::fs;

/// The first kernel with mount_setattr(2), which makes a check's view of the files read-only.
const KERNEL: (u32, u32) = (5, 12);

/// Examines everything that matters, the most important first.
pub fn examine() -> Vec<Finding> {
    let own = [namespaces(), kernel(), calls(), scheduler(), open_files(), tasks(), memory(), groups()];
    own.into_iter().chain(tools::all()).collect()
}

fn finding(need: &'static str, purpose: &str, found: Result<String, (State, String, String)>) -> Finding {
    let (state, found, cure) = match found {
        Ok(found) => (State::Ready, found, None),
        Err((state, found, cure)) => (state, found, Some(cure)),
    };
    Finding { need, state, found, purpose: purpose.to_owned(), cure }
}

fn namespaces() -> Finding {
    let found = match worker::ask(&CheckRequest::probe()) {
        Ok(Answer::Decided(_) | Answer::Shown(_)) => Ok("allowed".to_owned()),
        // The reason names the step, the cause and the cure.
        Ok(Answer::Refused(fault)) => Err((State::Missing, "refused".to_owned(), fault.message)),
        Err(fault) => Err((State::Missing, "not to be found out".to_owned(), fault.message)),
    };
    finding("namespaces", "each check has a network and files of its own", found)
}

fn kernel() -> Finding {
    let name = rustix::system::uname();
    let release = name.release().to_string_lossy().into_owned();
    let (major, minor) = KERNEL;
    let found = if tools::version(&release).is_some_and(|version| version >= KERNEL) {
        Ok(release)
    } else {
        Err((State::Missing, release, format!("use Linux {major}.{minor} or newer")))
    };
    finding("kernel", "a check's files are read-only", found)
}

/// `/proc/PID/syscall` (proc_pid_syscall(5)), and who may read it for other processes: ptrace(2), "ptrace_scope".
fn calls() -> Finding {
    let scope = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").ok();
    let scope = scope.as_deref().map_or("0", str::trim);
    let found = if fs::read("/proc/self/syscall").is_err() {
        let cure = "use a kernel with CONFIG_HAVE_ARCH_TRACEHOOK and an unmasked /proc".to_owned();
        Err((State::Missing, "hidden".to_owned(), cure))
    } else if scope == "3" {
        let cure = "set kernel.yama.ptrace_scope=1 in /etc/sysctl.d and restart the machine".to_owned();
        Err((State::Missing, "hidden, ptrace_scope is 3".to_owned(), cure))
    } else {
        Ok(format!("shown, ptrace_scope is {scope}"))
    };
    finding("system calls", "the grader sees which call a thread is in", found)
}

/// `/proc/PID/schedstat`, which is all zeros if the kernel does not count.
fn scheduler() -> Finding {
    let counters = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let counts = counters.split_ascii_whitespace().any(|counter| counter != "0");
    let found = if counts {
        Ok("counted".to_owned())
    } else {
        let cure = "use a kernel with CONFIG_SCHED_INFO, as distributions build it".to_owned();
        Err((State::Missing, "not counted".to_owned(), cure))
    };
    finding("processor time", "a busy program is told from one that is held up", found)
}

fn open_files() -> Finding {
    let limit = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let lacking = checks::open_files().filter(|(_, count)| *count > limit);
    let clauses: Vec<&str> = lacking.map(|(clause, _)| clause).collect();
    let most = checks::open_files().map(|(_, count)| count).max().unwrap_or_default();
    let found = match limit {
        u64::MAX => "no limit".to_owned(),
        limit => format!("{limit} at most"),
    };
    let found = if clauses.is_empty() {
        Ok(found)
    } else {
        let cure = format!("raise the hard limit (`ulimit -Hn`, /etc/security/limits.conf) to {most}");
        let found = format!("{found}: {} cannot be decided", clauses.join(", "));
        Err((State::Limited, found, cure))
    };
    finding("open files", "checks with thousands of clients", found)
}

/// How many processes and threads all simultaneous checks and builds share.
fn tasks() -> Finding {
    let (left, most) = (budget::all().tasks, checks::TASKS_FOR_A_THOUSAND);
    let found = if left >= most {
        Ok(format!("{left} left"))
    } else {
        Err((
            State::Limited,
            format!("{left} left: checks with a thousand clients cannot be decided"),
            format!(
                "raise the hard limit (`ulimit -u`, `kernel.pid_max`, or `--pids-limit` of the container) to {most}"
            ),
        ))
    };
    finding("processes", "servers with a process or a thread for each client", found)
}

/// The same for memory.
fn memory() -> Finding {
    let (left, most) = (budget::all().memory >> 20, Limits::USUAL.memory >> 20);
    let found = if left >= most {
        Ok(format!("{left} MiB left"))
    } else {
        Err((
            State::Limited,
            format!("{left} MiB left: programs are stopped when they use more"),
            format!(
                "end other programs, or use a machine or container with {most} MiB more than it needs itself"
            ),
        ))
    };
    finding("memory", "programs may use much of it, one after the other", found)
}

/// Who enforces the limits of programs, see [`model::Enforcement`].
fn groups() -> Finding {
    let found = if sandbox::groups_can_be_made() {
        Ok("one for each check".to_owned())
    } else {
        Err((
            State::Limited,
            "none to be had: the grader watches what programs use".to_owned(),
            "with systemd, start the grader by `systemd-run --user --scope -p Delegate=yes` and the command; the marks are the same"
                .to_owned(),
        ))
    };
    finding("control groups", "the kernel itself holds programs to their limits", found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ready_has_a_cure() {
        let all = [kernel(), calls(), scheduler(), open_files(), tasks(), memory(), groups()]
            .into_iter()
            .chain(tools::all());
        for finding in all {
            assert_eq!(finding.state == State::Ready, finding.cure.is_none(), "{finding:?}");
            assert!(!finding.found.is_empty() && !finding.purpose.is_empty(), "{finding:?}");
        }
    }
}
