//! The room in which one check takes place: user, network, pid, mount, ipc and uts namespaces of its own,
//! with `lo` up and nothing else on the network.

use crate::{ORDINARY_ID, Overrun, View, sys, view};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, SocketType};
use rustix::process::{Signal, WaitOptions, geteuid, set_parent_process_death_signal, umask, waitpid};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;

/// Why a room could not be made: the step that the system refused, and what would help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    step: String,
    cause: String,
    number: Option<i32>,
}

impl Refusal {
    pub(crate) fn new(step: &str, cause: io::Error) -> Self {
        Refusal { step: step.to_owned(), cause: cause.to_string(), number: cause.raw_os_error() }
    }

    /// The number of the error by which the system refused the step, if it gave one (errno(3)).
    pub fn error_number(&self) -> Option<i32> {
        self.number
    }

    /// What an administrator can do about it, as far as this machine's settings tell.
    pub fn cure(&self) -> &'static str {
        let setting = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned()).ok();
        if setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").as_deref() == Some("1") {
            "run `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`"
        } else if setting("/proc/sys/kernel/unprivileged_userns_clone").as_deref() == Some("0") {
            "run `sudo sysctl -w kernel.unprivileged_userns_clone=1`"
        } else if setting("/proc/sys/user/max_user_namespaces").as_deref() == Some("0") {
            "run `sudo sysctl -w user.max_user_namespaces=10000`"
        } else {
            "in a container, start it with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`"
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "namespaces are refused here ({}: {}); {}", self.step, self.cause, self.cure())
    }
}

/// How the process that runs a check is kept apart; handed to the check's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// This process is pid 1 of namespaces of its own.
    Isolated,
    /// This process shares the machine's network and processes.
    Shared,
}

/// Makes a room and runs `body` in it as pid 1; returns the body's exit status.
///
/// Must be called early by a fresh, single-threaded process. When the calling process is root it gives that up
/// for good. When the caller ends, by whatever means, the room and all in it end too.
///
/// # Errors
/// A [`Refusal`] goes to `body`, which knows how to tell the grader.
pub fn enter(view: &View, body: impl FnOnce(Result<Room, Refusal>) -> i32) -> i32 {
    // What is made here is for the ordinary user that this process becomes, and for the submission: the caller may have had another mask.
    umask(Mode::from_raw_mode(0o022));
    match leave_root(view).and_then(|view_is_built| fork_first(view, view_is_built)) {
        Ok(None) => body(Ok(Room::Isolated)),
        Ok(Some(status)) => status,
        Err(refusal) => body(Err(refusal)),
    }
}

impl Room {
    /// The room that is none: gives up root and leaves the process where it is.
    ///
    /// # Errors
    /// When root cannot be given up.
    pub fn shared() -> io::Result<Room> {
        die_with_parent()?;
        if geteuid().is_root() {
            sys::become_user(own_id())?;
            die_with_parent()?;
        }
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        Ok(Room::Shared)
    }

