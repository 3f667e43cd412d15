//! What a submission may not see, neither while it is built nor while it is checked; and what must stay visible, since programs need it to
//! run.

use super::{Trouble, at};
use crate::arguments;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where systems keep what programs need to run (hier(7)), in addition to the folders on the PATH.
const SYSTEM: [&str; 12] = [
    "/bin",
    "/etc",
    "/lib",
    "/lib64",
    "/opt",
    "/proc",
    "/sbin",
    "/sys",
    "/usr/lib",
    "/usr/local/lib",
    "/usr/share",
    "/var/lib",
];

/// Which folders may be hidden.
struct Hiding {
    /// Folders that are hidden, whatever they contain. The sandbox shows what a program needs from them.
    always: Vec<PathBuf>,
    /// Paths that must not be hidden, nor any folder that contains them.
    needed: Vec<PathBuf>,
}

/// The folders that must be hidden: the course and what is built from it, other submissions, the results, what is beside these (it may be
/// the marks of another lab), and what people keep in their homes or cargo keeps for them.
///
/// # Errors
/// When something cannot be hidden without hiding what programs need to run. The user can correct that.
pub(super) fn folders(
    root: &Path,
    arguments: &arguments::Grade,
    listed: &[intake::Entry],
) -> Result<Vec<PathBuf>, Trouble> {
    let homes = sandbox::homes();
    let settings = env::var_os("CARGO_HOME").map(PathBuf::from);
    let always = [root.canonicalize()?, runner::collection::target_folder()].into_iter();
    let always =
        always.chain(homes.iter().map(|home| home.join(".cargo"))).chain(settings).chain(homes.clone());
    let always = always.map(std::path::absolute).collect::<io::Result<Vec<_>>>()?;
    let hiding = Hiding { always, needed: needed() };
    // A list may name paths anywhere.
    let places: BTreeSet<&Path> =
        listed.iter().map(intake::Entry::source).chain([arguments.submissions.as_path()]).collect();
    let places = places.into_iter().map(|place| hiding.around(place, false));
    // The results of other shards, and what they have built, are beside this shard's results.
    let results = hiding.around(&arguments.out, arguments.shard.is_some());
    let around = places.chain([results]).collect::<Result<BTreeSet<_>, _>>()?;
    Ok(hiding.always.into_iter().chain(around).collect())
}

/// The system's folders, those on the PATH, and the targets of links in these: `python3` may be a link into a folder with all of Python.
fn needed() -> Vec<PathBuf> {
    let on_the_path: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .filter_map(|folder| folder.canonicalize().ok())
        .collect();
    let entries = on_the_path.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let links = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()));
    let targets: Vec<PathBuf> = links.filter_map(|link| link.path().canonicalize().ok()).collect();
    SYSTEM.iter().map(PathBuf::from).chain(on_the_path).chain(targets).collect()
}

impl Hiding {
    /// The folder to hide, so that neither the path nor its neighbours are seen. A folder beside what programs need is hidden alone, unless
    /// its neighbours must be hidden as well.
    fn around(&self, path: &Path, with_neighbours: bool) -> Result<PathBuf, Trouble> {
        let path = path.canonicalize().map_err(at(path))?;
        let alone = (path.is_dir() && !with_neighbours).then_some(path.as_path());
        let mut folders = path.parent().into_iter().chain(alone);
        let found = folders.find(|folder| self.may_hide(folder)).map(Path::to_owned);
        found.ok_or_else(|| {
            let folder = path.parent().unwrap_or(&path).display();
            Trouble::Usage(format!(
                "{} cannot be hidden from those who are graded: their programs need what else is in {folder}; \
                 put it into a folder of its own",
                path.display()
            ))
        })
    }

    fn may_hide(&self, folder: &Path) -> bool {
        let is_hidden_anyway = self.always.iter().any(|hidden| folder.starts_with(hidden));
        is_hidden_anyway || !self.needed.iter().any(|needed| needed.starts_with(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine with programs in `system/bin` and `home/bin`, and a class in every place.
    fn machine() -> (tempfile::TempDir, PathBuf, Hiding) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        for place in ["system", "home", "srv"] {
            fs::create_dir_all(path.join(place).join("class")).unwrap();
            fs::write(path.join(place).join("export.zip"), "").unwrap();
        }
        let needed = needed().into_iter().chain([path.join("system/bin"), path.join("home/bin")]).collect();
        let always = vec![path.join("home")];
        (folder, path, Hiding { always, needed })
    }

    #[test]
    fn what_lies_beside_a_class_or_its_marks_is_hidden_as_well() {
        let (_folder, path, hiding) = machine();
        std::os::unix::fs::symlink(path.join("srv/class"), path.join("home/results")).unwrap();
        for place in ["srv/class", "srv/export.zip", "home/results"] {
            assert_eq!(hiding.around(&path.join(place), false).unwrap(), path.join("srv"), "{place}");
        }
        assert_eq!(hiding.around(&path.join("home/export.zip"), false).unwrap(), path.join("home"));
        // As in `--out part-1`.
        assert_eq!(hiding.around(Path::new("src"), true).unwrap(), Path::new(env!("CARGO_MANIFEST_DIR")));
    }

    #[test]
    fn what_programs_need_is_not_hidden() {
        let (_folder, path, hiding) = machine();
        let class = path.join("system/class");
        assert_eq!(hiding.around(&class, false).unwrap(), class);
        let refused = [
            hiding.around(&class, true),
            hiding.around(&path.join("system/export.zip"), false),
            hiding.around(Path::new("/"), false),
            hiding.around(Path::new("/usr"), false),
            hiding.around(Path::new("/etc/passwd"), false),
        ];
        for refused in refused {
            let Err(Trouble::Usage(message)) = refused else { panic!("{refused:?}") };
            assert!(message.contains("a folder of its own"), "{message}");
        }
    }
}
