//! Timers that wake a program although no thread of it is in a call with a time limit: descriptors that become readable
//! (timerfd_create(2)), and signals (alarm(2), setitimer(2), timer_create(2)).
//!
//! Of timerfds the kernel shows whether they are armed. Of the others it does not: `setitimer` shows nowhere, and of POSIX timers only
//! that there are some. So whoever could be woken by one counts as being about to be.

use crate::files::{descriptors, in_epoll_set, info, memory, target};
use crate::kept::numbers;
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

/// What the timers of all processes of these threads may still do, all of which are blocked.
pub(crate) fn state(threads: &[Thread]) -> Timers {
    let mut processes = HashSet::new();
    let mut state = Timers::None;
    for thread in threads {
        let is_new = processes.insert(thread.pid);
        if is_new && may_be_signalled(thread.tid) || waits_for_the_signal(thread) {
            return Timers::MayFire;
        }
        if is_new {
            state = state.max(descriptors_timers(thread.tid));
        }
    }
    state
}

/// What the timers may still do that make one of the descriptors readable of the thread's process (proc(5)).
fn descriptors_timers(tid: i32) -> Timers {
    let Ok(descriptors) = numbers(&format!("/proc/{tid}/fd")) else { return Timers::None };
    let is_timer = |fd: &i32| target(tid, *fd).is_some_and(|target| target == "anon_inode:[timerfd]");
    let infos = descriptors.into_iter().filter(is_timer).map(|fd| info(tid, fd));
    // One that was just closed has none.
    infos.filter(|info| !info.is_empty()).map(|info| timer(&info)).max().unwrap_or(Timers::None)
}

/// What the timer may still do that the kernel describes so.
fn timer(info: &str) -> Timers {
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

/// A timer of a blocked program sends this signal: those of SIGVTALRM and SIGPROF count processor time, and so stand still.
const ALARM: u64 = bit(Signal::ALARM);
/// A runtime that catches all these beside it does so for whatever may come (Go's all signals, Ruby's interpreter), and neither language
/// has a call that sets such a timer.
const WHATEVER_COMES: u64 = bit(Signal::HUP) | bit(Signal::USR1) | bit(Signal::USR2) | bit(Signal::TERM);

/// Whether the thread's process catches the signal, or has a timer that sends some signal (`/proc/PID/timers` in proc(5)).
fn may_be_signalled(tid: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
    let caught = mask(&status, "SigCgt:");
    if caught & WHATEVER_COMES == WHATEVER_COMES {
        return false;
    }
    // A kernel without CONFIG_CHECKPOINT_RESTORE has no such file.
    caught & ALARM != 0 || fs::read(format!("/proc/{tid}/timers")).is_ok_and(|timers| !timers.is_empty())
}

/// Whether the thread waits for the signal itself: in sigwait(3) and its like, or by a signalfd(2).
fn waits_for_the_signal(thread: &Thread) -> bool {
    if let Some(set) = thread.awaited_signals() {
        let bytes: Option<[u8; 8]> = memory(thread.tid, set, 8).try_into().ok();
        return bytes.is_none_or(|bytes| u64::from_ne_bytes(bytes) & ALARM != 0);
    }
    let is_signalfd = |descriptor: &i32| {
        target(thread.tid, *descriptor).is_some_and(|target| target == "anon_inode:[signalfd]")
    };
    let awaited = |descriptor: i32| mask(&info(thread.tid, descriptor), "sigmask:") & ALARM != 0;
    let direct = descriptors(thread);
    let inner =
        direct.iter().flat_map(|descriptor| in_epoll_set(thread.tid, *descriptor)).collect::<Vec<_>>();
    direct.into_iter().chain(inner).filter(is_signalfd).any(awaited)
}

/// A mask of signals in a text of lines `NAME: HEXADECIMAL` (proc(5)); none where there is no such line.
fn mask(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
