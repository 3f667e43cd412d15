//! A client that prints each message of a server as one line, as soon as the message is whole.

use reference_common::{log, read_arguments};
use reference_messages::MESSAGE_LIMIT;
use reference_messages::framing::{Framing, MessageReader, Next};
use std::io::{self, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const USAGE: &str = "reference-framed-client [host] [port] [lines|length]\n\
                     A message may have at most 16 MiB; the client gives up when a longer one comes.";

fn main() -> ExitCode {
    let arguments = read_arguments(USAGE, |arguments| {
        let host = arguments.next("a host", "localhost".to_owned())?;
        let port = arguments.next_port(6006)?;
        Ok((host, port, arguments.next("a framing, lines or length", Framing::Lines)?))
    });
    let (host, port, framing) = match arguments {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match run(&host, port, framing) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            log(message);
            ExitCode::FAILURE
        }
    }
}

/// Prints messages until the server closes; the error is the message for the user.
fn run(host: &str, port: u16, framing: Framing) -> Result<(), String> {
    let server = TcpStream::connect((host, port))
        .map_err(|error| format!("cannot connect to {host} port {port}: {error}"))?;
    // One reader for the whole connection: it keeps what has come of the next message.
    let mut messages = MessageReader::new(server, framing, MESSAGE_LIMIT);
    loop {
        let next = messages
            .read()
            .map_err(|error| format!("the connection to {host} port {port} was lost: {error}"))?;
        match next {
            Next::Message(message) => {
                print(message).map_err(|error| format!("cannot print a message: {error}"))?;
            }
            Next::End => return Ok(()),
            Next::CutShort => return Err("the server closed in the middle of a message".to_owned()),
            Next::TooLong => return Err(format!("a message is longer than {MESSAGE_LIMIT} bytes")),
        }
    }
}

/// Prints a message and a newline, both in one write.
fn print(mut message: Vec<u8>) -> io::Result<()> {
    message.push(b'\n');
    let mut output = io::stdout().lock();
    output.write_all(&message)?;
    // Whoever reads along sees the message now, and not when the next one comes.
    output.flush()
}
