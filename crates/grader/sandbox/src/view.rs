//! What a submission sees of the file system: everything read-only, empty folders in place of those that
//! others share (`/tmp`, `/run`, …) and in place of folders that an ordinary user may not enter, and in
//! them only the paths that the submission needs.

use crate::{Refusal, sys};
use rustix::fs::{Mode, OFlags};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind, mount_change};
use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Folders that get an empty, size-limited file system of their own; `true`: the submission may write there.
const PRIVATE: [(&str, bool); 4] = [("/tmp", true), ("/var/tmp", true), ("/dev/shm", true), ("/run", false)];

/// Files that decide how names are looked up. With these, `localhost` has both its addresses and every
/// other name is unknown, at once and on every machine.
const NAME_SERVICE: [(&str, &str); 3] = [
    ("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
    ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n"),
];

/// Builds the view in the mount namespace of the calling process, which must own it.
///
/// `exposed` are the absolute paths that must stay reachable. When `for_ordinary_user`, folders on the way
/// to them that only their owner may enter are replaced too.
pub(crate) fn build(exposed: &[PathBuf], for_ordinary_user: bool) -> Result<(), Refusal> {
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .map_err(|error| Refusal::new("making mounts private", error.into()))?;
    let mut hidden: Vec<(PathBuf, bool)> =
        PRIVATE.iter().map(|(path, writable)| (PathBuf::from(path), *writable)).collect();
    hidden.retain(|(path, _)| path.is_dir());
    let mut exposed = exposed.to_vec();
    if for_ordinary_user {
        for path in &mut exposed {
            let Some(closed) = first_closed_folder(path) else { continue };
            // An interpreter needs more than the folder on the PATH that names it: its neighbours come along.
            let neighbours = closed.components().count() + 1;
            *path = path.components().take(neighbours).collect();
            // Below a folder that is replaced anyway, those on the way are made anew.
            if !hidden.iter().any(|(folder, _)| closed.starts_with(folder)) {
                hidden.push((closed, false));
            }
        }
    }
    let needed = needed_paths(&exposed, &hidden);
    // Opened before anything is covered, so that the real things can be mounted back.
    let handles = needed
        .iter()
        .map(|path| open_handle(path))
        .collect::<io::Result<Vec<_>>>()
        .map_err(|error| Refusal::new("opening the submission's folders", error))?;
    let covered = cover(&hidden, &needed, &handles);
    covered.map_err(|error| Refusal::new("mounting a private /tmp", error))?;
    set_name_service().map_err(|error| Refusal::new("mounting /etc/hosts", error))?;
    protect(&hidden).map_err(|error| Refusal::new("making the file system read-only", error))
}

/// Mounts the `/proc` of the calling process's pid namespace.
pub(crate) fn mount_proc() -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    Ok(mount("proc", "/proc", "proc", flags, None)?)
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

/// Those exposed paths that a hidden folder would cover, without those that lie below another of them.
fn needed_paths(exposed: &[PathBuf], hidden: &[(PathBuf, bool)]) -> Vec<PathBuf> {
    let covered =
        |path: &PathBuf| hidden.iter().any(|(folder, _)| path != folder && path.starts_with(folder));
    let mut paths: Vec<PathBuf> = exposed.iter().filter(|path| covered(path)).cloned().collect();
    paths.sort();
    paths.dedup_by(|later, earlier| later.starts_with(earlier));
    paths
}

fn open_handle(path: &Path) -> io::Result<OwnedFd> {
    Ok(rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?)
}

fn cover(hidden: &[(PathBuf, bool)], needed: &[PathBuf], handles: &[OwnedFd]) -> io::Result<()> {
    let size = |mode: &str| CString::new(format!("size=64m,nr_inodes=16k,mode={mode}"));
    let (writable_options, closed_options) = (size("1777")?, size("0755")?);
    for (folder, writable) in hidden {
        let options = if *writable { &writable_options } else { &closed_options };
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount("tmpfs", folder, "tmpfs", flags, options.as_c_str())?;
    }
    for (path, handle) in needed.iter().zip(handles) {
        if rustix::fs::fstat(handle)?.st_mode & libc::S_IFMT == libc::S_IFDIR {
            fs::create_dir_all(path)?;
        } else {
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
            fs::File::create(path)?;
        }
        mount_bind(format!("/proc/self/fd/{}", handle.as_raw_fd()), path)?;
    }
    Ok(())
}

fn set_name_service() -> io::Result<()> {
    for (path, text) in NAME_SERVICE {
        // A link that leads nowhere now (a resolver below /run) is as good as an empty file.
        let Ok(target) = fs::canonicalize(path) else { continue };
        let source = Path::new("/run").join(target.file_name().unwrap_or_default());
        fs::write(&source, text)?;
        mount_bind(&source, &target)?;
    }
    Ok(())
}

/// Makes every mount read-only, but for `/proc` (id maps are written there) and the private writable folders.
fn protect(hidden: &[(PathBuf, bool)]) -> io::Result<()> {
    let (read_only, no_setuid) = (libc::MOUNT_ATTR_RDONLY, libc::MOUNT_ATTR_NOSUID);
    sys::set_mount_attributes(c"/", read_only | no_setuid, 0, true)?;
    let writable = hidden.iter().filter(|(_, writable)| *writable).map(|(path, _)| path.as_path());
    for path in writable.chain([Path::new("/proc")]) {
        sys::set_mount_attributes(&CString::new(path.as_os_str().as_bytes())?, 0, read_only, false)?;
    }
    Ok(())
}
