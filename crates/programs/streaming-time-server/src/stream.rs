//! The conversation with one client, in which only the server speaks.

use crate::Settings;
use crate::clock::Clock;
use crate::schedule::Schedule;
use jiff::Timestamp;
use reference_common::{close, log};
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long one write may be blocked before the server gives up its client.
///
/// A write that returns has not sent anything: it has copied bytes into the kernel, which sends them when the
/// client's side has room. If a client never reads, its side is full after a while, then the kernel here is
/// full too, and the next write blocks, together with the server and all clients in the queue. A client that
/// reads late, but in time, loses nothing.
const WRITE_LIMIT: Duration = Duration::from_secs(2);

/// Serves one client and closes its connection.
///
/// Nothing that a client does makes this fail: it may reset the connection, vanish or stop reading. That is
/// written to the log, and the server goes on with the next client.
pub(crate) fn attend(client: TcpStream, address: SocketAddr, settings: &Settings) {
    log(format_args!("{address}: connected"));
    match prepare(&client).and_then(|()| send_lines(&client, settings)) {
        Ok(()) => log(format_args!("{address}: got all its lines")),
        // This is how Unix reports that a socket's time-out is over. (Windows reports `TimedOut`.)
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            log(format_args!("{address}: given up, it has not read for {} s", WRITE_LIMIT.as_secs()));
        }
        Err(error) => log(format_args!("{address}: the connection was lost: {error}")),
    }
    close(&client);
}

fn prepare(client: &TcpStream) -> io::Result<()> {
    // SO_SNDTIMEO in socket(7): it applies to each write separately, so a client that makes progress has no
    // limit.
    client.set_write_timeout(Some(WRITE_LIMIT))?;
    // A line should be sent as soon as it is written. Without this, the kernel would hold a small one back
    // while the one before has not been acknowledged, in order to fill a segment (Nagle's algorithm, RFC
    // 896).
    client.set_nodelay(true)
}

/// Sends the lines, each when it is due.
///
/// It never reads: what a client sends changes nothing, and waiting for it could take for ever. An end of
/// file would not show that the client is gone either, since a client that has nothing to say may end its
/// side first and go on listening. A failing write shows that it is gone. The first write after a client has
/// left does not fail yet: the client's kernel answers its segment with a reset, and only the next write gets
/// the error.
fn send_lines(mut client: impl Write, settings: &Settings) -> io::Result<()> {
    let mut clock = Clock::new();
    let schedule = Schedule::start(settings.pause_ms);
    for number in 0..settings.iterations {
        schedule.wait_for(number);
        // A `TcpStream` has no buffer of its own, so this is a system call and the line is on its way before
        // the next pause. With a `BufWriter` around it, a `flush` would be needed here.
        client.write_all(clock.line(Timestamp::now()).as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client that records each write, and that takes `room` of them before it is gone.
    struct Client {
        writes: Vec<String>,
        room: usize,
    }

    impl Write for Client {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.writes.len() == self.room {
                return Err(ErrorKind::BrokenPipe.into());
            }
            self.writes.push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn send(iterations: u64, room: usize) -> (Vec<String>, io::Result<()>) {
        let mut client = Client { writes: Vec::new(), room };
        let result = send_lines(&mut client, &Settings { pause_ms: 0, iterations });
        (client.writes, result)
    }

    #[test]
    fn each_line_is_one_write() {
        let (writes, result) = send(4, 100);
        assert_eq!(writes.len(), 4);
        for line in writes {
            let time = line.strip_prefix("{'time' : '").and_then(|rest| rest.strip_suffix("'}\n")).unwrap();
            time.parse::<Timestamp>().unwrap();
        }
        result.unwrap();
    }

    #[test]
    fn no_lines_are_no_writes() {
        assert!(send(0, 0).0.is_empty());
    }

    #[test]
    fn a_client_that_is_gone_gets_no_further_line() {
        let (writes, result) = send(u64::MAX, 2);
        assert_eq!(writes.len(), 2);
        assert_eq!(result.unwrap_err().kind(), ErrorKind::BrokenPipe);
    }
}
