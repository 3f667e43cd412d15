//! The first line of a script, `#!INTERPRETER ARGUMENT`, as execve(2) reads it: which interpreter it asks for, and why that cannot be
//! had. The caller must say whether the script or the machine is at fault.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The kernel reads this much of a file to find out what it is (BINPRM_BUF_SIZE in `linux/binfmts.h`).
const BEGINNING: u64 = 256;
/// How many scripts may be interpreters of each other (execve(2)).
const DEEPEST: usize = 5;

/// Why a script cannot be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The interpreter that its first line names, or that `env` is to find for it, with unprintable characters escaped.
    pub interpreter: String,
    /// What is wrong with that.
    pub reason: Reason,
}

/// What is wrong with an interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is no such file; on another machine there may be.
    Missing,
    /// There is no file of that name, which includes a carriage return or a space.
    Misread,
    /// It is a folder, or a file that nobody may execute.
    NoProgram,
    /// It is a script that asks for another, and so on, for longer than the kernel follows.
    Endless,
}

impl Obstacle {
    fn new(name: &str, reason: Reason) -> Obstacle {
        Obstacle { interpreter: name.escape_debug().to_string(), reason }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Obstacle { interpreter, reason } = self;
        write!(f, "its first line asks for the interpreter `{interpreter}`")?;
        match reason {
            Reason::Missing => write!(f, ", which is not there"),
            Reason::Misread if interpreter.ends_with("\\r") => {
                write!(f, ": the carriage return (\\r) with which lines end on Windows belongs to the name")
            }
            Reason::Misread => write!(f, ": all of that is taken for its name"),
            Reason::NoProgram => write!(f, ", which is no program"),
            Reason::Endless => write!(f, ", which is a script that asks for another, and so on"),
        }
    }
}

/// What keeps the script from being started in this folder. `None` if it is no script or cannot be read, or if only the kernel can say.
pub fn obstacle(program: &Path, directory: &Path) -> Option<Obstacle> {
    obstacle_among(program, directory, |_| true)
}

/// As [`obstacle`], but only interpreters `shown` to the script count.
pub(crate) fn obstacle_among(
    program: &Path,
    directory: &Path,
    shown: impl Fn(&Path) -> bool,
) -> Option<Obstacle> {
    let mut script = program.to_owned();
    let mut depth = 0;
    loop {
        let line = FirstLine::read(&script)?;
        depth += 1;
        let interpreter = directory.join(&line.interpreter);
        let wrong = if shown(&interpreter) {
            wrong_with(&interpreter, &line.interpreter)
        } else {
            Some(missing(&line.interpreter))
        };
        if let Some(reason) = wrong.or((depth > DEEPEST).then_some(Reason::Endless)) {
            return Some(Obstacle::new(&line.interpreter, reason));
        }
        if let Some(name) = line.sought_by_env() {
            return (!is_on_the_path(&name, directory)?).then(|| Obstacle::new(&name, missing(&name)));
        }
        script = interpreter;
    }
}

/// The interpreter that a script started in this folder asks for; `None` if it is no script.
pub fn interpreter(program: &Path, directory: &Path) -> Option<PathBuf> {
    FirstLine::read(program).map(|line| directory.join(line.interpreter))
}

/// The name that `env` is to find on the PATH for this program, if its first line asks for that.
pub(crate) fn sought_by_env(program: &Path) -> Option<String> {
    FirstLine::read(program)?.sought_by_env()
}

/// The first line of a script.
struct FirstLine {
    interpreter: String,
    /// All that follows the interpreter: the kernel takes it for one word.
    argument: String,
}

impl FirstLine {
    fn read(script: &Path) -> Option<FirstLine> {
        let mut beginning = Vec::new();
        File::open(script).ok()?.take(BEGINNING).read_to_end(&mut beginning).ok()?;
        let rest = beginning.strip_prefix(b"#!")?;
        // What happens to a longer line differs between kernels.
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | 0));
        let end = end.or_else(|| ((beginning.len() as u64) < BEGINNING).then_some(rest.len()))?;
        let line = str::from_utf8(&rest[..end]).ok()?.trim_matches([' ', '\t']);
        let (interpreter, argument) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let argument = argument.trim_start_matches([' ', '\t']).to_owned();
        (!interpreter.is_empty()).then(|| FirstLine { interpreter: interpreter.to_owned(), argument })
    }

    /// The name that env(1) is to find on the PATH. `None` if it has options or variables that are not understood here.
    fn sought_by_env(&self) -> Option<String> {
        if Path::new(&self.interpreter).file_name() != Some(OsStr::new("env")) {
            return None;
        }
        let name = match self.argument.strip_prefix("-S") {
            Some(words) => words.trim_start_matches([' ', '\t']).split([' ', '\t']).next()?,
            None => &self.argument,
        };
        let is_plain =
            !name.is_empty() && !name.starts_with('-') && !name.contains(['/', '=', '\'', '"', '\\', '$']);
        is_plain.then(|| name.to_owned())
    }
}

