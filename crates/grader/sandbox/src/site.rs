//! The building site of a room's file system: a root of its own, which begins empty, and the machine's root beside it until all that is
//! to be seen has been put in. So what the room does not show is not there, and `/proc/self/mountinfo` does not name it either.
//!
//! **What is shown is a copy of the machine's folder** wherever the kernel allows that: an overlay without an upper layer. It costs
//! some 100 µs and no memory, and reads from the same page cache. But its files are others to the kernel: whoever locks or watches one
//! (flock(2), inotify(7)) in a room does so in that room alone. Two checks of one program that locks its own file to be the only one
//! do not meet. The kernel refuses a copy to an ordinary user where other file systems are mounted below the folder; root has to leave
//! such a folder as it is too, since a copy would not show these. Then the folder itself is shown, and only what is exposed in it is a
//! copy.
//!
//! A hidden folder in a copy is empty from the start: a layer above the machine's has a whiteout for it, and a layer above that an empty
//! folder with places for what is exposed in it. Elsewhere an empty file system is mounted over it.

use crate::mounts::Mounts;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::mount::{MountFlags, UnmountFlags, mount, mount_bind_recursive, unmount};
use rustix::process::pivot_root;
use std::cell::Cell;
use std::ffi::{CString, OsStr};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

/// Where the new root is put together: a folder that every machine has and that the room does not share.
const PLACE: &str = "/tmp";
/// Folders of the new root that are gone when it is finished: the old root, and the layers of copies.
const MACHINE: &str = "/.machine";
const LAYERS: &str = "/.layers";

/// Names for a process's own descriptors, as proc(5) wants them.
const DESCRIPTORS: [(&str, &str); 4] = [
    ("/proc/self/fd", "/dev/fd"),
    ("/proc/self/fd/0", "/dev/stdin"),
    ("/proc/self/fd/1", "/dev/stdout"),
    ("/proc/self/fd/2", "/dev/stderr"),
];

/// How many files fit into a private folder.
const FILES: u32 = 16 << 10;

/// What is to be shown and hidden.
pub(crate) struct Site {
    /// In order: what lies in a folder comes after it. `true`: the submission may write there.
    pub(crate) hidden: Vec<(PathBuf, bool)>,
    /// What is shown by itself, since it lies in something hidden or in a folder that is no copy. In order.
    exposed: Vec<Exposed>,
    mounts: Mounts,
    /// How many layers have been made.
    layers: Cell<usize>,
}

/// A path that stays reachable.
struct Exposed {
    /// Where it is in the room.
    place: PathBuf,
    /// Where it is on the machine, without links.
    source: PathBuf,
    is_folder: bool,
    /// The innermost folder that would hide it.
    hidden_by: Option<PathBuf>,
}

impl Site {
    /// Looks at the machine. The hidden folders are in order, and are there.
    pub(crate) fn open(
        mounts: Mounts,
        hidden: Vec<(PathBuf, bool)>,
        exposed: Vec<PathBuf>,
    ) -> io::Result<Site> {
        let mut site = Site { hidden, exposed: Vec::new(), mounts, layers: Cell::new(0) };
        site.exposed = site.select(exposed)?;
        let at_place = site.exposed.iter().flat_map(|exposed| {
            let inside =
                site.hidden.iter().filter_map(|(folder, _)| folder.strip_prefix(&exposed.source).ok());
            inside.filter(|rest| !rest.as_os_str().is_empty()).map(|rest| (exposed.place.join(rest), false))
        });
        let at_place: Vec<_> =
            at_place.filter(|(path, _)| !site.hidden.iter().any(|(other, _)| other == path)).collect();
        site.hidden.extend(at_place);
        site.hidden.sort();
        Ok(site)
    }

    /// What has to be shown by itself. A path that is itself hidden stays so; what lies in another exposed path comes along with that.
    fn select(&self, mut paths: Vec<PathBuf>) -> io::Result<Vec<Exposed>> {
        // What is in the root is looked at by itself.
        paths.retain(|path| path != Path::new("/"));
        paths.sort();
        paths.dedup();
        let mut selected: Vec<Exposed> = Vec::new();
        for path in paths {
            let named =
                |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
            let source = fs::canonicalize(&path).map_err(named)?;
            let is_folder = source.is_dir();
            let place = self.place(&path);
            let hidden_by = self.hiding(&place).map(Path::to_owned);
            let comes_along =
                |other: &Exposed| place.starts_with(&other.place) && other.hidden_by == hidden_by;
            let is_hidden_itself = hidden_by.as_ref() == Some(&place);
            let is_seen_anyway = hidden_by.is_none() && self.is_copied(&top(&source));
            if !is_hidden_itself && !is_seen_anyway && !selected.iter().any(comes_along) {
                selected.push(Exposed { place, source, is_folder, hidden_by });
            }
        }
        selected.sort_by(|one, other| one.place.cmp(&other.place));
        Ok(selected)
    }

