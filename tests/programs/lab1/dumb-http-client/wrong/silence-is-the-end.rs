// mistake: takes 2 s without data for the end of the response.
// fails: L1.3

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::{env, process::ExitCode, time::Duration};

const REQUEST: &[u8] = b"Hello, sorry, but I don't speak HTTP...\r\n\r\n";

fn connect(host: &str, port: u16) -> Result<TcpStream, String> {
    let addresses =
        (host, port).to_socket_addrs().map_err(|error| format!("unknown host {host}: {error}"))?;
    let mut failure = format!("{host} has no address");
    for address in addresses {
        match TcpStream::connect(address) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = format!("cannot connect to {host}:{port}: {error}"),
        }
    }
    Err(failure)
}

fn fetch(mut stream: TcpStream) -> Result<(), String> {
    // A failed write is told at the end: what the server had sent before is still there to be read.
    let sent = stream.write_all(REQUEST).map_err(lost);
    stream.set_read_timeout(Some(Duration::from_secs(2))).map_err(lost)?;
    let mut console = io::stdout();
    let mut buffer = [0; 8192];
    loop {
        let length = match stream.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return sent,
            outcome => outcome.map_err(lost)?,
        };
        if length == 0 {
            return sent;
        }
        console
            .write_all(&buffer[..length])
            .and_then(|()| console.flush())
            .map_err(|error| format!("cannot print: {error}"))?;
    }
}

fn lost(error: io::Error) -> String {
    format!("connection lost: {error}")
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let host = arguments.get(1).map_or("www.heig-vd.ch", String::as_str);
    let port = arguments.get(2).map_or(80, |port| port.parse().expect("a port number"));
    match connect(host, port).and_then(fetch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
