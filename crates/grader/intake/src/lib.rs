//! Turns what a class has handed in into plain data. Untrusted folders and archives become, for each submission, the few files that its lab
//! allows, or a refusal with a reason. For instructors only; nothing that `xtask` needs depends on it.
//!
//! Invariants: a link is never followed and nothing is ever unpacked to disk. So what a submission names can be wrong but never dangerous.
//! A fault in one submission affects only that submission ([`Refusal`]). A fault in the instructor's own folder or list is a [`ListError`].
//! A disk that fails and an export that is damaged are a [`model::Fault`], and give nobody zero points.
//!
//! The steps for a submission: [`list()`] says where each one is. [`Entry::take`] lets a *container* (folder, zip, tarball) name its items,
//! has all names and kinds *vetted*, finds the lab's files among them (*selection*), and only then reads these.

mod archive;
mod container;
mod digest;
mod entry;
mod item;
pub mod limits;
mod listing;
mod naming;
mod path;
mod platform;
mod refusal;
mod selection;
mod settings;
mod vetting;

pub use digest::Digest;
pub use entry::{Content, Entry, Taken};
pub use listing::{ListError, Listing, list};
pub use refusal::{Ignored, Reason, Refusal};
pub use settings::{SETTINGS, Settings};
