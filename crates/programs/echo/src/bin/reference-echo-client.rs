//! The echo client: a test of an echo server. It has one conversation and says whether that went as it should.

use reference_common::{Line, LineReader, log, read_arguments};
use reference_echo::{DeadlineStream, GREETING};
use std::io::{self, ErrorKind, Write};
use std::net::ToSocketAddrs;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const USAGE: &str = "reference-echo-client [host] [port] [timeout_ms]";
const LINE: &str = "ThIS is a TeSt\n";
const ANSWER: &str = "THIS IS A TEST\n";

/// The expected lines are short. These many bytes of a wrong line are enough to see what it is.
const LIMIT: usize = 1000;

fn main() -> ExitCode {
    let arguments = read_arguments(USAGE, |arguments| {
        let host = arguments.next("a host", "localhost".to_owned())?;
        let port = arguments.next_port(3232)?;
        // In a `u32` the longest time-out is 49 days: no sum with the present overflows.
        let milliseconds = arguments.next("a time-out, a number of milliseconds", 10_000_u32)?;
        Ok((host, port, Duration::from_millis(milliseconds.into())))
    });
    let (host, port, timeout) = match arguments {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match run(&host, port, timeout) {
        Ok(()) => {
            let _ = writeln!(io::stdout(), "The server answered as expected.");
            ExitCode::SUCCESS
        }
        Err(message) => {
            log(message);
            ExitCode::FAILURE
        }
    }
}

/// The whole conversation. The error is the message for the user.
fn run(host: &str, port: u16, timeout: Duration) -> Result<(), String> {
    let deadline = Instant::now() + timeout;
    let server = connect(host, port, deadline)?;
    let wait = format!("within {} ms", timeout.as_millis());
    // One reader for both lines. Greeting and answer may arrive in one read, and a new reader for the answer would wait
    // for bytes that the first one has already taken.
    let mut lines = LineReader::new(server, LIMIT);
    let lost = |error: io::Error, during: &str| match error.kind() {
        ErrorKind::TimedOut => format!("{host} port {port} did not answer {wait}: gave up {during}"),
        _ => format!("the connection to {host} port {port} was lost {during}: {error}"),
    };
    let greeting = lines.read().map_err(|error| lost(error, "while waiting for the greeting"))?;
    expect(GREETING, &greeting)?;
    lines.get_mut().write_all(LINE.as_bytes()).map_err(|error| lost(error, "while sending the line"))?;
    let answer = lines.read().map_err(|error| lost(error, "while waiting for the answer"))?;
    expect(ANSWER, &answer)
}

/// Connects to the first address of `host` that accepts. The lookup of the name is the only step that the deadline does
/// not limit: the system's resolver takes no time-out, but has its own.
fn connect(host: &str, port: u16, deadline: Instant) -> Result<DeadlineStream, String> {
    let addresses =
        (host, port).to_socket_addrs().map_err(|error| format!("unknown host {host}: {error}"))?;
    let mut message = format!("cannot connect to {host} port {port}");
    for address in addresses {
        match DeadlineStream::connect(&address, deadline) {
            Ok(server) => return Ok(server),
            Err(error) => message.push_str(&format!("; {address}: {error}")),
        }
    }
    Err(message)
}

/// Compares what came with the line that was expected. The message shows both, with every unusual byte escaped: a
/// difference that cannot be seen would be of no help.
fn expect(expected: &str, came: &Line) -> Result<(), String> {
    let expected = expected.trim_end_matches('\n');
    let came = match came {
        Line::Complete(line) if line == expected.as_bytes() => return Ok(()),
        Line::Complete(line) => format!("the line \"{}\"", line.escape_ascii()),
        Line::Unfinished(bytes) if bytes.is_empty() => "nothing: the server closed the connection".to_owned(),
        Line::Unfinished(bytes) => {
            format!("\"{}\" and then the end, without a newline", bytes.escape_ascii())
        }
        Line::TooLong(bytes) => format!("a line of more than {LIMIT} bytes: \"{}...\"", bytes.escape_ascii()),
    };
    Err(format!("expected the line \"{expected}\", but got {came}"))
}
