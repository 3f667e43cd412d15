//! What a submission sees of the file system: all is read-only. Empty folders replace those that others share (`/tmp`, `/run`, …), those
//! to be hidden and those that an ordinary user may not enter; they hold only the paths that the submission needs. The only devices are
//! those that do nothing. The few files of `/etc` that tell who and where a program is are the same on every machine.
//! `docs/design/room.md` has the whole list.

use crate::mounts::Mounts;
use crate::site::Site;
use crate::{Refusal, sys};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind, mount_change};
use std::ffi::CString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// What is shown of the file system beside what everybody may read.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Absolute paths that stay reachable, whatever they lie in.
    pub exposed: Vec<PathBuf>,
    /// Folders shown empty, except for what is exposed below them.
    pub hidden: Vec<PathBuf>,
    /// The size of each folder that the submission may write to, in bytes.
    pub folder_size: u64,
}

/// Folders that get an empty, size-limited file system of their own; `true`: the submission may write there.
const PRIVATE: [(&str, bool); 6] = [
    ("/dev", false),
    ("/tmp", true),
    ("/var/tmp", true),
    ("/dev/shm", true),
    ("/run", false),
    // Otherwise it would see what others use, and a virtual machine would size itself by a limit that not every machine has.
    ("/sys/fs/cgroup", false),
];

/// The devices that are there, and do nothing to the machine.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// The folders that the submission may write to.
pub(crate) fn writable() -> impl Iterator<Item = &'static str> {
    PRIVATE.into_iter().filter_map(|(path, writable)| writable.then_some(path))
}

/// The room's host name: one that no machine is likely to have.
pub const HOST_NAME: &str = "lab-room";

/// The name of the user that a submission runs as, whose number is [`crate::INNER_ID`], and its home.
pub(crate) const USER_NAME: &str = "student";
pub(crate) const HOME: &str = "/tmp";

/// Files that decide how names are looked up, and what each says. With these, `localhost` has both its addresses, the room's own name has
/// one, and every other is unknown, at once and on every machine. A library that still asks a name server is refused at once: nobody
/// listens there.
///
/// The own name has the address of `localhost`, not 127.0.1.1 as on Debian: a server that binds to it alone is then found, and fails only
/// the clause about interfaces.
fn files_of_etc() -> [(&'static str, String); 6] {
    let (user, id) = (USER_NAME, crate::INNER_ID);
    [
        (
            "/etc/hosts",
            format!("127.0.0.1 localhost\n127.0.0.1 {HOST_NAME}\n::1 localhost ip6-localhost ip6-loopback\n"),
        ),
        ("/etc/hostname", format!("{HOST_NAME}\n")),
        // What is in no file is unknown. Go's own resolver long took that for success if there was no other source.
        (
            "/etc/nsswitch.conf",
            "passwd: files\ngroup: files\nshadow: files\nhosts: files [NOTFOUND=return] dns\nnetworks: files\n\
             services: files\nprotocols: files\n"
                .to_owned(),
        ),
        ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n".to_owned()),
        (
            "/etc/passwd",
            format!(
                "root:x:0:0:root:/root:/bin/sh\n{user}:x:{id}:{id}:{user}:{HOME}:/bin/sh\n\
                 nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
            ),
        ),
        ("/etc/group", format!("root:x:0:\n{user}:x:{id}:\nnogroup:x:65534:\n")),
    ]
}

/// Builds the view in the calling process's mount namespace, which it must own, and makes it the root. When `for_ordinary_user`, also
/// replaces folders on the way to exposed paths that only their owner may enter.
pub(crate) fn build(view: &View, for_ordinary_user: bool) -> Result<(), Refusal> {
    if view.hidden.iter().any(|folder| folder == Path::new("/")) {
        return Err(Refusal::new("hiding /", io::Error::from(io::ErrorKind::InvalidInput)));
    }
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .map_err(|error| Refusal::new("making mounts private", error.into()))?;
    let mounts = Mounts::read().map_err(|error| Refusal::new("reading what is mounted", error))?;
    let private = PRIVATE.iter().map(|(path, writable)| (real(Path::new(path)), *writable));
    let asked_for = view.hidden.iter().map(|path| real(path));
    let asked_for = asked_for.flat_map(|path| mounts.aliases(&path).into_iter().chain([path]));
    let mut hidden: Vec<(PathBuf, bool)> = private.chain(asked_for.map(|path| (path, false))).collect();
    hidden.retain(|(path, _)| path.is_dir());
    let devices = DEVICES.iter().map(PathBuf::from);
    let mut exposed: Vec<PathBuf> = view.exposed.iter().cloned().chain(devices).collect();
    if for_ordinary_user {
        let asked_for = hidden.clone();
        for path in &mut exposed {
            let Some(closed) = first_closed_folder(path) else { continue };
            if !asked_for.iter().any(|(folder, _)| path.starts_with(folder)) {
                // An interpreter needs more than the folder on the PATH that names it: its neighbours come along.
                let neighbours = closed.components().count() + 1;
                *path = path.components().take(neighbours).collect();
            }
            // Below a folder that is replaced anyway, those on the way are made anew.
            if !hidden.iter().any(|(folder, _)| closed.starts_with(folder)) {
                hidden.push((real(&closed), false));
            }
        }
    }
    hidden.sort();
    // A private folder that is to be hidden too stays writable: it is empty already.
    hidden.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        earlier.1 |= same && later.1;
        same
    });
    let links = PRIVATE.iter().map(|(path, _)| (real(Path::new(path)), Path::new(path)));
    let links: Vec<_> = links.filter(|(target, path)| target != path).collect();
    let site = Site::open(mounts, hidden, exposed)
        .map_err(|error| Refusal::new("opening the submission's folders", error))?;
    site.enter().map_err(|error| Refusal::new("making a root of its own", error))?;
    site.furnish(view.folder_size).map_err(|error| Refusal::new("mounting a private /tmp", error))?;
    // Those in folders that are the machine's are there.
    let missing = links.iter().filter(|(_, path)| fs::symlink_metadata(path).is_err());
    let made = missing.into_iter().try_for_each(|(target, path)| symlink(target, path));
    made.map_err(|error| Refusal::new("making links to private folders", error))?;
    site.leave().map_err(|error| Refusal::new("leaving the machine's root", error))?;
    set_files_of_etc().map_err(|error| Refusal::new("mounting /etc/hosts", error))?;
    protect(&site.hidden).map_err(|error| Refusal::new("making the file system read-only", error))
}

