//! The grader's plain data: what a lab asks ([`Lab`], [`Clause`]), what became of a check ([`Verdict`]),
//! what was seen on the way ([`Event`], [`ThreadView`], [`Picture`]) and what a run tells its readers ([`Notice`]).
//!
//! Nothing here opens a socket or a file, and nothing knows an output format. The `serde` derives serve the grader itself: a check runs
//! in a process of its own and hands its [`Decision`] to the runner over a pipe, and findings about a submission are kept while the
//! instructor may still have to decide something.

pub mod doctor;
mod evidence;
mod lab;
mod picture;
mod run;
pub mod selftest;
mod verdict;

pub use evidence::{Action, Endpoint, Event, Record, SocketView, ThreadView};
pub use lab::{Clause, Lab, Placeholder, Program, Tier, Wording, Words};
pub use picture::{Picture, ProcessPicture, SocketPicture, ThreadPicture};
pub use run::{CheckReport, Enforcement, Environment, Isolation, Notice, Ruling, RunReport, Score};
pub use verdict::{Credit, Decision, Failure, Fault, Kind, Shown, Step, Stop, Verdict};
