//! Files that are written whole, and their readers.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Who may read results, since these are marks. Only their owner may write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Their owner alone.
    Owner,
    /// The owner's group as well.
    Group,
}

impl Readers {
    /// Makes a folder with these readers, whatever the umask is. An existing folder is not changed.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn make_folder(self, path: &Path) -> io::Result<()> {
        let mode = match self {
            Readers::Owner => 0o700,
            Readers::Group => 0o750,
        };
        match DirBuilder::new().mode(mode).create(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            // The umask may have taken bits away.
            made => made.and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode))),
        }
    }

    /// Creates a file with these readers, whatever the umask is, or empties an existing one.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(self, path: &Path) -> io::Result<File> {
        let mode = match self {
            Readers::Owner => 0o600,
            Readers::Group => 0o640,
        };
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path)?;
        // The file may have existed, or the umask may have taken bits away.
        file.set_permissions(Permissions::from_mode(mode))?;
        Ok(file)
    }
}

/// Writes a file so that at any moment, even after a kill or a loss of power, it is either the old one or the whole new one. The new one is
/// written beside it, is flushed to the disk, and then takes its name (rename(2), fsync(2)).
///
/// # Errors
/// Those of the file system; the old file is then still there.
pub fn replace(path: &Path, contents: &[u8], readers: Readers) -> io::Result<()> {
    let new = new(path)?;
    let mut file = readers.create(&new)?;
    file.write_all(contents)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Removes a file that [`replace`] has written, and a new one that a kill has left behind. Returns whether there was any.
///
/// # Errors
/// Those of the file system.
pub fn remove(path: &Path) -> io::Result<bool> {
    let mut was_there = false;
    for file in [path, &new(path)?] {
        match fs::remove_file(file) {
            Ok(()) => was_there = true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(was_there)
}

/// The path at which the new file is written.
fn new(path: &Path) -> io::Result<PathBuf> {
    let mut name = OsString::from(".");
    name.push(path.file_name().ok_or(io::ErrorKind::InvalidInput)?);
    name.push(".new");
    Ok(path.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn results_are_private_unless_the_group_may_read_them() {
        for (readers, folder_mode, file_mode) in
            [(Readers::Owner, 0o700, 0o600), (Readers::Group, 0o750, 0o640)]
        {
            let folder = tempfile::tempdir().unwrap();
            let (made, file) = (folder.path().join("results"), folder.path().join("results/grades.csv"));
            readers.make_folder(&made).unwrap();
            replace(&file, b"", readers).unwrap();
            assert_eq!((mode(&made), mode(&file)), (folder_mode, file_mode));
        }
    }

    #[test]
    fn a_folder_that_was_there_stays_as_it_is_and_a_file_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("grades.csv");
        fs::write(&file, "").unwrap();
        for path in [folder.path(), &file] {
            fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        }
        Readers::Owner.make_folder(folder.path()).unwrap();
        replace(&file, b"", Readers::Owner).unwrap();
        assert_eq!((mode(folder.path()), mode(&file)), (0o755, 0o600));
        assert!(Readers::Owner.make_folder(&file).is_err());
    }
}
