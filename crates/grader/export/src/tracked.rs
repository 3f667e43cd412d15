//! The files that git tracks in the course's repository, so that no other file is given away.

use crate::trouble::Trouble;
use std::path::Path;
use std::process::{Command, Stdio};

/// All tracked files, relative to the repository's folder.
pub(crate) fn files(root: &Path) -> Result<Vec<String>, Trouble> {
    Ok(lines(git(root, &["ls-files", "-z"], &[])?))
}

/// Checks that these files are as committed: a stub that somebody has filled in to try it must not be exported.
pub(crate) fn as_committed(root: &Path, files: &[String]) -> Result<(), Trouble> {
    let changed = lines(git(root, &["diff", "--name-only", "-z", "HEAD", "--"], files)?);
    match changed.as_slice() {
        [] => Ok(()),
        [first, others @ ..] => {
            let others =
                if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            let cure = "commit or restore it, or say --allow-dirty";
            Err(Trouble::Usage(format!("{first}{others} is not as it was committed; {cure}")))
        }
    }
}

fn git(root: &Path, words: &[&str], files: &[String]) -> Result<String, Trouble> {
    let mut git = Command::new("git");
    git.args(words).args(files).current_dir(root).stdin(Stdio::null());
    let output = git.output().map_err(Trouble::failed("starting git"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
        return Err(Trouble::Usage(format!("this must be the course's git repository: {said}")));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Trouble::Usage("a tracked file's name is not UTF-8".to_owned()))
}

fn lines(text: String) -> Vec<String> {
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_stub_that_was_filled_in_does_not_go_out() {
        if Command::new("git").arg("--version").output().is_err() {
            assert!(std::env::var_os("REQUIRE_ALL").is_none(), "REQUIRE_ALL is set, and there is no git");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert!(matches!(files(root), Err(Trouble::Usage(_))));
        fs::write(root.join("stub.rs"), "todo!()").unwrap();
        let author =
            ["-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "--quiet", "--message=stub"];
        for words in [&["init", "--quiet"][..], &["add", "stub.rs"], &author] {
            git(root, words, &[]).unwrap();
        }
        fs::write(root.join("notes"), "solutions").unwrap();
        let tracked = files(root).unwrap();
        assert_eq!(tracked, ["stub.rs"]);
        assert!(as_committed(root, &tracked).is_ok());
        fs::write(root.join("stub.rs"), "fn main() {}").unwrap();
        let told = as_committed(root, &tracked);
        assert!(matches!(told, Err(Trouble::Usage(message)) if message.starts_with("stub.rs is not as")));
    }
}
