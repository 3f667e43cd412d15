//! What the reference programs of lab 3 share. The sequential and the threaded server speak the same protocol and
//! differ only in the caller of [`attend`]: the thread that accepts, or one thread for each client.

mod attendance;
mod conversation;
mod deadline;

pub use attendance::{Attendance, Presence};
pub use conversation::{GREETING, attend};
pub use deadline::DeadlineStream;

/// The usual backlog of servers.
pub const USUAL_BACKLOG: i32 = 128;

/// The longest line, in bytes and without its end, that the servers accept: 8 MiB.
pub const LINE_LIMIT: usize = 8 << 20;