/// A path without links, if it leads anywhere.
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Mounts the `/proc` of the calling process's pid namespace.
pub(crate) fn mount_proc() -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    Ok(mount("proc", "/proc", "proc", flags, None)?)
}

/// Makes `/proc` read-only.
pub(crate) fn protect_proc() -> io::Result<()> {
    sys::set_mount_attributes(c"/proc", libc::MOUNT_ATTR_RDONLY, 0, false)
}

/// The outermost folder on the way to `path` that others may not enter.
fn first_closed_folder(path: &Path) -> Option<PathBuf> {
    let mut folders: Vec<&Path> = path.ancestors().skip(1).collect();
    folders.reverse();
    folders
        .into_iter()
        .find(|folder| fs::metadata(folder).is_ok_and(|data| data.permissions().mode() & 0o001 == 0))
        .map(Path::to_owned)
}

fn set_files_of_etc() -> io::Result<()> {
    for (path, text) in files_of_etc() {
        // A link that leads nowhere now (a resolver below /run) is as good as an empty file. A file that the machine lacks is not here
        // either: there is nothing to mount over, and nothing of the machine's own may be changed.
        let Ok(target) = fs::canonicalize(path) else { continue };
        let source = Path::new("/run").join(Path::new(path).file_name().unwrap_or_default());
        fs::write(&source, text)?;
        mount_bind(&source, &target)?;
    }
    Ok(())
}

/// Makes every mount read-only, except `/proc` (id maps are written there) and the private writable folders.
fn protect(hidden: &[(PathBuf, bool)]) -> io::Result<()> {
    let (read_only, no_setuid) = (libc::MOUNT_ATTR_RDONLY, libc::MOUNT_ATTR_NOSUID);
    sys::set_mount_attributes(c"/", read_only | no_setuid, 0, true)?;
    let writable = hidden.iter().filter(|(_, writable)| *writable).map(|(path, _)| path.as_path());
    for path in writable.chain([Path::new("/proc")]) {
        sys::set_mount_attributes(&CString::new(path.as_os_str().as_bytes())?, 0, read_only, false)?;
    }
    Ok(())
}
