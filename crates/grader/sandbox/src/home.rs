//! Where people keep what is theirs: keys, tokens, histories. An untrusted submission sees these folders empty, except for what its
//! command needs.

use std::env;
use std::path::{Path, PathBuf};

/// The folder in which most systems keep their users' homes (hier(7)).
const HOMES: &str = "/home";

/// Folders without which no program runs. A service may have one of them as its home, but keeps nothing of a user's there.
const SYSTEM: [&str; 12] =
    ["/bin", "/dev", "/etc", "/lib", "/lib64", "/opt", "/proc", "/run", "/sbin", "/sys", "/tmp", "/var"];

/// The folders with the homes of this machine's users, and the home of the user who runs the grader.
pub fn homes() -> Vec<PathBuf> {
    let own = env::var_os("HOME").map(PathBuf::from);
    let mut homes = vec![PathBuf::from(HOMES), PathBuf::from("/root")];
    homes.extend(own.iter().filter_map(|home| home.canonicalize().ok()));
    homes.extend(own);
    homes.retain(|home| may_be_hidden(home));
    homes.sort();
    homes.dedup();
    homes
}

fn may_be_hidden(home: &Path) -> bool {
    let is_system = SYSTEM.iter().any(|folder| home == Path::new(folder)) || home.starts_with("/usr");
    home.is_absolute() && home.parent().is_some() && !is_system
}

/// Whether a path lies in somebody's home.
pub(crate) fn is_in_a_home(path: &Path) -> bool {
    homes().iter().any(|home| path.starts_with(home))
}

/// The beginnings of interpreters' names. Any other tool may keep its user's tokens in the folder around its own.
const INTERPRETERS: [&str; 10] =
    ["python", "pypy", "node", "ruby", "java", "php", "perl", "lua", "deno", "bun"];

/// What an interpreter in a home needs beside itself: the folder around its own (`~/.pyenv` for `~/.pyenv/shims/python3`), in which its
/// library lies. None if it lies elsewhere, if it is no interpreter, or if that folder holds more than one tool.
pub(crate) fn prefix(interpreter: &Path) -> Option<PathBuf> {
    let name = interpreter.file_name()?.to_str()?;
    if !INTERPRETERS.iter().any(|beginning| name.starts_with(beginning)) {
        return None;
    }
    let home = homes().into_iter().filter(|home| interpreter.starts_with(home)).max()?;
    let home = if home == Path::new(HOMES) { interpreter.components().take(3).collect() } else { home };
    let prefix = interpreter.parent()?.parent()?;
    // In `~/.local` lie the programs of all packages, and the user's own data beside them (file-hierarchy(7)).
    let is_shared = prefix == home || prefix == home.join(".local");
    (prefix.starts_with(&home) && !is_shared).then(|| prefix.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_program_needs_is_nobodys_home() {
        for home in ["/", "/bin", "/usr", "/usr/sbin", "relative", ""] {
            assert!(!may_be_hidden(Path::new(home)), "{home}");
        }
        for home in ["/root", "/home/ada", "/var/lib/jenkins", "/srv/course"] {
            assert!(may_be_hidden(Path::new(home)), "{home}");
        }
    }

    #[test]
    fn an_interpreter_in_a_home_takes_its_own_folder_along_and_nothing_else() {
        let prefix = |path: &str| prefix(Path::new(path));
        let some = |path: &str| Some(PathBuf::from(path));
        assert_eq!(prefix("/home/ada/.pyenv/shims/python3"), some("/home/ada/.pyenv"));
        assert_eq!(prefix("/root/.nvm/versions/node/v22/bin/node"), some("/root/.nvm/versions/node/v22"));
        for alone in [
            "/home/ada/.docker/bin/docker",
            "/home/ada/bin/python3",
            "/home/ada/python3",
            "/root/.local/bin/python3",
            "/usr/bin/python3",
        ] {
            assert_eq!(prefix(alone), None, "{alone}");
        }
    }
}
