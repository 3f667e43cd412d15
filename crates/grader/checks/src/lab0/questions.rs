//! The bank of questions, by subject. The experiments for a file's questions are in the file of the same name.

pub(super) mod handshake;
pub(super) mod listening;
pub(super) mod observer;
pub(super) mod packets;
pub(super) mod servers;
pub(super) mod sockets;
pub(super) mod streams;
pub(super) mod waiting;
