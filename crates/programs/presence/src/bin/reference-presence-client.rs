//! The presence client: a visit to the room for the user at the terminal.

use reference_common::{log, read_arguments};
use reference_presence::visit;
use std::process::ExitCode;

const USAGE: &str = "reference-presence-client host port name";

fn main() -> ExitCode {
    let arguments = read_arguments(USAGE, |arguments| {
        let host = arguments.next("a host", "localhost".to_owned())?;
        let port = arguments.next_port(9907)?;
        let name = arguments.next("a name", String::new())?;
        match name.as_str() {
            "" => Err("a name must be given".to_owned()),
            // A newline in it would begin another command.
            _ if name.contains(char::is_control) => Err(format!("{name:?} cannot be a name")),
            _ => Ok((host, port, name)),
        }
    });
    let (host, port, name) = match arguments {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match visit(&host, port, &name) {
        // Returning from `main` ends the process, although the thread that reads standard input may still be
        // blocked there.
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            log(message);
            ExitCode::FAILURE
        }
    }
}
