//! For how long a blocked thread may stay where it is: the time-out that its call declares.

use crate::files::duplicate;
use crate::thread::{Call, Thread};
use rustix::net::sockopt::{Timeout, socket_timeout};
use rustix::time::{ClockId, clock_gettime};
use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::Duration;

/// For how long a call may block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// For ever, unless something happens to what it waits for.
    Never,
    /// Until this much time has gone by since the call began.
    After(Duration),
    /// Until some time that cannot be read.
    Unknown,
}

/// The limits of threads, by their numbers.
pub(crate) type Limits = HashMap<i32, Limit>;

/// The longest that the thread stays blocked if nothing happens to what it waits for.
///
/// Sources: the manual page of each call; SO_RCVTIMEO and SO_SNDTIMEO in socket(7).
pub(crate) fn limit(thread: &Thread) -> Limit {
    let Call::Blocked(call, arguments) = thread.call else {
        return if thread.call == Call::Stopped { Limit::Never } else { Limit::Unknown };
    };
    let [first, second, third, fourth, fifth, _] = arguments;
    let pid = thread.tid;
    match call.name() {
        "poll" => milliseconds(third),
        "epoll_wait" | "epoll_pwait" => milliseconds(fourth),
        "ppoll" | "rt_sigtimedwait" => pointer(pid, third, 1),
        "epoll_pwait2" | "semtimedop" => pointer(pid, fourth, 1),
        "recvmmsg" if fifth == 0 => stream(thread, first, Timeout::Recv),
        "pselect6" | "recvmmsg" => pointer(pid, fifth, 1),
        "select" => pointer(pid, fifth, 1000),
        "nanosleep" => pointer(pid, first, 1),
        "clock_nanosleep" => {
            const TIMER_ABSTIME: u64 = 1;
            if second & TIMER_ABSTIME == 0 { pointer(pid, third, 1) } else { until(pid, third, first == 0) }
        }
        "futex" => futex(pid, second, fourth),
        "read" | "readv" | "recvfrom" | "recvmsg" | "accept" | "accept4" => {
            stream(thread, first, Timeout::Recv)
        }
        "write" | "writev" | "sendto" | "sendmsg" | "sendfile" => stream(thread, first, Timeout::Send),
        // With CLOCK_REALTIME (0) or another clock.
        "futex_waitv" => until(pid, fourth, fifth == 0),
        "wait4" | "waitid" | "pause" | "rt_sigsuspend" | "flock" | "fcntl" | "msgrcv" => Limit::Never,
        // Until the child executes a program or ends: `Thread::look` counts no other wait in these calls as rest.
        "vfork" | "clone" | "clone3" => Limit::Never,
        _ => Limit::Unknown,
    }
}

/// A time-out in milliseconds; a negative number means none.
fn milliseconds(argument: u64) -> Limit {
    // The argument is a C int; the upper half of the register means nothing.
    let value = (argument & u64::from(u32::MAX)) as u32;
    u64::try_from(value.cast_signed())
        .map_or(Limit::Never, |value| Limit::After(Duration::from_millis(value)))
}

/// A pointer to seconds and a fraction (`scale` nanoseconds a unit); null means no time-out.
fn pointer(pid: i32, address: u64, scale: u64) -> Limit {
    if address == 0 {
        return Limit::Never;
    }
    timespec(pid, address, scale).map_or(Limit::Unknown, Limit::After)
}

/// A pointer to a point in time. The limit is the time left, which is less than what was declared.
fn until(pid: i32, address: u64, real_time: bool) -> Limit {
    if address == 0 {
        return Limit::Never;
    }
    let clock = if real_time { ClockId::Realtime } else { ClockId::Monotonic };
    let now = clock_gettime(clock);
    let now = Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0));
    timespec(pid, address, 1).map_or(Limit::Unknown, |time| Limit::After(time.saturating_sub(now)))
}

fn futex(pid: i32, operation: u64, timeout: u64) -> Limit {
    const FUTEX_CLOCK_REALTIME: u64 = 256;
    const FUTEX_WAIT: u64 = 0;
    const FUTEX_WAIT_BITSET: u64 = 9;
    match operation & 0x7f {
        FUTEX_WAIT => pointer(pid, timeout, 1),
        FUTEX_WAIT_BITSET => until(pid, timeout, operation & FUTEX_CLOCK_REALTIME != 0),
        _ if timeout == 0 => Limit::Never,
        _ => Limit::Unknown,
    }
}

/// A socket's own time-out; a call on it shows none in its arguments.
fn stream(thread: &Thread, descriptor: u64, direction: Timeout) -> Limit {
    let Some(file) =
        i32::try_from(descriptor).ok().and_then(|descriptor| duplicate(thread.pid, thread.tid, descriptor))
    else {
        return Limit::Unknown;
    };
    match socket_timeout(&file, direction) {
        Ok(Some(timeout)) => Limit::After(timeout),
        // ENOTSOCK: a pipe or a terminal, which has no time-outs.
        Ok(None) | Err(_) => Limit::Never,
    }
}

fn timespec(pid: i32, address: u64, scale: u64) -> Option<Duration> {
    let mut bytes = [0; 16];
    File::open(format!("/proc/{pid}/mem")).ok()?.read_exact_at(&mut bytes, address).ok()?;
    let (seconds, fraction) = bytes.split_at(8);
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_ne_bytes);
    let nanoseconds = u32::try_from(number(fraction)?.checked_mul(scale)?).ok()?;
    Some(Duration::new(number(seconds)?.min(u64::from(u32::MAX)), nanoseconds.min(999_999_999)))
}
