//! Why a submission is not taken, or a part of it.

use std::fmt;

const OPENED_ARCHIVES: &str = "archives are opened if they are .zip, .tar.gz, .tgz or .tar";

/// Why nothing of a submission is taken. Names in it can be shown: they are cut, and have no control characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A symbolic link.
    #[error("{0} is a symbolic link; hand in the file itself")]
    SymbolicLink(String),
    /// A second name of another file: in a tarball, or in a folder whose owner does not own the file.
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
    /// A name with control characters, or with characters that change how a line is read.
    #[error("{0} has control or invisible characters in its name")]
    OddName(String),
    /// A name that is not UTF-8.
    #[error("{0} has a name that is not UTF-8")]
    NameNotText(String),
    /// A name or path longer than [`limits::NAME`](crate::limits::NAME) or [`limits::PATH`](crate::limits::PATH).
    #[error("{0} has too long a name")]
    LongName(String),
    /// Two files with the same path, or with paths that are the same if case does not matter.
    #[error("{}", duplicate(.0, .1))]
    Duplicate(String, String),
    /// A path that is a file, and also a folder in the path of another file.
    #[error("{0} is both a file and a folder")]
    FileAndFolder(String),
    /// More than [`limits::ITEMS`](crate::limits::ITEMS) files and folders, or [`limits::FILES`](crate::limits::FILES) that
    /// would be taken.
    #[error("there are more than {0} files")]
    TooMany(usize),
    /// The files that would be taken have more bytes than this, or the archive has.
    #[error("it has more than {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// An archive that unpacks to far more than its size.
    #[error("the archive unpacks to far more than it is")]
    Bomb,
    /// Archives in archives in archives.
    #[error("there are archives in archives in archives")]
    Nested,
    /// An encrypted file that the lab asks for.
    #[error("{0} is encrypted; no archive may need a password")]
    Encrypted(String),
    /// Only an archive of a kind that cannot be opened.
    #[error("{0} cannot be opened; {OPENED_ARCHIVES}")]
    OtherArchive(String),
    /// An archive that cannot be read, and why.
    #[error("the archive cannot be read: {0}")]
    Broken(String),
    /// Two places that could each be the submission.
    #[error("{0} and {1} could each be the submission; hand in one of them")]
    Ambiguous(String, String),
    /// A `submission.toml` that is wrong, with the position (from 1) and the reason.
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
    /// Its path in the submission, or in the class. The path of a folder that is ignored with everything in it ends in `/`.
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
    /// A folder with nothing that the lab asks for.
    NothingInIt,
    /// More than [`limits::FILE`](crate::limits::FILE) bytes.
    Large,
    /// An archive beside sources, or one of several.
    Archive,
    /// An archive of a kind that is not opened.
    OtherArchive,
    /// A file beside the submissions of a class.
    NoSubmission,
    /// Text that a student has typed into the browser in addition to handing in files.
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

/// A name from outside, in a form that can be shown in one line.
pub(crate) fn shown(name: &[u8]) -> String {
    const LONGEST: usize = 120;
    let text = String::from_utf8_lossy(name);
    let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
