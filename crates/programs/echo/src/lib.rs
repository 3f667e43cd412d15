//! What the reference programs of lab 3 share. The sequential and the threaded server speak the same protocol and
//! differ only in who calls [`attend`]: the thread that accepts, or one thread for each client.

mod arguments;
mod attendance;
mod closing;
mod conversation;
mod deadline;
mod line;
mod listening;
mod log;

pub use arguments::{Arguments, read_arguments};
pub use attendance::{Attendance, Presence};
pub use closing::close;
pub use conversation::{GREETING, attend};
pub use deadline::DeadlineStream;
pub use line::{LINE_LIMIT, Line, LineReader};
pub use listening::{USUAL_BACKLOG, listen};
pub use log::log;
