//! Connects to a host by its name. There are two steps that fail for different reasons: the name is looked up,
//! which yields any number of addresses, and then a connection is requested from each address until one accepts.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum OpenError {
    /// The name has no address, or could not be looked up.
    UnknownHost(String, Option<io::Error>),
    /// Each address was tried, with these errors.
    NoAnswer(String, u16, Vec<(SocketAddr, io::Error)>),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::UnknownHost(host, None) => write!(f, "unknown host {host}: the name has no address"),
            OpenError::UnknownHost(host, Some(error)) => write!(f, "unknown host {host}: {error}"),
            OpenError::NoAnswer(host, port, attempts) => {
                write!(f, "cannot connect to {host} port {port}")?;
                attempts.iter().try_for_each(|(address, error)| write!(f, "; {address}: {error}"))
            }
        }
    }
}

/// Connects to the first address of `host` that accepts.
///
/// The call blocks while the name is looked up, then for as long as each handshake takes. A machine without a
/// listener refuses at once. One that does not answer at all takes until the kernel gives up, about two minutes on
/// Linux (tcp(7), `tcp_syn_retries`).
pub(crate) fn open(host: &str, port: u16) -> Result<TcpStream, OpenError> {
    let addresses = (host, port)
        .to_socket_addrs()
        .map_err(|error| OpenError::UnknownHost(host.to_owned(), Some(error)))?;
    let mut attempts = Vec::new();
    // Even `localhost` is often both ::1 and 127.0.0.1, and a server may listen on only one of them: a refusal is
    // about an address, not about the host.
    for address in addresses {
        match TcpStream::connect(address) {
            Ok(server) => return Ok(server),
            Err(error) => attempts.push((address, error)),
        }
    }
    if attempts.is_empty() {
        return Err(OpenError::UnknownHost(host.to_owned(), None));
    }
    Err(OpenError::NoAnswer(host.to_owned(), port, attempts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_refused_connection_is_told_with_host_and_port() {
        // A port that was free a moment ago: the listener that had it is closed again.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let message = open("127.0.0.1", port).unwrap_err().to_string();
        assert!(message.contains(&format!("127.0.0.1 port {port}")), "{message}");
    }
}
