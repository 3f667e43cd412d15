//! Ends all processes of a submission if no pid namespace does so by itself.

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::thread;

/// How often the processes are looked up and killed at most, in case they start as fast as they end.
const ROUNDS: usize = 1000;

/// Kills all descendants of a process. Orphans must be given to that process (PR_SET_CHILD_SUBREAPER in prctl(2)), and it must wait for
/// them: then nothing can leave its descendants.
pub(crate) fn kill_all(ancestor: Pid) {
    for _ in 0..ROUNDS {
        let found = descendants(ancestor);
        if found.is_empty() {
            break;
        }
        for pid in found {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::KILL);
        }
        thread::yield_now();
    }
}

fn descendants(ancestor: Pid) -> Vec<Pid> {
    let (mut parents, mut found) = (vec![ancestor], Vec::new());
    while let Some(parent) = parents.pop() {
        let Ok(tasks) = fs::read_dir(format!("/proc/{}/task", parent.as_raw_nonzero())) else { continue };
        for task in tasks.flatten() {
            let text = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            let children = text.split_ascii_whitespace().filter_map(|word| Pid::from_raw(word.parse().ok()?));
            parents.extend(children.clone());
            found.extend(children);
        }
    }
    found
}
