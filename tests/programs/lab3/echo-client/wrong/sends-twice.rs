// mistake: sends the line twice.
// fails: L3.10

use std::env;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const LONGEST: usize = 1000;

fn connect(host: &str, port: u16, deadline: Instant) -> Result<TcpStream, String> {
    let addresses =
        (host, port).to_socket_addrs().map_err(|error| format!("unknown host {host}: {error}"))?;
    let mut failure = format!("{host} has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, left(deadline)) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = format!("cannot connect to {host}:{port}: {error}"),
        }
    }
    Err(failure)
}

// Sockets take no time-out of zero.
fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}

fn expect(reader: &mut BufReader<&TcpStream>, wanted: &str, deadline: Instant) -> Result<(), String> {
    let mut line = Vec::new();
    let mut problem = String::new();
    while !line.ends_with(b"\n") && line.len() < LONGEST {
        let _ = reader.get_ref().set_read_timeout(Some(left(deadline)));
        match reader.take(1).read_until(b'\n', &mut line) {
            Ok(1..) if Instant::now() < deadline => continue,
            Ok(0) => problem = "the server closed".to_string(),
            Err(error) if error.kind() != ErrorKind::WouldBlock => {
                problem = format!("connection lost: {error}");
            }
            _ => problem = "time-out".to_string(),
        }
        break;
    }
    let text = String::from_utf8_lossy(&line);
    match text.strip_suffix('\n') {
        Some(text) if text.strip_suffix('\r').unwrap_or(text) == wanted => Ok(()),
        _ => Err(format!("expected {wanted:?} and a line end, got {text:?}; {problem}")),
    }
}

fn talk(host: &str, port: u16, timeout: Duration) -> Result<(), String> {
    let deadline = Instant::now() + timeout;
    let stream = connect(host, port, deadline)?;
    let mut reader = BufReader::new(&stream);
    expect(&mut reader, "HELLO", deadline)?;
    (&stream)
        .write_all(b"ThIS is a TeSt\nThIS is a TeSt\n")
        .map_err(|error| format!("connection lost: {error}"))?;
    expect(&mut reader, "THIS IS A TEST", deadline)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let number = |n: usize, default| arguments.get(n).map_or(default, |text| text.parse().expect("a number"));
    let host = arguments.get(1).map_or("localhost", String::as_str);
    let port = number(2, 3232) as u16;
    let timeout = Duration::from_millis(number(3, 10000));
    match talk(host, port, timeout) {
        Ok(()) => {
            println!("the server answered THIS IS A TEST, as it should");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
