//! The smallest workspace in which a lab's package builds as it does in the course: its own manifest below the course's, without
//! the other members.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use toml::{Table, Value};

/// Files with their contents, by their paths below the workspace.
pub(super) type Sources = BTreeMap<PathBuf, Vec<u8>>;

/// Where the manifest of a lab's package lies.
pub(super) fn manifest(workspace: &Path, package: &str) -> PathBuf {
    workspace.join("labs").join(package).join("Cargo.toml")
}

/// Reads what makes up the workspace from the course's.
pub(super) fn read(root: &Path, package: &str) -> io::Result<Sources> {
    let mut files = Sources::new();
    let text = fs::read_to_string(root.join("Cargo.toml"))?;
    files.insert("Cargo.toml".into(), alone(&text, package)?.into_bytes());
    // Cargo leaves out of it what is not needed.
    files.insert("Cargo.lock".into(), fs::read(root.join("Cargo.lock"))?);
    let folder = Path::new("labs").join(package);
    files.insert(folder.join("Cargo.toml"), fs::read(root.join(&folder).join("Cargo.toml"))?);
    add_sources(root, &folder.join("src"), &mut files)?;
    Ok(files)
}

fn add_sources(root: &Path, folder: &Path, files: &mut Sources) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            add_sources(root, &path, files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// The workspace's manifest with that member alone.
fn alone(manifest: &str, package: &str) -> io::Result<String> {
    let mut manifest: Table = manifest.parse().map_err(io::Error::other)?;
    let missing = || io::Error::other("the course's Cargo.toml has no [workspace]");
    let workspace = manifest.get_mut("workspace").and_then(Value::as_table_mut).ok_or_else(missing)?;
    workspace.insert("members".to_owned(), vec![format!("labs/{package}")].into());
    workspace.remove("default-members");
    workspace.remove("exclude");
    if let Some(dependencies) = workspace.get_mut("dependencies").and_then(Value::as_table_mut) {
        dependencies.retain(|_, dependency| dependency.get("path").is_none());
    }
    if let Some(profiles) = manifest.get_mut("profile").and_then(Value::as_table_mut) {
        for (_, profile) in profiles.iter_mut() {
            profile.as_table_mut().and_then(|profile| profile.remove("package"));
        }
    }
    toml::to_string(&manifest).map_err(io::Error::other)
}

/// A number that is the same for the same files.
pub(super) fn digest(files: &Sources) -> String {
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Writes files below a folder.
pub(super) fn write(files: &Sources, folder: &Path) -> io::Result<()> {
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, content)?;
    }
    Ok(())
}

/// Copies a folder of regular files and folders, with their times, by which cargo tells what is up to date.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
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
pub(super) fn pack(folder: &Path, archive: File) -> io::Result<()> {
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
pub(super) fn unpack(archive: &Path, folder: &Path) -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_course_is_left_out_of_its_manifest() {
        let manifest = r#"
            [workspace]
            members = ["crates/*", "labs/*"]
            default-members = ["crates/*"]
            [workspace.package]
            edition = "2024"
            [workspace.dependencies]
            model = { path = "crates/model" }
            socket2 = "0.6"
            [profile.dev]
            debug = "line-tables-only"
            [profile.dev.package.model]
            opt-level = 2
        "#;
        let alone: Table = alone(manifest, "lab3-echo").unwrap().parse().unwrap();
        let workspace = alone["workspace"].as_table().unwrap();
        assert_eq!(workspace["members"].as_array().unwrap()[0].as_str(), Some("labs/lab3-echo"));
        assert!(!workspace.contains_key("default-members"));
        assert_eq!(workspace["package"]["edition"].as_str(), Some("2024"));
        assert_eq!(workspace["dependencies"].as_table().unwrap().keys().collect::<Vec<_>>(), ["socket2"]);
        assert_eq!(alone["profile"]["dev"].as_table().unwrap().keys().collect::<Vec<_>>(), ["debug"]);
    }
}
