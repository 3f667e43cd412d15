//! The common properties of all results in a folder: the file `class.json`, which also shows that they are the grader's.

use crate::arguments::Shard;
use crate::run::place::KEY;
use crate::run::rulings::Rulings;
use crate::run::{Trouble, at};
use checks::Suite;
use grade::files::{self, Files};
use intake::Digest;
use model::Fault;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// What must be the same for marks to be comparable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::run) struct Key {
    pub(super) lab: String,
    pub(super) seed: u64,
    /// A digest that changes with the grader.
    pub(super) grader: String,
    pub(super) shard: Option<String>,
    /// A digest of the names of all submissions, including those of other shards.
    pub(super) class: String,
    /// Whether all submissions have been graded.
    #[serde(default)]
    pub(super) finished: bool,
    /// The instructor's decisions about faults. The sheet follows from them.
    #[serde(default)]
    pub(super) fault_is_zero: Rulings,
    /// Whether the seed was chosen by the user.
    #[serde(skip)]
    pub(super) is_chosen: bool,
}

impl Key {
    pub(in crate::run) fn new(
        root: &Path,
        suite: &Suite,
        seed: Option<u64>,
        shard: Option<Shard>,
        class: &[intake::Entry],
    ) -> Result<Key, Trouble> {
        let names: Files = class.iter().map(|entry| (entry.name.clone(), Vec::new())).collect();
        Ok(Key {
            lab: suite.lab.name(),
            seed: seed.unwrap_or_else(|| fastrand::u64(..1_000_000_000)),
            grader: this_grader(root, &suite.lab.package())?,
            shard: shard.map(|shard| shard.to_string()),
            class: Digest::of(&names).to_string(),
            finished: false,
            fault_is_zero: Rulings::default(),
            is_chosen: seed.is_some(),
        })
    }
}

/// A digest of everything that determines marks: the sources of the grader and of the lab, from which this program was built, and the
/// compiler. It is the same on every machine with the same course and compiler, as shards need it.
fn this_grader(root: &Path, package: &str) -> Result<String, Trouble> {
    let compiler = grade::workshop::compiler().map_err(|error| {
        Fault::new(format!("rustc cannot be started ({error}); its folder must be on the PATH"))
    })?;
    let mut files = Files::from([("rustc".to_owned(), compiler.into_bytes())]);
    for file in ["Cargo.toml", "Cargo.lock"] {
        let path = root.join(file);
        files.insert(file.to_owned(), fs::read(&path).map_err(at(&path))?);
    }
    files::add(root, "crates/grader", &mut files)?;
    files::add(root, &format!("labs/{package}"), &mut files)?;
    Ok(Digest::of(&files).to_string())
}

/// The key in that folder, if there is one.
pub(super) fn read(folder: &Path) -> Result<Option<Key>, Trouble> {
    let path = folder.join(KEY);
    let text = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text.map_err(at(&path))?,
    };
    let wrong = |error| format!("{} is not the grader's ({error}); choose another folder", path.display());
    serde_json::from_slice(&text).map(Some).map_err(|error| Trouble::Usage(wrong(error)))
}
