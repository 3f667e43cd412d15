//! Files that are written whole.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file so that at any moment, after a kill and after a loss of power as well, it is either the old one or the whole
/// new one: the new one is written beside it, reaches the disk, and takes its name (rename(2), fsync(2)).
///
/// # Errors
/// Those of the file system; the old file is then still there.
pub fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let new = new(path)?;
    let mut file = File::create(&new)?;
    file.write_all(contents)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Removes a file that [`replace`] has written, and what a kill has left of a new one. Returns whether there was any.
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

/// Where the new file is written.
fn new(path: &Path) -> io::Result<PathBuf> {
    let mut name = OsString::from(".");
    name.push(path.file_name().ok_or(io::ErrorKind::InvalidInput)?);
    name.push(".new");
    Ok(path.with_file_name(name))
}
