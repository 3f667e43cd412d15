//! Targets that attacks should try to reach and must not reach: listeners on the host's loopback, foreign files, and anything that shows
//! from outside that an attack succeeded.

use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, listen, socket_with};
use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// The content of a file in a hidden folder. No attack may read it.
pub const SECRET: &str = "a8c1f0-the-hidden-word-7d22";

/// What the attacks should try to reach, write, read or leave behind, and must not.
pub struct Bait {
    folder: tempfile::TempDir,
    mark: String,
    tcp: [TcpListener; 2],
    udp: [UdpSocket; 2],
    unix: UnixListener,
    by_name: OwnedFd,
}

impl Bait {
    /// Lays the bait in a new folder below `parent`, for the attack with this name.
    pub fn lay(parent: impl AsRef<Path>, name: &str) -> Bait {
        let folder = tempfile::tempdir_in(parent).unwrap();
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).unwrap();
        fs::write(folder.path().join("secret"), SECRET).unwrap();
        fs::set_permissions(folder.path().join("secret"), PermissionsExt::from_mode(0o666)).unwrap();
        let unix = UnixListener::bind(folder.path().join("socket")).unwrap();
        fs::set_permissions(folder.path().join("socket"), PermissionsExt::from_mode(0o777)).unwrap();
        // Without its extension, since a word that looks like a script would have to be one. The folder's name is unique: the same attack
        // may be judged twice at the same time.
        let own = folder.path().file_name().unwrap_or_default().to_string_lossy().replace('.', "");
        let mark = format!("mark-{own}-{}", name.split('.').next().unwrap_or_default());
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let by_name = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).unwrap();
        bind(&by_name, &SocketAddrUnix::new_abstract_name(mark.as_bytes()).unwrap()).unwrap();
        listen(&by_name, 1).unwrap();
        // Many containers have no IPv6. Both are then at the only loopback address, and packets to the other reach nothing.
        let or_ipv4 = |host: IpAddr| [host, Ipv4Addr::LOCALHOST.into()].map(|host| SocketAddr::new(host, 0));
        let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].map(or_ipv4);
        let tcp = loopback.map(|addresses| TcpListener::bind(&addresses[..]).unwrap());
        let udp = loopback.map(|addresses| UdpSocket::bind(&addresses[..]).unwrap());
        unix.set_nonblocking(true).unwrap();
        tcp.iter().for_each(|listener| listener.set_nonblocking(true).unwrap());
        udp.iter().for_each(|socket| socket.set_nonblocking(true).unwrap());
        Bait { folder, mark, tcp, udp, unix, by_name }
    }

    /// Its folder, in which everybody may write, with a file called `secret` and a socket.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A word among the arguments of processes that an attack should leave behind. An abstract socket has this name too.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// The ports on this machine's loopback: those of the TCP listeners and of the UDP sockets, for IPv4 and IPv6 each.
    pub fn ports(&self) -> ([u16; 2], [u16; 2]) {
        let tcp = self.tcp.each_ref().map(|listener| listener.local_addr().unwrap().port());
        (tcp, self.udp.each_ref().map(|socket| socket.local_addr().unwrap().port()))
    }

    /// The information for an attack, as words of its command.
    pub fn words(&self) -> String {
        let (tcp, udp) = self.ports();
        format!(
            "folder={} hidden=/usr/share mark={} tcp4={} tcp6={} udp4={} udp6={} vsock=1024",
            self.folder.path().display(),
            self.mark,
            tcp[0],
            tcp[1],
            udp[0],
            udp[1]
        )
    }

    /// What the attack reached; empty if it reached nothing.
    pub fn taken(&self) -> Vec<&'static str> {
        let waits = |result: std::io::Result<()>| result.is_err_and(|e| e.kind() == ErrorKind::WouldBlock);
        let mut taken = Vec::new();
        let mut untouched = |what, holds: bool| {
            if !holds {
                taken.push(what);
            }
        };
        untouched("a TCP listener was reached", self.tcp.iter().all(|tcp| waits(tcp.accept().map(drop))));
        let mut byte = [0];
        untouched(
            "a UDP socket was reached",
            self.udp.iter().all(|udp| waits(udp.recv(&mut byte).map(drop))),
        );
        untouched("a named socket was reached", waits(self.unix.accept().map(drop)));
        let accepted = rustix::net::accept(&self.by_name).map(drop);
        untouched("an abstract socket was reached", accepted == Err(rustix::io::Errno::AGAIN));
        let secret = fs::read_to_string(self.folder.path().join("secret")).unwrap();
        untouched("the secret was overwritten", secret == SECRET);
        untouched("a file was written", fs::read_dir(self.folder.path()).unwrap().count() == 2);
        untouched("a process is left", !is_running(&self.mark));
        taken
    }
}

/// Whether any process has this word among its arguments.
fn is_running(word: &str) -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let arguments = processes.map(|process| fs::read(process.path().join("cmdline")).unwrap_or_default());
    arguments.into_iter().any(|arguments| String::from_utf8_lossy(&arguments).contains(word))
}