    /// How full the folders are that programs may write to: the bytes in all of them and, if one is full, its size or, if it has run out
    /// of names (inodes) instead, how many it takes. If they are the machine's own nobody knows, and nothing is reported.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn files(self) -> io::Result<(u64, Option<Overrun>)> {
        let (mut used, mut full) = (0, None);
        for folder in view::writable().filter(|_| self == Room::Isolated) {
            // One that this machine does not have.
            let Ok(space) = rustix::fs::statvfs(folder) else { continue };
            used += (space.f_blocks - space.f_bfree) * space.f_frsize;
            if space.f_bfree == 0 {
                full = Some(Overrun::Folder(space.f_blocks * space.f_frsize));
            } else if space.f_ffree == 0 {
                full = Some(Overrun::Names(space.f_files));
            }
        }
        Ok((used, full))
    }

    /// A socket that sees every packet of this room from now on, each once. Segments are then of the size that they have on an
    /// Ethernet, and none are put together.
    ///
    /// # Errors
    /// When the kernel refuses; always where the network is shared.
    pub fn packets(self) -> io::Result<OwnedFd> {
        const ETHERNET_MTU: u32 = 1500;
        // ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO in `linux/ethtool.h`.
        const OFFLOADS: [u32; 3] = [0x1f, 0x24, 0x2c];
        if self == Room::Shared {
            return Err(io::Error::other("the network is the machine's own"));
        }
        set_loopback(&attribute(libc::IFLA_MTU, ETHERNET_MTU))?;
        for offload in OFFLOADS {
            sys::switch_off(c"lo", offload)?;
        }
        sys::packet_socket()
    }

    /// Gives every TCP socket that is made from now on the smallest buffers that the kernel has, so that about a kilobyte fills
    /// them (`tcp_rmem` and `tcp_wmem` in tcp(7), which each network namespace has of its own).
    ///
    /// # Errors
    /// When the kernel refuses; always where the network is shared, since its settings are the machine's.
    pub fn narrow_buffers(self) -> io::Result<()> {
        if self == Room::Shared {
            return Err(io::Error::other("the network's settings are the machine's own"));
        }
        fs::write("/proc/sys/net/ipv4/tcp_rmem", "2304 2304 2304")?;
        fs::write("/proc/sys/net/ipv4/tcp_wmem", "4096 4096 4096")
    }

    /// Keeps all buffers of sockets small, and lets none grow: what a peer does not read soon has no room any more. Unlike narrow ones they
    /// are wide enough for a fast stream in the other direction. (Usually they grow to 4 and 6 MiB.)
    ///
    /// # Errors
    /// When the kernel refuses, and always on the machine's own network.
    pub fn small_buffers(self) -> io::Result<()> {
        if self == Room::Shared {
            return Err(io::Error::other("the network's settings are the machine's own"));
        }
        fs::write("/proc/sys/net/ipv4/tcp_rmem", "4096 65536 65536")?;
        fs::write("/proc/sys/net/ipv4/tcp_wmem", "4096 16384 16384")
    }
}

/// Lets the kernel kill this process when the thread that made it ends.
pub(crate) fn die_with_parent() -> io::Result<()> {
    Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
}

/// As root: builds the view while every folder can still be entered, then becomes an ordinary user.
/// Namespaces made after that lock the view: no one below can make anything writable again.
fn leave_root(view: &View) -> Result<bool, Refusal> {
    let refusal = |step| move |error| Refusal::new(step, error);
    let root = geteuid().is_root();
    if root {
        sys::unshare_mounts().map_err(refusal("making a mount namespace as root"))?;
        view::build(view, true)?;
        sys::become_user(own_id()).map_err(refusal("giving up root"))?;
    }
    // Changing ids clears the setting, so this comes after.
    die_with_parent().map_err(refusal("asking for a parent-death signal"))?;
    Ok(root)
}

/// A user and a group for this process alone, and so for one check or build: what the kernel counts per user, such as pipes' memory,
/// inotify instances and keys, is then its own. Of the ids that no distribution uses (systemd's "Users, Groups, UIDs and GIDs" lists
/// them), one for each process id; [`ORDINARY_ID`] if root is that of a container without them.
fn own_id() -> u32 {
    const FIRST: u32 = 1_879_048_192;
    // The kernel gives no higher process ids (`PID_MAX_LIMIT` in `linux/threads.h`).
    const COUNT: u32 = 1 << 22;
    let has_all = |map: &str| {
        let text = fs::read_to_string(map).unwrap_or_default();
        text.lines().any(|line| {
            let mut numbers = line.split_ascii_whitespace().map(|number| number.parse::<u32>().unwrap_or(0));
            let (first, _, count) = (numbers.next(), numbers.next(), numbers.next());
            first.zip(count).is_some_and(|(first, count)| first <= FIRST && count >= FIRST - first + COUNT)
        })
    };
    let is_there = has_all("/proc/self/uid_map") && has_all("/proc/self/gid_map");
    if is_there { FIRST + std::process::id() } else { ORDINARY_ID }
}