    /// Where a path leads in the room: the links that are not hidden are there too, those that are become folders.
    fn place(&self, path: &Path) -> PathBuf {
        let seen = path.ancestors().find_map(|outer| {
            let real = fs::canonicalize(outer).ok().filter(|real| self.hiding(real).is_none())?;
            Some(real.join(path.strip_prefix(outer).ok()?))
        });
        // What nobody hides joins nothing, and would end with a slash.
        seen.map_or_else(|| path.to_owned(), |place| place.components().collect())
    }

    /// The innermost hidden folder that this lies in or is.
    fn hiding(&self, path: &Path) -> Option<&Path> {
        let around = self.hidden.iter().map(|(folder, _)| folder.as_path());
        around.filter(|folder| path.starts_with(folder)).max()
    }

    /// Whether a copy of this folder shows all that is in it and is not hidden in it.
    fn is_copied(&self, folder: &Path) -> bool {
        let is_hidden_in_it = |mount: &Path| {
            self.hiding(mount).is_some_and(|hidden| hidden.starts_with(folder) && hidden != folder)
        };
        self.mounts.below(folder).all(is_hidden_in_it)
    }

    /// Makes the new root the root, with the machine's in [`MACHINE`].
    pub(crate) fn enter(&self) -> io::Result<()> {
        mount_empty(Path::new(PLACE), c"mode=0755")?;
        std::env::set_current_dir(PLACE)?;
        let inside = |folder: &str| PathBuf::from(folder.trim_start_matches('/'));
        fs::create_dir(inside(MACHINE))?;
        pivot_root(".", inside(MACHINE))?;
        std::env::set_current_dir("/")?;
        fs::create_dir(LAYERS)?;
        mount_empty(Path::new(LAYERS), c"mode=0755")
    }

