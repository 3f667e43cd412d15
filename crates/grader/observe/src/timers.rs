//! Timers that wake a program although no thread of it is in a call with a time limit: descriptors that become readable
//! (timerfd_create(2)), and signals (alarm(2), setitimer(2), timer_create(2)).
//!
//! The kernel shows whether timerfds are armed. Of the others it does not: `setitimer` shows nowhere, and of POSIX timers only that there
//! are some. So a program that one could wake counts as about to be woken.

use crate::files::{Awaited, Sets, awaited, info, memory};
use crate::observer::Observer;
use crate::thread::Thread;
use rustix::process::Signal;
use std::collections::HashSet;
use std::fs;

/// What the timers of a submission may still do, in the order of how much.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Timers {
    /// Nothing.
    None,
    /// One has no time left and has not fired: it is disarmed, or will fire in a moment.
    Over,
    /// One may wake it.
    MayFire,
}

impl Observer {
    /// What the timers of all processes of these threads, which are all blocked, may still do.
    pub(crate) fn timers(&self, threads: &[Thread]) -> Timers {
        let mut processes = HashSet::new();
        let (mut sets, mut asked) = (Sets::default(), HashSet::new());
        let mut state = Timers::None;
        for thread in threads {
            if processes.insert(thread.pid) && may_be_signalled(thread.tid) || waits_for_the_signal(thread) {
                return Timers::MayFire;
            }
            for awaited in awaited(thread, self.devices, &mut sets) {
                let (descriptor, target) = match awaited {
                    Awaited::Socket { .. } => continue,
                    Awaited::Other { descriptor, target } => (descriptor, target),
                    // Perhaps a timer.
                    Awaited::Renumbered => return Timers::MayFire,
                };
                if !asked.insert((thread.pid, descriptor)) {
                    continue;
                }
                let info = || info(thread.tid, descriptor);
                state = state.max(match target.as_str() {
                    "anon_inode:[timerfd]" => timer(&info()),
                    "anon_inode:[signalfd]" if takes_the_signal(&info()) => Timers::MayFire,
                    _ => Timers::None,
                });
            }
        }
        state
    }
}

/// What a timer may still do, by the kernel's description.
fn timer(info: &str) -> Timers {
    // It was closed just now.
    if info.is_empty() {
        return Timers::None;
    }
    let is_zero = |name: &str| info.lines().any(|line| line.strip_prefix(name) == Some(" (0, 0)"));
    let has_fired = !info.lines().any(|line| line == "ticks: 0");
    match (is_zero("it_value:"), is_zero("it_interval:")) {
        (false, _) => Timers::MayFire,
        // A periodic one is armed anew when its reader comes.
        (true, _) if has_fired => Timers::None,
        (true, false) => Timers::MayFire,
        (true, true) => Timers::Over,
    }
}

/// The bit of a signal in a mask (sigset_t).
const fn bit(signal: Signal) -> u64 {
    1 << (signal.as_raw() - 1)
}

/// The signal of a blocked program's timers: those of SIGVTALRM and SIGPROF count processor time, and so stand still.
const ALARM: u64 = bit(Signal::ALARM);
/// A runtime that also catches all these does so for whatever may come (Go catches all, Ruby's interpreter these); neither language has a
/// call that sets `ALARM`'s timer.
const WHATEVER_COMES: u64 = bit(Signal::HUP) | bit(Signal::USR1) | bit(Signal::USR2) | bit(Signal::TERM);

/// Whether the thread's process catches the signal, or has a timer that sends some signal (`/proc/PID/timers` in proc(5)).
fn may_be_signalled(tid: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
    let caught = mask(&status, "SigCgt:");
    let is_for_whatever_comes = caught & WHATEVER_COMES == WHATEVER_COMES;
    // A kernel without CONFIG_CHECKPOINT_RESTORE has no such file.
    let timers = fs::read_to_string(format!("/proc/{tid}/timers")).unwrap_or_default();
    caught & ALARM != 0 && !is_for_whatever_comes || sends_a_signal(&timers, is_for_whatever_comes)
}

/// Whether one of these POSIX timers (`signal: 34/…`, proc(5)) sends a signal, other than that by which Ruby's interpreter switches
/// threads if it may be that.
fn sends_a_signal(timers: &str, may_be_ruby: bool) -> bool {
    let switches = format!("{}/", Signal::VTALARM.as_raw());
    let mut signals = timers.lines().filter_map(|line| line.strip_prefix("signal: "));
    signals.any(|signal| !(may_be_ruby && signal.starts_with(&switches)))
}

/// Whether the thread waits for the signal in sigwait(3) and its like.
fn waits_for_the_signal(thread: &Thread) -> bool {
    let Some(set) = thread.awaited_signals() else { return false };
    let bytes: Option<[u8; 8]> = memory(thread.tid, set, 8).try_into().ok();
    bytes.is_none_or(|bytes| u64::from_ne_bytes(bytes) & ALARM != 0)
}

/// Whether the signal makes a signalfd(2) readable, by the kernel's description.
fn takes_the_signal(info: &str) -> bool {
    mask(info, "sigmask:") & ALARM != 0
}

/// A mask of signals in a text of lines `NAME: HEXADECIMAL` (proc(5)); 0 if there is no such line.
fn mask(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
