//! What the reference programs of lab 6 share: where a message ends in a stream of bytes ([`framing`]), and what the server does with one
//! client.

pub mod framing;

mod conversation;

pub use conversation::attend;

/// The backlog that servers commonly ask for.
pub const USUAL_BACKLOG: i32 = 128;

/// The longest message, in bytes and without what frames it, that server and client accept: 16 MiB.
pub const MESSAGE_LIMIT: usize = 16 << 20;