    /// Puts in all that is to be seen.
    pub(crate) fn furnish(&self, folder_size: u64) -> io::Result<()> {
        let mut covered: Vec<&Path> = Vec::new();
        let mut entries = fs::read_dir(MACHINE)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let place = Path::new("/").join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_symlink() {
                symlink(fs::read_link(entry.path())?, &place)?;
            } else if kind.is_dir() {
                fs::create_dir(&place)?;
                // Nothing to show: the new folder stays empty.
                if self.hidden.iter().any(|(folder, _)| *folder == place) || is_empty(&entry.path()) {
                    continue;
                }
                let is_kernels = ["/proc", "/sys"].iter().any(|folder| place == Path::new(folder));
                let empty = self.emptied(&place);
                if is_kernels || !self.is_copied(&place) || self.copy(&place, &empty).is_err() {
                    mount_bind_recursive(entry.path(), &place)?;
                    covered.extend(empty);
                }
            }
        }
        self.cover(&covered, folder_size)?;
        DESCRIPTORS.iter().try_for_each(|(target, path)| symlink(target, path))
    }

    /// The hidden folders in this folder of the root that lie in no other: those that layers can empty.
    fn emptied(&self, place: &Path) -> Vec<&Path> {
        let is_in_another = |folder: &Path| {
            folder.ancestors().skip(1).any(|outer| self.hidden.iter().any(|(other, _)| other == outer))
        };
        let folders =
            self.hidden.iter().filter(|(_, writable)| !writable).map(|(folder, _)| folder.as_path());
        folders.filter(|folder| folder.starts_with(place) && !is_in_another(folder)).collect()
    }

    /// Mounts a copy of a folder of the root in which these are empty but for what is exposed in them.
    fn copy(&self, place: &Path, empty: &[&Path]) -> io::Result<()> {
        if empty.is_empty() {
            return self.mount_copy(place, place, &[]);
        }
        let (folders, whiteouts) = (self.layer()?, self.layer()?);
        let within = |layer: &Path, path: &Path| match path.strip_prefix(place) {
            Ok(rest) => layer.join(rest),
            Err(_) => layer.to_owned(),
        };
        resemble(&folders, place)?;
        for folder in empty {
            let between = folder.ancestors().skip(1).take_while(|outer| *outer != place);
            for outer in between.collect::<Vec<_>>().into_iter().rev() {
                fs::create_dir_all(within(&whiteouts, outer))?;
                let copy = within(&folders, outer);
                fs::create_dir_all(&copy)?;
                resemble(&copy, outer)?;
            }
            fs::create_dir_all(within(&folders, folder))?;
            // A character device with the number 0 hides what has its name in the layers below (overlayfs.rst).
            mknodat(CWD, within(&whiteouts, folder), FileType::CharacterDevice, Mode::empty(), 0)?;
        }
        for exposed in &self.exposed {
            let is_emptied = empty.iter().any(|folder| exposed.place.starts_with(folder));
            if is_emptied && !self.is_shown(exposed.place.parent().unwrap_or(&exposed.place)) {
                exposed.make_place(&within(&folders, &exposed.place))?;
            }
        }
        self.mount_copy(place, place, &[&folders, &whiteouts])
    }

    /// Mounts a copy of the machine's `folder` below these layers.
    fn mount_copy(&self, folder: &Path, place: &Path, above: &[&Path]) -> io::Result<()> {
        let mut layers: Vec<&OsStr> = above.iter().map(|layer| layer.as_os_str()).collect();
        layers.push(OsStr::new("."));
        // There must be two at least.
        let empty = if above.is_empty() { Some(self.layer()?) } else { None };
        layers.extend(empty.as_ref().map(|layer| layer.as_os_str()));
        let layers = layers.join(OsStr::new(":"));
        // So its name, which may have a colon in it, and may tell what nobody is to know, does not become an option.
        std::env::set_current_dir(on_machine(folder))?;
        let options = CString::new([b"lowerdir=", layers.as_encoded_bytes()].concat())?;
        let mounted = mount("overlay", place, "overlay", MountFlags::RDONLY, options.as_c_str());
        std::env::set_current_dir("/")?;
        Ok(mounted?)
    }

    fn layer(&self) -> io::Result<PathBuf> {
        let number = self.layers.replace(self.layers.get() + 1);
        let layer = Path::new(LAYERS).join(number.to_string());
        fs::create_dir(&layer)?;
        Ok(layer)
    }

    /// Mounts what is writable, what hides these folders and what lies in something exposed, and what is exposed: from the outside in.
    fn cover(&self, covered: &[&Path], folder_size: u64) -> io::Result<()> {
        let options = |mode| CString::new(format!("size={folder_size},nr_inodes={FILES},mode={mode}"));
        let (writable_options, closed_options) = (options("1777")?, options("0755")?);
        let mut exposed = self.exposed.iter().peekable();
        for (folder, writable) in &self.hidden {
            while let Some(exposed) = exposed.next_if(|exposed| exposed.place < *folder) {
                self.show(exposed)?;
            }
            if *writable {
                // One that lies in a hidden folder is made anew there.
                fs::create_dir_all(folder)?;
                mount_empty(folder, &writable_options)?;
            } else if covered.contains(&folder.as_path()) || self.is_shown(folder) {
                mount_empty(folder, &closed_options)?;
            }
        }
        exposed.try_for_each(|exposed| self.show(exposed))
    }

    /// Whether something exposed is this or around it.
    fn is_shown(&self, path: &Path) -> bool {
        self.exposed.iter().any(|exposed| path.starts_with(&exposed.place))
    }

    /// Mounts what is exposed, as a copy if that can be had.
    fn show(&self, exposed: &Exposed) -> io::Result<()> {
        let Exposed { place, source, is_folder, .. } = exposed;
        exposed.make_place(place)?;
        let kind = fs::symlink_metadata(on_machine(source))?.file_type();
        if !kind.is_char_device() {
            let is_copied = if *is_folder {
                self.is_copied(source) && self.mount_copy(source, place, &[]).is_ok()
            } else {
                self.show_file(source, place).is_ok()
            };
            if is_copied {
                return Ok(());
            }
        }
        Ok(mount_bind_recursive(on_machine(source), place)?)
    }

    /// Mounts a file from a copy of its folder.
    fn show_file(&self, source: &Path, place: &Path) -> io::Result<()> {
        let (Some(folder), Some(name)) = (source.parent(), source.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let copy = self.layer()?;
        self.mount_copy(folder, &copy, &[])?;
        Ok(mount_bind_recursive(copy.join(name), place)?)
    }

    /// Lets go of the machine's root: nothing leads there any more.
    pub(crate) fn leave(&self) -> io::Result<()> {
        for folder in [MACHINE, LAYERS] {
            unmount(folder, UnmountFlags::DETACH)?;
            fs::remove_dir(folder)?;
        }
        Ok(())
    }
}

impl Exposed {
    /// Makes an empty folder or file to mount it on, if there is none yet.
    fn make_place(&self, place: &Path) -> io::Result<()> {
        if fs::symlink_metadata(place).is_ok() {
            return Ok(());
        }
        if self.is_folder {
            return fs::create_dir_all(place);
        }
        fs::create_dir_all(place.parent().unwrap_or(Path::new("/")))?;
        fs::File::create_new(place).map(drop)
    }
}

/// The folder of the root that a path lies in.
fn top(path: &Path) -> PathBuf {
    path.components().take(2).collect()
}

/// Where a path of the machine is during the work.
fn on_machine(path: &Path) -> PathBuf {
    Path::new(MACHINE).join(path.strip_prefix("/").unwrap_or(path))
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Gives a folder the owner and the permissions of the machine's.
fn resemble(copy: &Path, original: &Path) -> io::Result<()> {
    let data = fs::metadata(on_machine(original))?;
    // An ordinary user cannot give it away, and may then read its own copy.
    let _ = chown(copy, Some(data.uid()), Some(data.gid()));
    fs::set_permissions(copy, Permissions::from_mode(data.mode() & 0o7777))
}

fn mount_empty(place: &Path, options: &std::ffi::CStr) -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    Ok(mount("tmpfs", place, "tmpfs", flags, options)?)
}
