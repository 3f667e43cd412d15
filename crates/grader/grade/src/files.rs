//! Files as data, and the ways between them and folders.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path};

/// Contents by paths, whose parts a slash separates.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Adds all files of a folder below `root`, which must be trusted: links are followed.
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

/// Writes them below a folder.
pub(crate) fn write(files: &Files, folder: &Path) -> io::Result<()> {
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, content)?;
    }
    Ok(())
}

/// Copies a folder of regular files and folders, with their times, by which cargo tells what is up to date.
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

/// Packs the regular files of a folder.
pub(crate) fn pack(folder: &Path, archive: File) -> io::Result<()> {
    let mut builder = tar::Builder::new(archive);
    builder.follow_symlinks(false);
    add_files(folder, Path::new(""), &mut builder)?;
    builder.into_inner()?.sync_all()
}

fn add_files(root: &Path, below: &Path, builder: &mut tar::Builder<File>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let (path, kind) = (below.join(entry.file_name()), entry.file_type()?);
        if kind.is_dir() {
            add_files(root, &path, builder)?;
        } else if kind.is_file() {
            builder.append_file(&path, &mut File::open(entry.path())?)?;
        }
    }
    Ok(())
}

/// Unpacks what [`pack`] has packed. What is no regular file below the folder is left out.
pub(crate) fn unpack(archive: &Path, folder: &Path) -> io::Result<()> {
    for entry in tar::Archive::new(File::open(archive)?).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let is_below = path.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_below || !entry.header().entry_type().is_file() {
            continue;
        }
        let (path, mode) = (folder.join(path), entry.header().mode()?);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        io::copy(&mut entry, &mut File::create(&path)?)?;
        // Others must be able to read it, since it is run by another user; nothing but that and its executability counts.
        fs::set_permissions(
            &path,
            fs::Permissions::from_mode(if mode & 0o100 == 0 { 0o644 } else { 0o755 }),
        )?;
    }
    Ok(())
}
