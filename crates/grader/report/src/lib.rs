//! Turns the results of a run ([`model::RunReport`], and [`model::Notice`]s during it) into something to read: text for a terminal
//! ([`human`]), JSON ([`json`]), JUnit XML ([`junit`]), files for learning platforms ([`gradescope`], [`classroom50`]), a file for the
//! student ([`feedback`]), a progress line ([`Progress`]), and the catalogue of labs and clauses ([`catalogue`]) with their last results
//! ([`record`]). There are separate writers for a self-test ([`selftest`]), for the picture of a running program ([`xray`]) and for the
//! findings about a machine ([`doctor`]).
//!
//! Nothing here knows how a verdict was reached, and every format has its own types. Everything from a submission passes through [`escape`]
//! on its way out, so no submission can control a reader's terminal or CI service. The tools for the layout of reports ([`text`],
//! [`mod@markdown`]) are public for reports about more than one submission.

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

/// The information in a report about the command that led to it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The end of a command that judges the same programs again, after `cargo xtask check lab3 --only L3.4`, without a leading space:
    /// `--seed 7 --reference`.
    pub command_suffix: String,
    /// Whether the student's stub crates were judged, so that a report may point into them.
    pub stubs: bool,
}
