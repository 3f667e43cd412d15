//! What a submission may use. The kernel enforces what it can for a whole submission: processes, the size of a file, open files, the size
//! of the private folders. Whoever runs the check watches the rest.

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;
use std::str::FromStr;

/// The limits of one check; each holds for all of the submission's processes together unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of memory: what is resident, with shared pages counted once, page tables, buffers of sockets and pipes, and the files in the
    /// private folders, which lie in memory too.
    pub memory: u64,
    /// Processes and threads at the same time.
    pub tasks: u64,
    /// Seconds of processor time, also of processes that have ended.
    pub processor: u64,
    /// Seconds for which all of it sleeps by its own choice, in waits that are not about time.
    pub sleep: u64,
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

impl Limits {
    /// Enough for a lab with some dozens of clients. The greediest correct programs known run on a virtual machine: with 120 MiB and, on
    /// 64 processors, 113 tasks; and with 550 MiB, or 950 MiB if the machine has 64 GiB, one that builds a long line from short pieces:
    /// its heap is sized by the machine, and takes the garbage.
    pub const USUAL: Limits = Limits {
        memory: 2048 * MEBIBYTE,
        tasks: 512,
        processor: 60,
        // A server that looks round once a second sleeps for seconds in each of a clause's many proofs of silence.
        sleep: 150,
        file: 64 * MEBIBYTE,
        folder: 64 * MEBIBYTE,
        open_files: 32_768,
        output: 512 * MEBIBYTE,
    };
}

/// A limit that a submission has run into, with its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overrun {
    /// Bytes of memory.
    Memory(u64),
    /// Processes and threads.
    Tasks(u64),
    /// Seconds of processor time.
    Processor(u64),
    /// Seconds asleep.
    Sleep(u64),
    /// Bytes of a file.
    File(u64),
    /// Bytes of a private folder.
    Folder(u64),
    /// Names in a private folder: files, folders and links.
    Names(u64),
    /// Bytes of output.
    Output(u64),
}

impl Overrun {
    /// Whether the limit is on what all who use the machine at the same time share, and of which there may be more later.
    pub fn is_shared(self) -> bool {
        matches!(self, Overrun::Memory(_) | Overrun::Tasks(_))
    }
}

impl fmt::Display for Overrun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Overrun::Memory(bytes) => write!(f, "{} of memory", size(*bytes)),
            Overrun::Tasks(count) => write!(f, "{count} processes and threads"),
            Overrun::Processor(seconds) => write!(f, "{seconds} s of processor time"),
            Overrun::Sleep(seconds) => write!(f, "{seconds} s of sleep"),
            Overrun::File(bytes) => write!(f, "{} in a file", size(*bytes)),
            Overrun::Folder(bytes) => write!(f, "{} in a folder", size(*bytes)),
            Overrun::Names(count) => write!(f, "{count} files in a folder"),
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

/// A limit's name on the command line, its unit, and where it stands.
type Name = (&'static str, u64, fn(&mut Limits) -> &mut u64);

const NAMES: [Name; 8] = [
    ("memory", MEBIBYTE, |limits| &mut limits.memory),
    ("tasks", 1, |limits| &mut limits.tasks),
    ("processor", 1, |limits| &mut limits.processor),
    ("sleep", 1, |limits| &mut limits.sleep),
    ("file", MEBIBYTE, |limits| &mut limits.file),
    ("folder", MEBIBYTE, |limits| &mut limits.folder),
    ("open-files", 1, |limits| &mut limits.open_files),
    ("output", MEBIBYTE, |limits| &mut limits.output),
];

/// One limit to be changed, read from `memory=512`: in MiB, in seconds or in pieces.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    name: Name,
    value: u64,
}

impl FromStr for Change {
    type Err = String;

    fn from_str(text: &str) -> Result<Change, String> {
        let known = || NAMES.map(|(name, ..)| name).join(", ");
        let (wanted, value) = text.split_once('=').ok_or("write it as NAME=NUMBER")?;
        let name = NAMES.into_iter().find(|(name, ..)| *name == wanted);
        let name = name.ok_or_else(|| format!("the limits are {}", known()))?;
        let value = value.parse::<u32>().ok().filter(|value| *value > 0);
        let value = value.ok_or("it takes a whole number above 0")?;
        Ok(Change { name, value: value.into() })
    }
}

impl Limits {
    /// These limits with some changed.
    #[must_use]
    pub fn with(mut self, changes: &[Change]) -> Limits {
        for Change { name: (_, unit, place), value } in changes {
            *place(&mut self) = value * unit;
        }
        self
    }

    /// Each limit, as [`Change`] reads it.
    pub fn words(mut self) -> [String; NAMES.len()] {
        NAMES.map(|(name, unit, place)| format!("{name}={}", *place(&mut self) / unit))
    }

    /// The changes that lead from other limits to these, as [`Change`] reads them.
    pub fn changes(self, other: Limits) -> Vec<String> {
        let pairs = self.words().into_iter().zip(other.words());
        pairs.filter_map(|(word, other)| (word != other).then_some(word)).collect()
    }

    /// At how many processes and threads the kernel refuses more: a little above the limit, so that a program that runs into this is seen
    /// to be over it even when the first has gone.
    pub(crate) fn most_tasks(&self) -> u64 {
        self.tasks + self.tasks / 8 + 2
    }

    /// Sets what the kernel enforces, for the calling process and all that it will start. Limits processes only if the kernel counts them
    /// apart from the machine's others.
    pub(crate) fn enforce(&self, nested: bool) -> io::Result<()> {
        let fixed = |limit| Rlimit { current: Some(limit), maximum: Some(limit) };
        lower(Resource::Core, fixed(0))?;
        lower(Resource::Fsize, fixed(self.file))?;
        let soft = getrlimit(Resource::Nofile).current;
        let current = soft.map_or(self.open_files, |soft| soft.min(self.open_files));
        lower(Resource::Nofile, Rlimit { current: Some(current), maximum: Some(self.open_files) })?;
        if nested {
            lower(Resource::Nproc, fixed(self.most_tasks()))?;
            // A timer takes a signal from those that the user may have waiting (timer_create(2)). Other rooms need some too.
            lower(Resource::Sigpending, fixed(SIGNALS))?;
        }
        Ok(())
    }
}

/// How many signals may wait for a program's processes, timers' among them. By default a user has some thousands for each GiB of memory.
const SIGNALS: u64 = 1024;

/// Sets a limit, or the system's own if that is lower.
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
        assert_eq!(told(Overrun::Names(16)), "16 files in a folder");
    }

    #[test]
    fn one_limit_is_changed_by_its_name_and_the_others_stay() {
        let changed = Limits::USUAL.with(&["memory=64".parse().unwrap(), "tasks=7".parse().unwrap()]);
        let expected = Limits { memory: 64 * MEBIBYTE, tasks: 7, ..Limits::USUAL };
        assert_eq!(changed, expected);
        assert_eq!(changed.changes(Limits::USUAL), ["memory=64", "tasks=7"]);
        let words = changed.words().map(|word| word.parse().unwrap());
        assert_eq!(Limits::USUAL.with(&words), changed);
        for wrong in ["memory", "memory=", "memory=0", "memory=1G", "money=1"] {
            assert!(wrong.parse::<Change>().is_err(), "{wrong}");
        }
    }
}
