//! Builds a submission, or takes a command for one, starts it below the process that decides one check, and
//! ends all of it. Knows nothing of labs or verdicts.
//!
//! The picture, from the outside in:
//!
//! ```text
//! xtask ── one fresh process per check ── pid 1 of the room ── init ── the submission
//!          (drops root)                   user net pid mnt    user pid mnt ipc
//!                                         ipc uts, `lo` up    same network, ordinary user
//! ```
//!
//! Invariant: whatever ends the outer process ends everything below it. Each arrow is tied by a
//! parent-death signal, and the death of a pid namespace's first process kills all the others in it.

pub mod cargo;
mod command;
mod descendants;
mod filter;
mod group;
mod home;
mod init;
mod limits;
mod mounts;
mod room;
mod script;
mod site;
mod submission;
mod sys;
mod template;
mod view;
pub mod worker;

pub use command::{Command, Ended};
pub use group::{Entrance, Group, Kill, groups_around, groups_can_be_made};
pub use home::homes;
pub use limits::{Change, Limits, Overrun};
pub use room::{Refusal, Room, enter};
pub use script::{Obstacle, Reason, interpreter, obstacle};
pub use submission::Submission;
pub use template::{Template, TemplateError, on_the_path};
pub use view::{HOST_NAME, View};

/// The user and group that a submission runs as if the grader is root and has no other ids to give: `nobody`.
pub const ORDINARY_ID: u32 = 65534;

/// The user id that a submission sees as its own inside its namespaces.
pub const INNER_ID: u32 = 1000;
