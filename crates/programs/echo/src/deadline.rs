//! A limit for a whole conversation. A socket's own time-out applies to each read separately, so a server that sends one
//! byte now and then could keep its client for ever. Here the remaining time shrinks from call to call.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A connection on which nothing waits longer than until one fixed moment.
///
/// Connecting, reading and writing fail with [`ErrorKind::TimedOut`] when that moment has come.
#[derive(Debug)]
pub struct DeadlineStream {
    stream: TcpStream,
    deadline: Instant,
}

impl DeadlineStream {
    /// Connects to `address`.
    ///
    /// # Errors
    /// When the connection is refused, cannot be made, or is not made before the deadline.
    pub fn connect(address: &SocketAddr, deadline: Instant) -> io::Result<DeadlineStream> {
        let stream = TcpStream::connect_timeout(address, left(deadline)?)?;
        Ok(DeadlineStream { stream, deadline })
    }

    /// Repeats `call` until it succeeds or the deadline has come. Before each call `limit` sets the socket's time-out.
    fn in_time<T>(
        &mut self,
        limit: impl Fn(&TcpStream, Option<Duration>) -> io::Result<()>,
        mut call: impl FnMut(&mut TcpStream) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            limit(&self.stream, Some(left(self.deadline)?))?;
            match call(&mut self.stream) {
                // This is how Unix reports that a socket's time-out is over. The kernel's clock is coarse and may be a
                // little early: `left` decides whether the deadline has come. (Windows reports `TimedOut`, which is
                // returned as it is.)
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                result => return result,
            }
        }
    }
}

impl Read for DeadlineStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.in_time(TcpStream::set_read_timeout, |stream| stream.read(buffer))
    }
}

impl Write for DeadlineStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.in_time(TcpStream::set_write_timeout, |stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// The time until `deadline`; never zero, which sockets take for "no time-out" or refuse.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A connection with enough time, however busy the machine is.
    fn connected(server: &TcpListener) -> DeadlineStream {
        let deadline = Instant::now() + Duration::from_secs(60);
        DeadlineStream::connect(&server.local_addr().unwrap(), deadline).unwrap()
    }

    #[test]
    fn a_silent_server_is_given_up_at_the_deadline_and_not_before() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        // The server does not accept, but the kernel connects.
        let mut stream = connected(&server);
        stream.deadline = Instant::now() + Duration::from_millis(30);
        let error = stream.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(Instant::now() >= stream.deadline);
    }

    #[test]
    fn after_the_deadline_even_what_is_there_is_not_read() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut stream = connected(&server);
        server.accept().unwrap().0.write_all(b"x").unwrap();
        stream.deadline = Instant::now();
        assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::TimedOut);
        assert_eq!(
            DeadlineStream::connect(&server.local_addr().unwrap(), stream.deadline).unwrap_err().kind(),
            ErrorKind::TimedOut
        );
    }
}
