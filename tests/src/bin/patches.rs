//! Wrong programs as patches of correct ones, for those who work on the collection.

use runner::collection::{self, Specimen};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "usage: cargo run -p tests --bin patches              mends each patch that does not apply any more since the
                                                     correct program that it changes was changed
       cargo run -p tests --bin patches -- FILE...   makes a patch of each of these wrong programs that has 20
                                                     lines or fewer of its own, in place of the whole";
fn main() -> ExitCode {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if files.iter().any(|file| file.to_string_lossy().starts_with('-')) {
        println!("{USAGE}");
        return ExitCode::from(2);
    }
    match if files.is_empty() { mend_all() } else { shrink_all(&files) } {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn shrink_all(files: &[PathBuf]) -> io::Result<bool> {
    for file in files {
        match collection::as_patch(file)? {
            Some(text) => {
                let patch = file.with_extension(collection::PATCH);
                fs::write(&patch, text)?;
                fs::remove_file(file)?;
                println!("{}", patch.display());
            }
            None => println!("{} stays whole", file.display()),
        }
    }
    Ok(true)
}

/// Mends the patches that do not apply. The basis is the correct program as it was when the patch was last committed.
fn mend_all() -> io::Result<bool> {
    let (mut mended, mut left) = (0, 0);
    for file in collection::files(&collection::folder())? {
        if Specimen::read(&file).is_ok() || !collection::is_patch(&file) {
            continue;
        }
        let commit = git(&["log", "-1", "--format=%H", "--", &file.to_string_lossy()])?;
        let correct = collection::changed(&file)?;
        let seen_from_here = format!("{}:./{}", commit.trim(), name(&correct));
        let before = git_in(correct.parent(), &["show", &seen_from_here])?;
        match collection::mend(&file, &before) {
            Ok(()) => {
                mended += 1;
                println!("mended  {}", file.display());
            }
            Err(error) => {
                left += 1;
                println!("left    {}: {error}", file.display());
            }
        }
    }
    println!("{mended} mended, {left} left");
    Ok(left == 0)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn git(arguments: &[&str]) -> io::Result<String> {
    git_in(Some(Path::new(".")), arguments)
}

fn git_in(folder: Option<&Path>, arguments: &[&str]) -> io::Result<String> {
    let output =
        Command::new("git").args(arguments).current_dir(folder.unwrap_or(Path::new("."))).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
