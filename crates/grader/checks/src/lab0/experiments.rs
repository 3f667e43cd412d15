//! The experiments. Each does what a question is about, on sockets, threads and processes of the check's own, and returns the result in the
//! question's words. The result is decided by a state, never by how long something takes.

pub(super) mod handshake;
pub(super) mod listening;
pub(super) mod packets;
pub(super) mod servers;
pub(super) mod sockets;
pub(super) mod streams;
pub(super) mod waiting;
