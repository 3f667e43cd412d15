//! What the reference programs of several labs have in common: they read their arguments, listen, accept clients, read lines, end a
//! connection without losing the last of them, and write log messages. The subject of a lab is in its own crate.

mod arguments;
mod closing;
mod line;
mod listening;
mod log;

pub use arguments::{Arguments, parse_arguments, read_arguments};
pub use closing::close;
pub use line::{Line, LineReader};
pub use listening::{accept_each, listen};
pub use log::log;
