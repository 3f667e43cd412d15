//! Decides where a row stops before the machine reaches its limits: the needs of the next point are estimated from the one before it.

use crate::load::Manners;
use crate::results::Figures;
use rustix::process::{Resource, getrlimit};
use std::fs;

/// How many descriptors a process needs in addition to its clients'.
const OTHER_FILES: u64 = 100;

/// Why `clients` are too many for this machine or this server; `None` when they are not.
pub(crate) fn reason(clients: usize, manners: &Manners, before: Option<&Figures>) -> Option<String> {
    too_many_files(clients).or_else(|| too_many_in_turn(clients, manners)).or_else(|| {
        let before = before?;
        too_many_threads(before.threads_per_client * clients as f64)
            .or_else(|| too_much_memory(before.memory_per_client * clients as f64))
    })
}

fn too_many_files(clients: usize) -> Option<String> {
    let allowed = getrlimit(Resource::Nofile).maximum?;
    let needed = clients as u64 + OTHER_FILES;
    (needed > allowed)
        .then(|| format!("a process may open {allowed} files here (`ulimit -Hn`), and {needed} are needed"))
}

/// With a backlog of b, b + 1 connections can wait (listen(2) leaves it open; this is what Linux does).
fn too_many_in_turn(clients: usize, manners: &Manners) -> Option<String> {
    let room = manners.backlog + 1;
    (manners.takes_turns && clients > room).then(|| {
        format!(
            "one is served at a time, and with a backlog of {} not all others fit the accept queue",
            manners.backlog
        )
    })
}

/// At most half of the ids that the kernel has for threads and processes.
fn too_many_threads(needed: f64) -> Option<String> {
    let all: f64 = fs::read_to_string("/proc/sys/kernel/pid_max").ok()?.trim().parse().ok()?;
    (needed > all / 2.0).then(|| {
        format!("they would be {needed:.0} processes or threads, more than half of what the kernel numbers")
    })
}

/// At most half of the memory that is free.
fn too_much_memory(needed: f64) -> Option<String> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let free = line.trim().trim_end_matches(" kB").parse::<f64>().ok()? * 1024.0;
    (needed > free / 2.0).then(|| {
        let mebibytes = needed / f64::from(1 << 20);
        format!("they would take {mebibytes:.0} MiB, more than half of the memory that is free")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANNERS: Manners = Manners { answer: 40, takes_turns: true, backlog: 128 };

    #[test]
    fn who_is_served_one_at_a_time_can_have_as_many_clients_as_can_wait() {
        assert_eq!(reason(129, &MANNERS, None), None);
        assert!(reason(130, &MANNERS, None).unwrap().contains("backlog of 128"));
        assert_eq!(reason(130, &Manners { takes_turns: false, ..MANNERS }, None), None);
    }

    #[test]
    fn what_the_machine_does_not_have_is_not_tried() {
        assert!(too_many_files(usize::MAX / 2).unwrap().contains("ulimit"));
        assert!(too_many_threads(1e12).is_some() && too_many_threads(1.0).is_none());
        assert!(too_much_memory(1e18).is_some() && too_much_memory(1.0).is_none());
    }
}
