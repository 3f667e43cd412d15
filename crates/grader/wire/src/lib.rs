//! The grader's own ends of TCP connections: clients and listeners that send bytes whole, cut, glued or one by
//! one, half-close, reset, and expect lines, bytes, ends and silence. Every step is recorded in a [`Transcript`].
//!
//! Knows neither labs nor processes. The [`Patience`] that it is given decides how to wait, and when nothing is left to wait for: no
//! expectation here ever ends because time has passed.

mod capture;
mod connect;
mod crowd;
mod expect;
mod framing;
mod listener;
mod patience;
mod peer;
mod pieces;
mod transcript;

pub use capture::Capture;
pub use crowd::{receive_all, receive_until_rested, wait_until_all_read};
pub use framing::Framing;
pub use listener::Listener;
pub use patience::{Attempt, Caller, Interest, Patience, Stillness};
pub use peer::{Ending, Peer};
pub use pieces::{bytewise, cut_at, every_cut};
pub use transcript::Transcript;
