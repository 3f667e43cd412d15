//! The descriptors in the call of a blocked thread, and what they stand for.
//!
//! Looking at a descriptor holds its file: pidfd_getfd(2) until the duplicate is closed; reading its link or fdinfo, or even listing it,
//! for some nanoseconds. A program that closes it just then has not closed it yet: an epoll set goes on reporting it (epoll(7), question
//! 6), and a server that has freed its data about the client crashes. So the files in an epoll set are read from the set's own fdinfo,
//! which holds none of them. Of these, only those that may be timers, signals or sets are looked at.

use crate::thread::{Call, Thread};
use rustix::event::epoll;
use rustix::fd::OwnedFd;
use rustix::fs::{fstat, major, minor};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::{fs, io};

/// One of the files that a thread waits on.
#[derive(Clone, Debug)]
pub(crate) enum Awaited {
    /// A socket, by its inode.
    Socket {
        inode: u32,
        /// Whether it is in an epoll set.
        in_epoll: bool,
    },
    /// Another, with what its link shows (proc(5)).
    Other { descriptor: i32, target: String },
    /// A timer, an event, signals or another set in an epoll set, whose number is closed or stands for something else by now. It is still
    /// open under another number or in another process.
    Renumbered,
}

/// What a thread is blocked on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// The inodes of the TCP sockets that its call waits on, in order.
    pub sockets: Vec<u32>,
    /// Whether any of them is in an epoll set.
    pub through_epoll: bool,
}

/// What is in epoll sets, directly and in sets in them, by process and descriptor. Threads of a process often wait for the same set, and
/// sets may hold each other's members: each is read once, which bounds the work that a program can cause.
#[derive(Debug, Default)]
pub(crate) struct Sets(HashMap<(i32, i32), Rc<[Awaited]>>);

/// What a thread waits on, directly and in epoll sets; nothing if it is not blocked, or waits for something else. Pipes and files on a
/// disk are left out if they are in an epoll set.
pub(crate) fn awaited(thread: &Thread, devices: Devices, sets: &mut Sets) -> Vec<Awaited> {
    let mut found = Vec::new();
    for descriptor in descriptors(thread) {
        let Some(target) = target(thread.tid, descriptor) else { continue };
        if let Some(inode) = socket(&target) {
            found.push(Awaited::Socket { inode, in_epoll: false });
        } else if target == EPOLL {
            let in_set = sets.0.entry((thread.pid, descriptor));
            found.extend(in_set.or_insert_with(|| in_epoll(thread.tid, descriptor, devices)).iter().cloned());
        } else {
            found.push(Awaited::Other { descriptor, target });
        }
    }
    found
}

/// What the link of an epoll set shows (proc(5)).
const EPOLL: &str = "anon_inode:[eventpoll]";

/// What is in an epoll set, and in the sets in it.
fn in_epoll(tid: i32, set: i32, devices: Devices) -> Rc<[Awaited]> {
    let (mut found, mut sockets) = (Vec::new(), HashSet::new());
    let (mut left, mut visited) = (vec![set], HashSet::from([set]));
    while let Some(set) = left.pop() {
        for Member { descriptor, inode, device } in members(&info(tid, set)) {
            if device == devices.sockets && sockets.insert(inode) {
                found.push(Awaited::Socket { inode, in_epoll: true });
            }
            if device != devices.anonymous || !visited.insert(descriptor) {
                continue;
            }
            match target(tid, descriptor) {
                Some(target) if target == EPOLL => left.push(descriptor),
                Some(target) if target.starts_with("anon_inode:") => {
                    found.push(Awaited::Other { descriptor, target });
                }
                _ => found.push(Awaited::Renumbered),
            }
        }
    }
    found.into()
}

/// A file in an epoll set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Member {
    /// The number under which it was added; by now it may stand for another file.
    descriptor: i32,
    inode: u32,
    device: u32,
}

/// The files in an epoll set, by the kernel's lines `tfd: NUMBER … ino:HEXADECIMAL sdev:HEXADECIMAL` (proc(5), since Linux 4.13).
fn members(info: &str) -> impl Iterator<Item = Member> {
    let member = |line: &str| {
        let mut words = line.strip_prefix("tfd:")?.split_ascii_whitespace();
        let descriptor = words.next()?.parse().ok()?;
        let mut number = |name: &str| {
            let digits = words.find_map(|word| word.strip_prefix(name))?;
            u32::from_str_radix(digits, 16).ok()
        };
        Some(Member { descriptor, inode: number("ino:")?, device: number("sdev:")? })
    };
    info.lines().filter_map(member)
}

/// The devices of files without a name, as the kernel numbers them (`MINORBITS` in its `include/linux/kdev_t.h`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Devices {
    sockets: u32,
    /// Of epoll sets, timers, signals, events (`anon_inode:` in proc(5)).
    anonymous: u32,
}

impl Devices {
    /// Reads them from a new socket and epoll set.
    pub(crate) fn new() -> io::Result<Devices> {
        let device = |file: OwnedFd| {
            let number = fstat(file)?.st_dev;
            io::Result::Ok(major(number) << 20 | minor(number))
        };
        let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
        let set = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        Ok(Devices { sockets: device(socket)?, anonymous: device(set)? })
    }
}

/// Whether a thread is blocked in a call on a file of any kind.
pub fn waits_on_a_file(thread: &Thread) -> bool {
    !descriptors(thread).is_empty()
}

