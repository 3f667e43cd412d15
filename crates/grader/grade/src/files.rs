//! Files as data, and conversions between them and folders.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

/// Contents by path. A slash separates the parts of a path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Adds all files of a folder below `root`. The folder must be trusted, since links are followed.
///
/// # Errors
/// Those of the file system; a name that is not UTF-8 is one.
pub fn add(root: &Path, folder: &str, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name();
        let name =
            name.to_str().ok_or_else(|| io::Error::other(format!("{folder} has a name that is no text")))?;
        let path = format!("{folder}/{name}");
        if entry.file_type()?.is_dir() {
            add(root, &path, files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Writes them below a folder so that every user can read them, whatever the umask is: another user builds and runs them.
pub(crate) fn write(files: &Files, folder: &Path) -> io::Result<()> {
    for (path, content) in files {
        let path = folder.join(path);
        make_parents(&path, folder)?;
        fs::write(&path, content)?;
        // Not every kind of archive keeps the executable bits. The first line of a script says that it is executable.
        let mode = if content.starts_with(b"#!") { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

/// Makes the folders between an existing one and a file below it, so that every user can enter them and that folder.
fn make_parents(path: &Path, folder: &Path) -> io::Result<()> {
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent)?;
    for created in parent.ancestors().take_while(|created| created.starts_with(folder)) {
        fs::set_permissions(created, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// Copies a folder of regular files and folders, with their times: by these, cargo decides what is up to date.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            let modified = entry.metadata()?.modified()?;
            File::options().write(true).open(&target)?.set_modified(modified)?;
        }
    }
    Ok(())
}

/// The longest allowed path of a file that a build has made, in bytes, relative to its folder.
const LONGEST_PATH: usize = 1024;

/// The regular files of a folder, by their paths in it, unless they hold more than `most` bytes together, including gaps.
pub(crate) fn regular(root: &Path, most: u64) -> Result<Vec<PathBuf>, String> {
    let (mut found, mut folders, mut total) = (Vec::new(), vec![PathBuf::new()], 0);
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder)).map_err(|error| error.to_string())?;
        for entry in entries.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())? {
            let (path, data) = (folder.join(entry.file_name()), entry.metadata());
            let data = data.map_err(|error| error.to_string())?;
            if path.as_os_str().len() > LONGEST_PATH {
                return Err(format!("a path is longer than {LONGEST_PATH} bytes"));
            }
            if data.is_dir() {
                folders.push(path);
            } else if data.is_file() {
                total += data.len();
                found.push(path);
            }
            if total > most {
                return Err(format!("its files hold more than {} MiB", most >> 20));
            }
        }
    }
    Ok(found)
}

/// Packs these files of a folder.
pub(crate) fn pack(root: &Path, files: &[PathBuf], archive: File) -> io::Result<()> {
    let mut builder = tar::Builder::new(archive);
    // Otherwise files with holes would be packed in GNU's own format, not as regular files.
    builder.sparse(false);
    for path in files {
        builder.append_file(path, &mut File::open(root.join(path))?)?;
    }
    builder.into_inner()?.sync_all()
}

/// Unpacks what [`pack`] has packed.
///
/// # Errors
/// Those of the file system, and when an entry is not a regular file below the folder.
pub(crate) fn unpack(archive: &Path, folder: &Path) -> io::Result<()> {
    for entry in tar::Archive::new(File::open(archive)?).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let is_below = path.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_below || !entry.header().entry_type().is_file() {
            return Err(io::Error::other(format!("{} is packed as no regular file", path.display())));
        }
        let (path, mode) = (folder.join(path), entry.header().mode()?);
        make_parents(&path, folder)?;
        io::copy(&mut entry, &mut File::create(&path)?)?;
        // Another user runs it and must be able to read it. Only this and the executable bit matter.
        fs::set_permissions(
            &path,
            fs::Permissions::from_mode(if mode & 0o100 == 0 { 0o644 } else { 0o755 }),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn a_file_with_holes_is_packed_like_any_other() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let program = File::create(from.path().join("program")).unwrap();
        program.set_len(1 << 20).unwrap();
        program.set_permissions(fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(program.metadata().unwrap().blocks(), 0, "the file system knows no holes");
        let archive = to.path().join("built.tar");
        let found = regular(from.path(), 1 << 20).unwrap();
        pack(from.path(), &found, File::create(&archive).unwrap()).unwrap();
        unpack(&archive, to.path()).unwrap();
        let unpacked = to.path().join("program").metadata().unwrap();
        assert_eq!((unpacked.len(), unpacked.mode() & 0o777), (1 << 20, 0o755));
    }

    #[test]
    fn nothing_packed_is_left_out_in_silence() {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("built.tar");
        let mut builder = tar::Builder::new(File::create(&archive).unwrap());
        let mut link = tar::Header::new_gnu();
        link.set_entry_type(tar::EntryType::Symlink);
        builder.append_link(&mut link, "program", "/etc/passwd").unwrap();
        builder.into_inner().unwrap();
        assert!(unpack(&archive, folder.path()).is_err());
    }

    #[test]
    fn scripts_can_be_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        write(&[file("server.py", "#!/usr/bin/env python3\n"), file("data", "#")].into(), folder.path())
            .unwrap();
        let mode = |name| folder.path().join(name).metadata().unwrap().mode() & 0o777;
        assert_eq!((mode("server.py"), mode("data")), (0o755, 0o644));
    }
}
