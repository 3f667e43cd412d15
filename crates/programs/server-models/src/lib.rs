//! The reference programs of lab 5: five servers that speak one protocol and differ in where their threads and
//! processes wait.
//!
//! The protocol is in [`Conversation`], which knows no socket and never waits, so all five can use it unchanged.
//! Three of the servers block in a read from their client. They share [`attend()`], and their own files only say who
//! calls it: the one thread, a process for each client, or a thread for each client. The other two have one thread
//! that waits for all clients at once, and each has its own loop.

mod attend;
mod conversation;
mod start;

pub use attend::attend;
pub use conversation::{Conversation, LINE_LIMIT, Reply};
pub use start::{listener, pause, raise_open_file_limit};

/// How many connections may wait to be accepted: many clients may come at once while the server is busy.
pub const BACKLOG: i32 = 1024;
