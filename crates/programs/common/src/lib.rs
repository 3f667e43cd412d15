//! What the reference programs of more than one lab do alike: read their arguments, listen, read lines, end a connection
//! without losing the last of them, and tell what happens. What a lab is about is in its own crate.

mod arguments;
mod closing;
mod line;
mod listening;
mod log;

pub use arguments::{Arguments, parse_arguments, read_arguments};
pub use closing::close;
pub use line::{Line, LineReader};
pub use listening::listen;
pub use log::log;
