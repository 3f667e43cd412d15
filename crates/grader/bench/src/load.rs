//! The load generator: one thread, one epoll set, no allocation and only counting between two system calls. So it can stay ahead of any
//! server that does the same work with as many processors.

mod admission;
mod closed;
mod crowd;
mod latencies;
mod meter;
mod open;
mod probe;
mod timetable;
mod visits;

pub(crate) use admission::admit;
pub(crate) use closed::closed_loop;
pub(crate) use crowd::Crowd;
pub(crate) use latencies::Latencies;
pub(crate) use open::open_loop;
pub(crate) use probe::{Manners, probe};
pub(crate) use visits::visits;

/// The line that every client sends.
pub(crate) const LINE: &[u8] = b"Good morning, how many are you today?\n";

/// The end of the answer to it; `> ` may stand before it.
pub(crate) const ANSWER: &[u8] = b"GOOD MORNING, HOW MANY ARE YOU TODAY?\n";
