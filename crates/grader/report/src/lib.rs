//! Turns what a run found out ([`model::RunReport`], and [`model::Notice`]s on the way) into something to read:
//! text for a terminal ([`human`]), JSON ([`json`]), JUnit XML ([`junit`]), what learning platforms read ([`gradescope`],
//! [`classroom50`]), a file for the student ([`feedback`]), a progress line ([`Progress`]), and the catalogue of labs and
//! clauses ([`catalogue`]) with what is done of them ([`record`]). A self-test has writers of its own ([`selftest`]), and
//! so have the picture of a running program ([`xray`]) and what was found out about a machine ([`doctor`]).
//!
//! Nothing here knows how a verdict was reached, and every format keeps its own types. Whatever comes from a
//! submission passes through [`escape`] on its way out, so that no submission can steer a reader's terminal or CI service.
//! What reports are laid out with ([`text`], [`mod@markdown`]) is public for those about more than one submission.

pub mod catalogue;
pub mod classroom50;
pub mod doctor;
pub mod escape;
pub mod feedback;
pub mod gradescope;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod marks;
mod paint;
mod progress;
pub mod selftest;
pub mod text;
pub mod xray;

pub use paint::Palette;
pub use progress::Progress;

/// What a report tells its reader about the command that led to it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// What follows `cargo xtask check lab3 --only L3.4` in a command that judges the same programs again,
    /// without a leading space: `--seed 7 --reference`.
    pub command_suffix: String,
    /// Whether the student's stub crates were judged, so that a report may point into them.
    pub stubs: bool,
}