/// The descriptors in the call in which a thread is blocked. An unknown call counts as waiting on its first argument, so that no call
/// hides a socket because nobody thought of it.
pub(crate) fn descriptors(thread: &Thread) -> Vec<i32> {
    let Call::Blocked(call, [first, second, third, fourth, ..]) = thread.call else { return Vec::new() };
    let number = |argument: u64| i32::try_from(argument & u64::from(u32::MAX)).ok();
    let some = |arguments: &[u64]| arguments.iter().filter_map(|argument| number(*argument)).collect();
    match call.name() {
        "poll" | "ppoll" => polled(thread.tid, first, second),
        "select" | "pselect6" => {
            [second, third, fourth].iter().flat_map(|set| selected(thread.tid, *set, first)).collect()
        }
        "splice" | "copy_file_range" => some(&[first, third]),
        "sendfile" | "tee" => some(&[first, second]),
        // Their first argument is no descriptor: an address, a process, a signal, an identifier.
        "futex" | "futex_waitv" | "futex_wait" | "nanosleep" | "clock_nanosleep" | "pause"
        | "rt_sigsuspend" | "rt_sigtimedwait" | "wait4" | "waitid" | "vfork" | "clone" | "clone3"
        | "fork" | "execve" | "exit" | "exit_group" | "semop" | "semtimedop" | "msgsnd" | "msgrcv"
        | "mmap" | "munmap" | "mprotect" | "madvise" | "brk" | "mremap" | "msync" | "mlock" | "kill"
        | "tkill" | "tgkill" | "sched_yield" | "restart_syscall" | "rt_sigreturn" | "io_getevents"
        | "membarrier" | "open" | "stat" | "lstat" | "access" | "unlink" | "rename" | "mkdir" | "rmdir"
        | "chdir" | "readlink" | "sync" => Vec::new(),
        _ => some(&[first]),
    }
}

/// What a descriptor stands for, as proc(5) shows it.
pub(crate) fn target(tid: i32, descriptor: i32) -> Option<String> {
    Some(fs::read_link(format!("/proc/{tid}/fd/{descriptor}")).ok()?.to_str()?.to_owned())
}

/// What proc(5) says of a descriptor; empty if it is closed.
pub(crate) fn info(tid: i32, descriptor: i32) -> String {
    fs::read_to_string(format!("/proc/{tid}/fdinfo/{descriptor}")).unwrap_or_default()
}

fn socket(target: &str) -> Option<u32> {
    target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// The inode of the socket behind a descriptor, if it is one (proc(5)).
pub(crate) fn socket_inode(tid: i32, descriptor: i32) -> Option<u32> {
    socket(&target(tid, descriptor)?)
}

/// The descriptors of `count` `struct pollfd` at `address` (poll(2)). The kernel too leaves out those below zero.
fn polled(tid: i32, address: u64, count: u64) -> Vec<i32> {
    const SIZE: usize = 8;
    let entries = memory(tid, address, usize::try_from(count).unwrap_or(0).saturating_mul(SIZE));
    let descriptors = entries.chunks_exact(SIZE).filter_map(|entry| entry[..4].try_into().ok());
    let mut found: Vec<i32> =
        descriptors.map(i32::from_ne_bytes).filter(|descriptor| *descriptor >= 0).collect();
    // The same may be there any number of times.
    found.sort_unstable();
    found.dedup();
    found
}

/// The descriptors below `limit` in the `fd_set` at `address` (select(2)).
fn selected(tid: i32, address: u64, limit: u64) -> Vec<i32> {
    // The kernel uses the lower half of the register, and no more descriptors than the process may have.
    const MOST: u64 = 1 << 20;
    let limit = usize::try_from((limit & u64::from(u32::MAX)).min(MOST)).unwrap_or(0);
    let set = if address == 0 { Vec::new() } else { memory(tid, address, limit.div_ceil(64) * 8) };
    let is_in = |number: &usize| set.get(number / 8).is_some_and(|byte| byte & (1 << (number % 8)) != 0);
    (0..limit).filter(is_in).filter_map(|number| i32::try_from(number).ok()).collect()
}

/// `length` bytes of a thread's memory; none if they cannot be read.
pub(crate) fn memory(tid: i32, address: u64, length: usize) -> Vec<u8> {
    use std::os::unix::fs::FileExt;
    const LONGEST: usize = 1 << 20;
    let mut bytes = vec![0; length.min(LONGEST)];
    let file = fs::File::open(format!("/proc/{tid}/mem"));
    let read = file.and_then(|file| file.read_exact_at(&mut bytes, address));
    if read.is_ok() { bytes } else { Vec::new() }
}

/// A second descriptor for what another thread has open (pidfd_getfd(2)). Held only for a moment: it keeps a socket from closing.
pub(crate) fn duplicate(pid: i32, tid: i32, descriptor: i32) -> Option<OwnedFd> {
    // PIDFD_THREAD, since Linux 6.9. Before, only a process can be asked: its files are the thread's too unless that has its own.
    const THREAD: PidfdFlags = PidfdFlags::from_bits_retain(0o200);
    let by_thread = Pid::from_raw(tid).and_then(|tid| pidfd_open(tid, THREAD).ok());
    let by_process = || Pid::from_raw(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    let handle = by_thread.or_else(by_process)?;
    pidfd_getfd(handle, descriptor, PidfdGetfdFlags::empty()).ok()
}
