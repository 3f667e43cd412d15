//! The ways in which a submission is packed.

use super::{KINDS, Member};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;

/// The folder of the lab in a clone of the course.
const CLONE: &str = "labs/lab3-echo";

/// Writes a submission below the class's folder.
pub(super) fn pack(
    files: &BTreeMap<String, String>,
    member: &Member,
    index: usize,
    class: &Path,
) -> io::Result<()> {
    let name = &member.name;
    // Submissions in other languages have no folders that could be taken for the lab's.
    let is_rust = !member.sources.is_empty();
    let within = |folder: &str| -> BTreeMap<String, String> {
        files.iter().map(|(path, text)| (format!("{folder}/{path}"), text.clone())).collect()
    };
    // Each time the kinds repeat, they get the next packing.
    match (index + index / KINDS) % 5 {
        1 if is_rust => {
            let bare = files.iter().map(|(path, text)| (path.replace("src/bin/", ""), text.clone()));
            folder(&bare.collect(), &class.join(name))
        }
        2 if is_rust => folder(&within(&format!("course/{CLONE}")), &class.join(name)),
        3 => zipped(&within("handed in"), &class.join(format!("{name}.zip"))),
        4 => tarball(&within("lab3-echo"), &class.join(format!("{name}.tar.gz"))),
        _ => folder(files, &class.join(name)),
    }
}

fn folder(files: &BTreeMap<String, String>, folder: &Path) -> io::Result<()> {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

fn zipped(files: &BTreeMap<String, String>, path: &Path) -> io::Result<()> {
    let mut archive = zip::ZipWriter::new(File::create(path)?);
    for (path, text) in files {
        archive.start_file(path, SimpleFileOptions::default())?;
        archive.write_all(text.as_bytes())?;
    }
    archive.finish()?;
    Ok(())
}

fn tarball(files: &BTreeMap<String, String>, path: &Path) -> io::Result<()> {
    let gzip = flate2::write::GzEncoder::new(File::create(path)?, flate2::Compression::fast());
    let mut archive = tar::Builder::new(gzip);
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, text.as_bytes())?;
    }
    archive.into_inner()?.finish()?;
    Ok(())
}