/// What is wrong with this interpreter. That only this user may not execute it is not the script's concern.
fn wrong_with(interpreter: &Path, name: &str) -> Option<Reason> {
    match interpreter.metadata() {
        Ok(data) if data.is_dir() || data.permissions().mode() & 0o111 == 0 => Some(Reason::NoProgram),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Some(missing(name))
        }
        _ => None,
    }
}

fn missing(name: &str) -> Reason {
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    if name.contains(is_odd) { Reason::Misread } else { Reason::Missing }
}

/// Whether `env` finds it; `None` if there is no PATH.
fn is_on_the_path(name: &str, directory: &Path) -> Option<bool> {
    let path = env::var_os("PATH")?;
    let may_be = |file: PathBuf| match file.metadata() {
        Ok(data) => data.is_file() && data.permissions().mode() & 0o111 != 0,
        // A folder that may not be entered may still hold it, unless no program has such a name.
        Err(error) => error.kind() == ErrorKind::PermissionDenied && missing(name) == Reason::Missing,
    };
    Some(env::split_paths(&path).any(|folder| may_be(directory.join(folder).join(name))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with this text, executable for all.
    fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        path
    }

    fn folder(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn an_interpreter_that_cannot_be_had_is_named_with_the_reason() {
        let folder = folder("interpreters");
        let own = script(&folder, "own", "#!/bin/sh\n");
        std::fs::write(folder.join("text"), "").unwrap();
        let reason = |line: &str| {
            let found = obstacle(&script(&folder, "script", line), &folder);
            found.map(|obstacle| (obstacle.interpreter, obstacle.reason))
        };
        let some = |name: &str, reason| Some((name.to_owned(), reason));
        assert_eq!(reason("#!/no/such/thing\n"), some("/no/such/thing", Reason::Missing));
        assert_eq!(reason("#! /no/such/thing -u\n"), some("/no/such/thing", Reason::Missing));
        assert_eq!(reason("#!/bin/sh\r\n"), some("/bin/sh\\r", Reason::Misread));
        assert_eq!(reason("#!/usr/bin/env sh\r\n"), some("sh\\r", Reason::Misread));
        assert_eq!(reason("#!/usr/bin/env sh -e\n"), some("sh -e", Reason::Misread));
        assert_eq!(reason("#!/usr/bin/env no-such-thing\n"), some("no-such-thing", Reason::Missing));
        assert_eq!(reason("#!/usr/bin/env -S no-such-thing -u\n"), some("no-such-thing", Reason::Missing));
        assert_eq!(reason("#!/usr"), some("/usr", Reason::NoProgram));
        assert_eq!(reason("#!text\n"), some("text", Reason::NoProgram));
        assert_eq!(reason("#!script\n"), some("script", Reason::Endless));
        for fine in
            ["#!/bin/sh\n", "#!/bin/sh", "#!own\n", "#!/usr/bin/env cc\n", "#!/usr/bin/env -S cc -E\n"]
        {
            assert_eq!(reason(fine), None, "{fine}");
        }
        for unknown in ["#!/usr/bin/env -i sh\n", "#!/usr/bin/env A=b\n", "#!\n", "echo\n", ""] {
            assert_eq!(reason(unknown), None, "{unknown}");
        }
        assert_eq!(obstacle(&own, &folder), None);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn as_many_scripts_may_follow_each_other_as_the_kernel_allows() {
        let folder = folder("scripts");
        script(&folder, "0", "#!/bin/true\n");
        for number in 1..=DEEPEST {
            let last = script(&folder, &number.to_string(), &format!("#!{}\n", number - 1));
            let starts = std::process::Command::new(&last).current_dir(&folder).status().is_ok();
            assert_eq!(obstacle(&last, &folder).is_none(), starts, "{} scripts", number + 1);
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
