//! The reference programs of lab 5: five servers that speak one protocol and differ in who waits where.
//!
//! The protocol is in [`Conversation`], which knows no socket and never waits, so that all five can use it as it is.
//! Three of the servers block in a read from their client. They share [`attend`], and all that is left to say in
//! their files is who calls it: the one thread, a process for each client, or a thread for each client. The other two
//! have one thread that waits for all clients at once, and each has a loop of its own.

mod attend;
mod conversation;
mod start;

pub use attend::attend;
pub use conversation::{Conversation, LINE_LIMIT, Reply};
pub use start::{listener, pause, raise_open_file_limit};

/// How many connections may wait to be accepted: whoever can come in a crowd while the server is busy elsewhere.
pub const BACKLOG: i32 = 1024;
