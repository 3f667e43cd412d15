//! Writes the repository for students: the labs' handouts and stubs, the checker, and templates for its README and its CI. It has no
//! references, no wrong programs, nothing that only instructors need, and no history. This is a separate program, which `cargo xtask export
//! student` builds and calls.
//!
//! Nothing is listed by hand that can be found out. The checker's packages are those that `xtask` depends on, the files are those that git
//! tracks, and the workspace's manifest is the course's own without the entries for missing packages.

mod manifest;
mod packages;
mod student;
mod tracked;
mod trouble;

use clap::Parser;
use cli::Status;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use trouble::Trouble;

#[derive(Parser)]
struct Arguments {
    /// The folder to write to; it must be empty or not exist
    folder: PathBuf,

    /// The course's repository
    #[arg(long)]
    root: PathBuf,

    /// Export the files as they are, even if they differ from what is committed
    #[arg(long)]
    allow_dirty: bool,
}

fn main() -> ExitCode {
    cli::main(&[], run)
}

fn run() -> Status {
    let arguments = Arguments::parse();
    match export(&arguments.root, &arguments.folder, arguments.allow_dirty) {
        Ok(files) => {
            anstream::eprintln!("{files} files are in {}", arguments.folder.display());
            Status::Passed
        }
        Err(trouble) => trouble.tell(),
    }
}

/// Writes the repository and returns how many files it has.
fn export(root: &Path, folder: &Path, allow_dirty: bool) -> Result<usize, Trouble> {
    student::empty(folder)?;
    let packages = packages::of_the_checker(root)?;
    let files: Vec<String> =
        tracked::files(root)?.into_iter().filter(|path| student::is_theirs(path, &packages)).collect();
    if !allow_dirty {
        tracked::as_committed(root, &files)?;
    }
    student::write(root, &files, folder)
}
