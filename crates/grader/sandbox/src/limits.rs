//! What a submission may use. The kernel enforces what it can for a whole submission: processes, the size of a file,
//! open files, the size of the private folders. The rest is watched by whoever runs the check.

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;
use std::str::FromStr;
use std::time::Duration;

/// The limits of one check; each holds for all of the submission's processes together unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of memory: what is resident, what several processes share counted once, their page tables, and the files in
    /// the private folders, which lie in memory too.
    pub memory: u64,
    /// Processes and threads at the same time.
    pub tasks: u64,
    /// Processor time, that of processes that have ended included.
    pub processor: Duration,
    /// Time for which all of it sleeps by its own choice, in waits that are not about time.
    pub sleep: Duration,
    /// Bytes of any one file.
    pub file: u64,
    /// Bytes of each of the private writable folders.
    pub folder: u64,
    /// Open descriptors of any one process. The soft limit, which most runtimes go by, is not raised to it.
    pub open_files: u64,
    /// Bytes printed on standard output and standard error.
    pub output: u64,
}

const MEBIBYTE: u64 = 1 << 20;

impl Default for Limits {
    /// Enough for a thousand processes, a virtual machine with a thousand threads, and a server with ten thousand clients.
    fn default() -> Self {
        Limits {
            memory: 1024 * MEBIBYTE,
            tasks: 2048,
            processor: Duration::from_secs(60),
            sleep: Duration::from_secs(60),
            file: 64 * MEBIBYTE,
            folder: 64 * MEBIBYTE,
            open_files: 32_768,
            output: 512 * MEBIBYTE,
        }
    }
}

/// A limit that a submission has run into, with its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overrun {
    /// Bytes of memory.
    Memory(u64),
    /// Processes and threads.
    Tasks(u64),
    /// Processor time.
    Processor(Duration),
    /// Time asleep.
    Sleep(Duration),
    /// Bytes of a file.
    File(u64),
    /// Bytes of a private folder.
    Folder(u64),
    /// Bytes of output.
    Output(u64),
}

impl fmt::Display for Overrun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Overrun::Memory(bytes) => write!(f, "{} of memory", size(*bytes)),
            Overrun::Tasks(count) => write!(f, "{count} processes and threads"),
            Overrun::Processor(time) => write!(f, "{} s of processor time", time.as_secs()),
            Overrun::Sleep(time) => write!(f, "{} s of sleep", time.as_secs()),
            Overrun::File(bytes) => write!(f, "{} in a file", size(*bytes)),
            Overrun::Folder(bytes) => write!(f, "{} in a folder", size(*bytes)),
            Overrun::Output(bytes) => write!(f, "{} of output", size(*bytes)),
        }
    }
}

/// A number of bytes in the largest unit of which it is a multiple.
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes % MEBIBYTE == 0 => format!("{} MiB", bytes / MEBIBYTE),
        bytes if bytes % 1024 == 0 => format!("{} KiB", bytes / 1024),
        bytes => format!("{bytes} bytes"),
    }
}

/// One limit to be changed: `memory=512`, in MiB, seconds or pieces.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    place: fn(&mut Limits, u64),
    value: u64,
}

/// The names by which limits are changed, each with its unit.
const NAMES: [(&str, fn(&mut Limits, u64)); 8] = [
    ("memory", |limits, mebibytes| limits.memory = mebibytes * MEBIBYTE),
    ("tasks", |limits, count| limits.tasks = count),
    ("processor", |limits, seconds| limits.processor = Duration::from_secs(seconds)),
    ("sleep", |limits, seconds| limits.sleep = Duration::from_secs(seconds)),
    ("file", |limits, mebibytes| limits.file = mebibytes * MEBIBYTE),
    ("folder", |limits, mebibytes| limits.folder = mebibytes * MEBIBYTE),
    ("open-files", |limits, count| limits.open_files = count),
    ("output", |limits, mebibytes| limits.output = mebibytes * MEBIBYTE),
];

impl FromStr for Change {
    type Err = String;

    fn from_str(text: &str) -> Result<Change, String> {
        let names = || NAMES.map(|(name, _)| name).join(", ");
        let (name, value) = text.split_once('=').ok_or("write it as NAME=NUMBER")?;
        let (_, place) =
            NAMES.iter().find(|(known, _)| *known == name).ok_or_else(|| format!("there are {}", names()))?;
        let value =
            value.parse::<u32>().ok().filter(|value| *value > 0).ok_or("the number is a whole one")?;
        Ok(Change { place: *place, value: value.into() })
    }
}

impl Limits {
    /// These limits with some changed.
    #[must_use]
    pub fn with(mut self, changes: &[Change]) -> Limits {
        for change in changes {
            (change.place)(&mut self, change.value);
        }
        self
    }

    /// Sets what the kernel enforces, for the calling process and all that it will start. Processes are only limited where
    /// it counts them apart from the machine's others.
    pub(crate) fn enforce(&self, nested: bool) -> io::Result<()> {
        let fixed = |limit| Rlimit { current: Some(limit), maximum: Some(limit) };
        lower(Resource::Core, fixed(0))?;
        lower(Resource::Fsize, fixed(self.file))?;
        let soft = getrlimit(Resource::Nofile).current;
        let current = soft.map_or(self.open_files, |soft| soft.min(self.open_files));
        lower(Resource::Nofile, Rlimit { current: Some(current), maximum: Some(self.open_files) })?;
        if nested {
            // A little above, so that what runs into this is seen to be over its limit even when the first has given up and gone.
            lower(Resource::Nproc, fixed(self.tasks + self.tasks / 8 + 2))?;
        }
        Ok(())
    }
}

/// Sets a limit, or the system's own where that is lower.
fn lower(resource: Resource, limit: Rlimit) -> io::Result<()> {
    let maximum = getrlimit(resource).maximum;
    let least = |value: Option<u64>| match (value, maximum) {
        (Some(value), Some(maximum)) => Some(value.min(maximum)),
        (value, maximum) => value.or(maximum),
    };
    let limit = Rlimit { current: least(limit.current), maximum: least(limit.maximum) };
    match setrlimit(resource, limit) {
        Ok(()) => Ok(()),
        Err(Errno::PERM) => Err(io::Error::other(format!("{resource:?} cannot be limited"))),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_in_their_largest_unit() {
        let told = |overrun: Overrun| overrun.to_string();
        assert_eq!(told(Overrun::Memory(512 * MEBIBYTE)), "512 MiB of memory");
        assert_eq!(told(Overrun::Output(3 * 1024)), "3 KiB of output");
        assert_eq!(told(Overrun::File(1025)), "1025 bytes in a file");
        assert_eq!(told(Overrun::Tasks(64)), "64 processes and threads");
    }

    #[test]
    fn one_limit_is_changed_by_its_name_and_the_others_stay() {
        let changed = Limits::default().with(&["memory=64".parse().unwrap(), "tasks=7".parse().unwrap()]);
        let expected = Limits { memory: 64 * MEBIBYTE, tasks: 7, ..Limits::default() };
        assert_eq!(changed, expected);
        for wrong in ["memory", "memory=", "memory=0", "memory=1G", "money=1"] {
            assert!(wrong.parse::<Change>().is_err(), "{wrong}");
        }
    }
}