/// Forks pid 1 of the room. In it, prepares the room and returns `None`; in the caller, waits and returns the status.
fn fork_first(view: &View, view_is_built: bool) -> Result<Option<i32>, Refusal> {
    let (uid, gid) = (geteuid().as_raw(), rustix::process::getegid().as_raw());
    let (alive, _held) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)
        .map_err(|error| Refusal::new("making a pipe", error.into()))?;
    let namespaces = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS;
    let fork = sys::fork_into(namespaces).map_err(|error| Refusal::new("making namespaces", error))?;
    match fork {
        sys::Fork::Parent(pid) => loop {
            match waitpid(Some(pid), WaitOptions::empty()) {
                Ok(Some((_, status))) => return Ok(Some(status.exit_status().unwrap_or(3))),
                Ok(None) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(Refusal::new("waiting for the check", error.into())),
            }
        },
        sys::Fork::Child => {
            drop(_held);
            let prepared = die_with_parent().and_then(|()| {
                // The parent may have ended before the kernel was asked to tell; then nobody holds the pipe.
                let mut pipe = [PollFd::new(&alive, PollFlags::IN)];
                if poll(&mut pipe, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? > 0 {
                    sys::exit_now(3);
                }
                map_ids(0, uid, gid)
            });
            prepared.map_err(|error| Refusal::new("mapping user ids", error))?;
            if !view_is_built {
                view::build(view, false)?;
            }
            view::mount_proc().map_err(|error| Refusal::new("mounting /proc", error))?;
            share_watches().map_err(|error| Refusal::new("limiting inotify", error))?;
            set_loopback(&[]).map_err(|error| Refusal::new("raising the loopback interface", error))?;
            rustix::system::sethostname(view::HOST_NAME.as_bytes())
                .map_err(|error| Refusal::new("naming the room", error.into()))?;
            Ok(None)
        }
    }
}

/// Leaves inotify's instances to other rooms of the same user, who has 128 by default. A user namespace has a limit of its own, below
/// those around it (`/proc/sys/user` in proc(5)).
fn share_watches() -> io::Result<()> {
    const INSTANCES: &str = "16";
    match fs::write("/proc/sys/user/max_inotify_instances", INSTANCES) {
        // A kernel without inotify has none to share.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        written => written,
    }
}

/// Maps the one id that this process has outside to `inside` in its new user namespace.
pub(crate) fn map_ids(inside: u32, outside_uid: u32, outside_gid: u32) -> io::Result<()> {
    let write = |path: &str, text: String| -> io::Result<()> {
        let file = rustix::fs::open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
        rustix::io::write(&file, text.as_bytes())?;
        Ok(())
    };
    write("/proc/self/setgroups", "deny".to_owned())?;
    write("/proc/self/gid_map", format!("{inside} {outside_gid} 1"))?;
    write("/proc/self/uid_map", format!("{inside} {outside_uid} 1"))
}

/// An attribute of a link, as rtnetlink(7) wants it.
fn attribute(kind: u16, value: u32) -> Vec<u8> {
    const LENGTH: u16 = 8;
    [&LENGTH.to_ne_bytes()[..], &kind.to_ne_bytes(), &value.to_ne_bytes()].concat()
}

/// Sets `lo` up, and gives it these attributes, by an RTM_NEWLINK request (rtnetlink(7)); `lo` is interface 1 of every
/// network namespace.
fn set_loopback(attributes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(32 + attributes.len()).unwrap_or_default();
    let mut message = Vec::with_capacity(32 + attributes.len());
    message.extend(length.to_ne_bytes());
    message.extend(libc::RTM_NEWLINK.to_ne_bytes());
    message.extend(u16::try_from(libc::NLM_F_REQUEST | libc::NLM_F_ACK).unwrap_or_default().to_ne_bytes());
    message.extend([0; 8]); // sequence number and port: the kernel answers on this socket anyway
    message.extend([0; 4]); // struct ifinfomsg: family, padding, type
    message.extend(1_i32.to_ne_bytes());
    let up = u32::try_from(libc::IFF_UP).unwrap_or_default();
    message.extend(up.to_ne_bytes());
    message.extend(up.to_ne_bytes());
    message.extend(attributes);
    // Protocol 0 of this family is NETLINK_ROUTE.
    let socket = rustix::net::socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    rustix::net::send(&socket, &message, rustix::net::SendFlags::empty())?;
    let mut answer = [0; 64];
    let (length, _) = rustix::net::recv(&socket, &mut answer, rustix::net::RecvFlags::empty())?;
    // The acknowledgement is an NLMSG_ERROR whose error number, after the header of 16 bytes, is 0.
    match answer.get(16..20).and_then(|bytes| bytes.try_into().ok()).map(i32::from_ne_bytes) {
        Some(0) if length >= 20 => Ok(()),
        Some(error) if length >= 20 => Err(io::Error::from_raw_os_error(-error)),
        _ => Err(io::Error::other("the kernel's answer is too short")),
    }
}
