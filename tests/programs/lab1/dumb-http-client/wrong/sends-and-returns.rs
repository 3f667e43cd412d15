// mistake: sends its words and returns.
// fails: L1.5 L1.3 L1.4 L1.6 L1.S1 L1.S3 L1.S4

use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::{env, process::ExitCode};

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
    stream.write_all(REQUEST).map_err(lost)
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
