//! Files and folders of `/proc` that are read at every look, kept open: opening one costs several times as much as reading it again.
//!
//! An open file belongs to one process or thread for ever: once that has ended, nothing is read there, whoever has its number next. The
//! kernel checks permission when a file is opened, so only what everybody may read is kept.

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags, RawDir, SeekFrom};
use std::collections::HashMap;
use std::io;
use std::mem::MaybeUninit;

/// How many are kept. Then all are closed: most may have ended, and in a crowd of threads opening files is not the main work.
const MOST: usize = 128;

/// What is kept open, each by its path.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    open: HashMap<String, OwnedFd>,
}

impl Kept {
    /// Reads a small file as text; `None` when what it describes has ended.
    pub(crate) fn read<'a>(&mut self, path: String, buffer: &'a mut [u8]) -> io::Result<Option<&'a str>> {
        let length =
            self.with(path, OFlags::empty(), |file| Ok(rustix::io::pread(file, &mut *buffer, 0)?))?;
        Ok(length.map(|length| text(&mut buffer[..length])))
    }

    /// The numeric names in a folder; none if it is gone.
    pub(crate) fn numbers(&mut self, folder: String) -> io::Result<Vec<i32>> {
        let numbers = self.with(folder, OFlags::DIRECTORY, |folder| {
            rustix::fs::seek(folder, SeekFrom::Start(0))?;
            numbers_in(folder)
        })?;
        Ok(numbers.unwrap_or_default())
    }

    /// Errors keep the system's number: it tells whether the machine had too little of something.
    fn with<T>(
        &mut self,
        path: String,
        flags: OFlags,
        mut read: impl FnMut(BorrowedFd<'_>) -> io::Result<T>,
    ) -> io::Result<Option<T>> {
        if let Some(file) = self.open.get(&path) {
            match read(file.as_fd()) {
                // Another may have its number by now.
                Err(error) if has_ended(&error) => _ = self.open.remove(&path),
                other => return other.map(Some),
            }
        }
        let Some(file) = open(&path, flags)? else { return Ok(None) };
        let Some(done) = unless_ended(read(file.as_fd()))? else { return Ok(None) };
        if self.open.len() == MOST {
            self.open.clear();
        }
        self.open.insert(path, file);
        Ok(Some(done))
    }
}

/// The numeric names in a folder of `/proc`; none if it is gone.
pub(crate) fn numbers(folder: &str) -> io::Result<Vec<i32>> {
    let Some(folder) = open(folder, OFlags::DIRECTORY)? else { return Ok(Vec::new()) };
    Ok(unless_ended(numbers_in(folder.as_fd()))?.unwrap_or_default())
}

/// Reads a small file of `/proc` as text; `None` when what it describes has ended.
pub(crate) fn read<'a>(path: &str, buffer: &'a mut [u8]) -> io::Result<Option<&'a str>> {
    let Some(file) = open(path, OFlags::empty())? else { return Ok(None) };
    let length = unless_ended(rustix::io::read(file, &mut *buffer).map_err(io::Error::from))?;
    Ok(length.map(|length| text(&mut buffer[..length])))
}

/// The kernel's answer: it gives a small file of `/proc` whole, in one read. A process may give itself any name: what is not text must
/// not hide what stands beside it.
pub(crate) fn text(bytes: &mut [u8]) -> &str {
    while let Err(error) = std::str::from_utf8(bytes) {
        bytes[error.valid_up_to()] = b'?';
    }
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn open(path: &str, flags: OFlags) -> io::Result<Option<OwnedFd>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | flags;
    unless_ended(rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from))
}

/// `None` if what is asked about has ended.
fn unless_ended<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if has_ended(&error) => Ok(None),
        other => other.map(Some),
    }
}

pub(crate) fn has_ended(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let gone = [Errno::NOENT, Errno::SRCH].map(|errno| Some(errno.raw_os_error()));
    gone.contains(&error.raw_os_error())
}

fn numbers_in(folder: BorrowedFd<'_>) -> io::Result<Vec<i32>> {
    let mut buffer = [MaybeUninit::uninit(); 1 << 15];
    let mut entries = RawDir::new(folder, &mut buffer);
    let mut numbers = Vec::new();
    while let Some(entry) = entries.next() {
        let entry = entry?;
        numbers.extend(entry.file_name().to_str().ok().and_then(|name| name.parse::<i32>().ok()));
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command, Stdio};

    fn sleeper() -> Child {
        Command::new("/bin/sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap()
    }

    #[test]
    fn what_has_ended_is_not_read_from_what_is_open() {
        let mut kept = Kept::default();
        let mut buffer = [0; 4096];
        let mut child = sleeper();
        let (stat, task) = (format!("/proc/{}/stat", child.id()), format!("/proc/{}/task", child.id()));
        for _ in 0..2 {
            assert!(kept.read(stat.clone(), &mut buffer).unwrap().is_some_and(|text| text.contains('(')));
            assert_eq!(kept.numbers(task.clone()).unwrap(), [child.id().cast_signed()]);
        }
        assert_eq!(kept.open.len(), 2);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(kept.read(stat, &mut buffer).unwrap(), None);
        assert!(kept.numbers(task).unwrap().is_empty());
        assert!(kept.open.is_empty());
    }

    #[test]
    fn a_folder_is_read_again_from_its_beginning() {
        let mut kept = Kept::default();
        let count = |kept: &mut Kept| kept.numbers("/proc".to_owned()).unwrap();
        assert!(count(&mut kept).contains(&std::process::id().cast_signed()));
        let mut child = sleeper();
        assert!(count(&mut kept).contains(&child.id().cast_signed()));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
