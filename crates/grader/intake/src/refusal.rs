//! Why a submission is not taken, or a part of it.

use std::fmt;

const OPENED_ARCHIVES: &str = "archives are opened if they are .zip, .tar.gz, .tgz or .tar";

/// Why nothing of a submission is taken. Names are in it as they can be shown: cut, and without control characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A symbolic link.
    #[error("{0} is a symbolic link; hand in the file itself")]
    SymbolicLink(String),
    /// A second name of another file: in a tarball, or in a folder of somebody who does not own the file.
    #[error("{0} is a hard link to another file; hand in a file of its own")]
    HardLink(String),
    /// Neither a file nor a folder: a device, a pipe, a socket, a sparse file.
    #[error("{0} is neither a file nor a folder")]
    Special(String),
    /// A path from the root of a file system.
    #[error("{0} is an absolute path")]
    AbsolutePath(String),
    /// A path with `..` in it.
    #[error("{0} leads out of its folder")]
    ParentFolder(String),
    /// A name with control characters, or with such that change how a line is read.
    #[error("{0} has control or invisible characters in its name")]
    OddName(String),
    /// A name that is not UTF-8.
    #[error("{0} has a name that is not UTF-8")]
    NameNotText(String),
    /// A name or path longer than [`limits::NAME`](crate::limits::NAME) or [`limits::PATH`](crate::limits::PATH).
    #[error("{0} has too long a name")]
    LongName(String),
    /// Two files of the same path, or of paths that are the same where case does not count.
    #[error("{}", duplicate(.0, .1))]
    Duplicate(String, String),
    /// A path that is a file, and a folder on the way to another.
    #[error("{0} is both a file and a folder")]
    FileAndFolder(String),
    /// More than [`limits::ITEMS`](crate::limits::ITEMS) files and folders, or [`limits::FILES`](crate::limits::FILES) that
    /// would be taken.
    #[error("there are more than {0} files")]
    TooMany(usize),
    /// Files that would be taken come to more bytes than this, or an archive has more.
    #[error("it has more than {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// An archive that unpacks to far more than it is.
    #[error("the archive unpacks to far more than it is")]
    Bomb,
    /// Archives in archives in archives.
    #[error("there are archives in archives in archives")]
    Nested,
    /// An encrypted file that the lab asks for.
    #[error("{0} is encrypted; no archive may need a password")]
    Encrypted(String),
    /// Nothing but an archive of a kind that is not opened.
    #[error("{0} cannot be opened; {OPENED_ARCHIVES}")]
    OtherArchive(String),
    /// An archive that cannot be read; what is wrong with it.
    #[error("the archive cannot be read: {0}")]
    Broken(String),
    /// Two places that could each be the submission.
    #[error("{0} and {1} could each be the submission; hand in one of them")]
    Ambiguous(String, String),
    /// A `submission.toml` that makes no sense, where (from 1) and why.
    #[error("{}:{line}:{column}: {message}", crate::SETTINGS)]
    Settings {
        /// Its line.
        line: usize,
        /// The column in that line, in characters.
        column: usize,
        /// What is wrong there.
        message: String,
    },
}

fn duplicate(one: &str, other: &str) -> String {
    if one == other {
        format!("{one} is there twice")
    } else {
        format!("{one} and {other} are the same file where upper and lower case are")
    }
}

/// A file or folder that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ignored {
    /// Its path in the submission, or in the class; a folder's, with all that is in it, ends in `/`.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// Why a file or folder of a submission is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Its name, or its folder's, begins with a dot.
    Hidden,
    /// What compilers and operating systems leave behind.
    LeftBehind,
    /// The lab's own manifest and dependencies are used.
    Manifest,
    /// A build script would run at compile time.
    BuildScript,
    /// The course's toolchain is used.
    Toolchain,
    /// A source file that belongs to no program of the lab.
    NoProgram,
    /// Neither a source nor the lab's document.
    NotAsked,
    /// A folder with nothing in it that the lab asks for.
    NothingInIt,
    /// More than [`limits::FILE`](crate::limits::FILE) bytes.
    Large,
    /// An archive beside sources, or one of several.
    Archive,
    /// An archive of a kind that is not opened.
    OtherArchive,
    /// A file beside the submissions of a class.
    NoSubmission,
    /// What a student has typed into the browser who has handed in files as well.
    TypedText,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Hidden => "hidden files do not count",
            Reason::LeftBehind => "it is left over from a build or a system, and no source",
            Reason::Manifest => "the lab's own Cargo.toml and dependencies are used",
            Reason::BuildScript => "build scripts do not run",
            Reason::Toolchain => "the course's toolchain is used",
            Reason::NoProgram => "it is not in src, and has the name of no program of the lab",
            Reason::NotAsked => "the lab does not ask for it",
            Reason::NothingInIt => "nothing in this folder is what the lab asks for",
            Reason::Large => "it is larger than 1 MiB",
            Reason::Archive => "an archive is opened only where it is all that was handed in",
            Reason::OtherArchive => OPENED_ARCHIVES,
            Reason::NoSubmission => "a submission is a folder, an archive or a source file",
            Reason::TypedText => "what is typed into the browser does not count beside files",
        })
    }
}

/// A name from outside as it can be shown in one line.
pub(crate) fn shown(name: &[u8]) -> String {
    const LONGEST: usize = 120;
    let text = String::from_utf8_lossy(name);
    let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
