//! The destination of results: standard output, or a file that is known to be writable before the first check runs.

use crate::trouble::Trouble;
use anstream::{AutoStream, ColorChoice};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

pub(crate) enum Destination {
    StandardOutput,
    /// An existing file. It is open, and its content is not changed yet.
    Existing(File),
    /// A file that can be created. It is created only when there are results, so a run that ends early leaves nothing behind.
    New(PathBuf),
}

impl Destination {
    /// Finds out whether results can be written to this path; `None` is standard output.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, Trouble> {
        let Some(path) = path else { return Ok(Destination::StandardOutput) };
        let probe = || {
            if path.symlink_metadata().is_ok() {
                let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
                return Ok(Destination::Existing(file));
            }
            File::create_new(path)?;
            fs::remove_file(path)?;
            Ok(Destination::New(path.to_owned()))
        };
        probe().map_err(|error: io::Error| {
            let path = report::escape::text(&path.display().to_string());
            Trouble::Usage(format!("cannot write to {path}: {error}"))
        })
    }

    /// Whether the output there should be coloured.
    pub(crate) fn wants_colour(&self) -> bool {
        let choice = match self {
            Destination::StandardOutput => AutoStream::choice(&io::stdout()),
            Destination::Existing(file) => AutoStream::choice(file),
            Destination::New(_) => ColorChoice::global(),
        };
        matches!(choice, ColorChoice::Always | ColorChoice::AlwaysAnsi)
    }

    /// Replaces the content with what `write` writes.
    pub(crate) fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let written = match self {
            Destination::StandardOutput => write(&mut BufWriter::new(io::stdout().lock())),
            Destination::Existing(file) => {
                if file.metadata()?.is_file() {
                    file.set_len(0)?;
                }
                write(&mut BufWriter::new(file))
            }
            Destination::New(path) => write(&mut BufWriter::new(File::create(path)?)),
        };
        cli::written(written)
    }
}
