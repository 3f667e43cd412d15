//! Programs for instructors. They are built when they are asked for, so no other build needs their dependencies.

use crate::{RunError, hand_in};
use model::{Fault, Notice};
use sandbox::cargo::Profile;
use std::path::PathBuf;

/// Builds the package with this name, and returns its one program, which has the same name.
///
/// # Errors
/// When it does not compile.
pub fn tool(name: &str, notify: &dyn Fn(Notice)) -> Result<PathBuf, RunError> {
    build(name, Profile::Dev, notify)
}

pub(crate) fn build(name: &str, profile: Profile, notify: &dyn Fn(Notice)) -> Result<PathBuf, RunError> {
    let built = hand_in::build(name, profile, notify)?.remove(name);
    built.ok_or_else(|| Fault::new(format!("the package {name} has no binary {name}")).into())
}
