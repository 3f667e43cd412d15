//! The system calls that no crate offers as safe functions. The only module here that may use `unsafe`.
#![allow(unsafe_code)]

use rustix::process::Pid;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// Which side of a [`fork_into`] returned.
pub(crate) enum Fork {
    /// The caller, with its new child.
    Parent(Pid),
    /// The new process.
    Child,
}

/// Forks a child into the new namespaces that `flags` name (`CLONE_NEW*`, see clone(2)).
///
/// The caller must be single-threaded, so that the child may go on using the allocator; every caller in
/// this crate is. Unlike `unshare`, the caller itself stays where it is.
pub(crate) fn fork_into(flags: libc::c_int) -> io::Result<Fork> {
    // SAFETY: without CLONE_VM and with a null stack this is fork(2) with namespaces: the child gets a copy
    // of the address space. The process is single-threaded, so no lock can be held by a thread that is gone.
    let result = unsafe { libc::syscall(libc::SYS_clone, flags | libc::SIGCHLD, 0, 0, 0, 0) };
    match result {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Fork::Child),
        pid => {
            let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
            Ok(Fork::Parent(pid.ok_or_else(|| io::Error::other("clone returned no process id"))?))
        }
    }
}

/// Moves the calling process into a mount namespace of its own.
pub(crate) fn unshare_mounts() -> io::Result<()> {
    // SAFETY: unshare(2) takes no pointers; the process is single-threaded.
    check(unsafe { libc::unshare(libc::CLONE_NEWNS) })
}

/// Gives up root for good: no supplementary groups, `id` as all user and group ids. The process stays
/// dumpable, since the files below its `/proc` folder would belong to root otherwise (proc(5)).
pub(crate) fn become_user(id: u32) -> io::Result<()> {
    // SAFETY: no call here takes a pointer that is used: setgroups gets a length of 0.
    unsafe {
        check(libc::setgroups(0, std::ptr::null()))?;
        check(libc::setresgid(id, id, id))?;
        check(libc::setresuid(id, id, id))?;
        check(libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0))
    }
}

/// Changes the attributes of the mount at `path`, and of all below it when `recursive` (mount_setattr(2)).
pub(crate) fn set_mount_attributes(path: &CStr, set: u64, clear: u64, recursive: bool) -> io::Result<()> {
    let attributes = libc::mount_attr { attr_set: set, attr_clr: clear, propagation: 0, userns_fd: 0 };
    let flags = if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: `path` is a C string and `attributes` outlives the call; the size is that of the structure.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            flags,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    check(i32::try_from(result).unwrap_or(-1))
}

/// Replaces the process by `program`, with `stdio` as its standard streams. Returns only to say why it could not.
pub(crate) fn execute(
    program: &CStr,
    arguments: &[CString],
    environment: &[CString],
    stdio: [RawFd; 3],
) -> io::Error {
    let pointers = |strings: &[CString]| -> Vec<*const libc::c_char> {
        strings.iter().map(|string| string.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (arguments, environment) = (pointers(arguments), pointers(environment));
    // SAFETY: both vectors end with a null pointer and, like `program`, live until execve(2) returns, if it does.
    // The descriptors were checked to lie above 2, so that no dup2 overwrites one that is still needed.
    unsafe {
        for (target, source) in (0..).zip(stdio) {
            if libc::dup2(source, target) == -1 {
                return io::Error::last_os_error();
            }
        }
        // Descriptors that the grader inherited may be open above them: the program must not get them.
        let above = u32::MAX;
        let cloexec = libc::CLOSE_RANGE_CLOEXEC;
        if libc::syscall(libc::SYS_close_range, 3u32, above, cloexec) == -1 {
            return io::Error::last_os_error();
        }
        // The Rust runtime ignores SIGPIPE, and what started the grader may ignore others (nohup(1), a job in the background of a
        // script). An ignored signal would stay ignored in the submission. Some cannot be changed, and need not be.
        for signal in 1..=libc::SIGRTMAX() {
            libc::signal(signal, libc::SIG_DFL);
        }
        libc::execve(program.as_ptr(), arguments.as_ptr(), environment.as_ptr());
    }
    io::Error::last_os_error()
}

/// Lets the kernel pass each system call of this process, and of all that it will start, through a filter (seccomp(2)), for
/// good. The process must have given up gaining privileges.
pub(crate) fn filter_calls(filter: &[libc::sock_filter]) -> io::Result<()> {
    let length = u16::try_from(filter.len()).map_err(io::Error::other)?;
    // The kernel does not write to it.
    let program = libc::sock_fprog { len: length, filter: filter.as_ptr().cast_mut() };
    // Without this flag older kernels would slow down every process that has a filter (`spec_store_bypass_disable`).
    let flags = libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    // SAFETY: the program and what it points to outlive the call, which copies them.
    let result =
        unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) };
    check(i32::try_from(result).unwrap_or(-1))
}

/// A socket that sees each packet of this network once, when it arrives (packet(7)).
pub(crate) fn packet_socket() -> io::Result<OwnedFd> {
    let protocol = u16::try_from(libc::ETH_P_ALL).unwrap_or_default().to_be();
    let one: libc::c_int = 1;
    // SAFETY: socket(2) takes no pointers and returns a descriptor that nobody else owns; setsockopt(2) gets a pointer to an int
    // that outlives the call, and its size.
    unsafe {
        let socket = libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, protocol.into());
        check(socket)?;
        let socket = OwnedFd::from_raw_fd(socket);
        let size = libc::socklen_t::try_from(size_of::<libc::c_int>()).unwrap_or_default();
        let (level, option) = (libc::SOL_PACKET, libc::PACKET_IGNORE_OUTGOING);
        check(libc::setsockopt(socket.as_raw_fd(), level, option, (&raw const one).cast(), size))?;
        Ok(socket)
    }
}

/// Switches off what puts segments together on an interface, by an ETHTOOL_S* command (`linux/ethtool.h`).
pub(crate) fn switch_off(interface: &CStr, command: u32) -> io::Result<()> {
    const SIOCETHTOOL: libc::Ioctl = 0x8946;
    #[repr(C)]
    struct Value {
        command: u32,
        data: u32,
    }
    let mut value = Value { command, data: 0 };
    let socket = rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::DGRAM, None)?;
    // SAFETY: a zeroed ifreq is a valid one. It and the value that it points to outlive the call, which reads both.
    unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        for (to, from) in request.ifr_name.iter_mut().zip(interface.to_bytes()) {
            *to = *from as libc::c_char;
        }
        request.ifr_ifru.ifru_data = (&raw mut value).cast();
        check(libc::ioctl(socket.as_raw_fd(), SIOCETHTOOL, &raw mut request))
    }
}

/// Ends the process at once, without running destructors or exit handlers that belong to its parent.
pub(crate) fn exit_now(status: i32) -> ! {
    // SAFETY: _exit(2) takes no pointers and does not return.
    unsafe { libc::_exit(status) }
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
