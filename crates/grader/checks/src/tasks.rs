//! How many processes and threads this machine allows at the same time, and the clauses that need many.

use crate::Session;
use crate::lab4::stretch::THOUSAND;
use model::{Step, Stop};
use rustix::process::{Resource, getrlimit};
use std::fs;
use std::path::Path;

/// Where the hierarchy of control groups lies (cgroups(7)).
const GROUPS: &str = "/sys/fs/cgroup";

/// What a clause with a thousand clients takes, as each may have a process or two threads of its own, and other checks with as many
/// run beside it.
pub const TASKS_FOR_A_THOUSAND: u64 = 3 * THOUSAND as u64;

/// How many there may be: the user's limit (RLIMIT_NPROC in getrlimit(2)), or that of the control group or one that it lies in
/// (pids.max in cgroups(7), version 2), as in containers. `None` where nothing limits them.
pub fn tasks_allowed() -> Option<u64> {
    let membership = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = membership.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let groups = Path::new(group).ancestors().map(|group| Path::new(GROUPS).join(group).join("pids.max"));
    let limits = groups.filter_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok());
    limits.chain(getrlimit(Resource::Nproc).maximum).min()
}

impl Session {
    /// The clause cannot be decided where the machine allows fewer processes and threads than that: what a program then lacks is not
    /// its own fault.
    pub(crate) fn need_tasks(&self, count: u64) -> Step {
        match tasks_allowed().filter(|allowed| *allowed < count) {
            None => Ok(()),
            Some(allowed) => Err(Stop::Skipped(format!(
                "it needs {count} processes and threads, and the system allows {allowed}; raise `ulimit -u`, or `--pids-limit` of the \
                 container"
            ))),
        }
    }
}
