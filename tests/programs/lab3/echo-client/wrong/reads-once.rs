// mistake: takes what one read gives for a whole line.
// fails: L3.11

use std::env;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::{Duration, Instant};

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

fn expect(mut stream: &TcpStream, wanted: &str, deadline: Instant) -> Result<(), String> {
    let _ = stream.set_read_timeout(Some(left(deadline)));
    let mut buffer = [0; 1024];
    match stream.read(&mut buffer) {
        Ok(length) if buffer[..length] == *format!("{wanted}\n").as_bytes() => Ok(()),
        Ok(length) => {
            let text = String::from_utf8_lossy(&buffer[..length]);
            Err(format!("expected {wanted:?} and a line end, got {text:?}"))
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            Err(format!("time-out: expected {wanted:?}, got nothing"))
        }
        Err(error) => Err(format!("connection lost: {error}; expected {wanted:?}, got nothing")),
    }
}

fn talk(host: &str, port: u16, timeout: Duration) -> Result<(), String> {
    let deadline = Instant::now() + timeout;
    let stream = connect(host, port, deadline)?;
    expect(&stream, "HELLO", deadline)?;
    (&stream).write_all(b"ThIS is a TeSt\n").map_err(|error| format!("connection lost: {error}"))?;
    expect(&stream, "THIS IS A TEST", deadline)
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
