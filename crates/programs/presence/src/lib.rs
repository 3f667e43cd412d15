//! The presence application, the reference programs of lab 4: a room in which everybody sees who comes, who
//! leaves and what is said.
//!
//! In the server each client has a `session`: one thread that reads its commands, and one that writes what is in
//! its `outbox`. Between the two is the `room`, which knows who is there and puts all events into the outboxes.
//! It never waits on a socket, so no client can hold it up. The client is in [`visit`].

mod command;
mod outbox;
mod room;
mod session;
mod visit;

pub use command::Command;
pub use outbox::{OUTBOX_LIMIT, Outbox};
pub use room::{Afterwards, Guest, Room, Wakes};
pub use session::start;
pub use visit::visit;

/// How many connections may wait to be accepted: many clients may come at once while the server is busy.
pub const BACKLOG: i32 = 1024;

/// The longest line, in bytes and without its end, that the server accepts: 64 KiB.
pub const LINE_LIMIT: usize = 64 << 10;
