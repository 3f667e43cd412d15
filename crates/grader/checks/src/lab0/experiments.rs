//! The experiments: each does what a question is about, on sockets, threads and processes of the check's own, and returns what
//! came of it in the question's words. What decides is always a state, never how long something takes.

pub(super) mod handshake;
pub(super) mod listening;
pub(super) mod packets;
pub(super) mod servers;
pub(super) mod sockets;
pub(super) mod streams;
pub(super) mod waiting;
