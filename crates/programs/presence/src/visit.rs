//! The client. It has two sources of events, the server and its user, and can be blocked in a read from only
//! one of them at a time. So there are two threads, and each waits for its own source.

use reference_common::{Line, LineReader, log};
use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A presence server never sends a line longer than this, in bytes.
const LIMIT: usize = 1 << 20;

/// Visits the room at `host` and `port` as `name`, until the user has left it. The error is the message for
/// the user.
///
/// The user types on standard input and reads standard output. When this returns, a thread may still be
/// blocked in a read from standard input. Only its user can wake it there, so the caller should end the
/// process.
pub fn visit(host: &str, port: u16, name: &str) -> Result<(), String> {
    let server = Arc::new(connect(host, port)?);
    let lost = |error: io::Error| format!("the connection to {host} port {port} was lost: {error}");
    (&*server).write_all(format!("HELLO {name}\n").as_bytes()).map_err(lost)?;
    let said_bye = Arc::new(AtomicBool::new(false));
    thread::spawn({
        let (server, said_bye) = (Arc::clone(&server), Arc::clone(&said_bye));
        // If it fails, the connection is gone, and the thread below learns that from its read.
        move || send_lines(io::stdin().lock(), &*server, &said_bye)
    });
    // This thread is the one that notices the end of the connection. It must not wait for the other.
    let end = print_lines(&*server, io::stdout().lock());
    match (end, said_bye.load(Ordering::SeqCst)) {
        (Ok(()), true) => Ok(()),
        (Ok(()), false) => Err(format!("the server at {host} port {port} has closed the connection")),
        // The user wanted to go, and the connection is over. It may have ended before the last lines, though.
        (Err(Trouble::Connection(error)), true) => {
            log(format_args!("after BYE the connection was lost: {error}"));
            Ok(())
        }
        (Err(Trouble::Connection(error)), false) => Err(lost(error)),
        (Err(trouble), _) => Err(trouble.to_string()),
    }
}

/// Connects to the first address of `host` that accepts.
fn connect(host: &str, port: u16) -> Result<TcpStream, String> {
    let addresses =
        (host, port).to_socket_addrs().map_err(|error| format!("unknown host {host}: {error}"))?;
    let mut message = format!("cannot connect to {host} port {port}");
    for address in addresses {
        match TcpStream::connect(address) {
            Ok(server) => {
                // A line goes to the room as soon as it is typed, whether or not the one before has been
                // acknowledged.
                let _ = server.set_nodelay(true);
                return Ok(server);
            }
            Err(error) => message.push_str(&format!("; {address}: {error}")),
        }
    }
    Err(message)
}

/// Sends what the user types, line by line, until the user leaves with a BYE or with the end of the input.
/// `said_bye` is set before the server can know.
fn send_lines(mut user: impl BufRead, mut server: impl Write, said_bye: &AtomicBool) -> io::Result<()> {
    loop {
        let mut line = Vec::new();
        // Blocks until the user has ended a line, or the input. Input that cannot be read has ended too.
        let count = user.read_until(b'\n', &mut line).unwrap_or(0);
        if count == 0 {
            line = b"BYE".to_vec();
        }
        // The last line of a file may lack its end.
        if line.last() != Some(&b'\n') {
            line.push(b'\n');
        }
        let bye = is_bye(&line);
        if bye {
            said_bye.store(true, Ordering::SeqCst);
        }
        server.write_all(&line)?;
        if bye {
            return Ok(());
        }
    }
}

/// Whether the server will take this line for a BYE.
fn is_bye(line: &[u8]) -> bool {
    let word = line.split(u8::is_ascii_whitespace).find(|word| !word.is_empty());
    word.is_some_and(|word| word.eq_ignore_ascii_case(b"BYE"))
}

/// Why printing has ended before the connection did.
enum Trouble {
    Connection(io::Error),
    Screen(io::Error),
    Endless,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Connection(error) => write!(f, "the connection was lost: {error}"),
            Trouble::Screen(error) => write!(f, "cannot print: {error}"),
            Trouble::Endless => write!(f, "the server sent a line of more than {LIMIT} bytes"),
        }
    }
}

/// Prints each line of the server as soon as it is there, until the server closes.
fn print_lines(server: impl Read, mut screen: impl Write) -> Result<(), Trouble> {
    let mut lines = LineReader::new(server, LIMIT);
    loop {
        let (mut line, last) = match lines.read().map_err(Trouble::Connection)? {
            Line::Complete(line) => (line, false),
            Line::Unfinished(line) if line.is_empty() => return Ok(()),
            // The server went away in the middle of a line. The part that came is shown.
            Line::Unfinished(line) => (line, true),
            Line::TooLong(_) => return Err(Trouble::Endless),
        };
        line.push(b'\n');
        // The user waits for this line, not for a full buffer. On a terminal each line is flushed anyway;
        // into a pipe, other languages gather some kilobytes first.
        screen.write_all(&line).and_then(|()| screen.flush()).map_err(Trouble::Screen)?;
        if last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the server gets when the user types `input`, and whether the client knows that its user has left.
    fn sent(input: &str) -> (String, bool) {
        let mut server = Vec::new();
        let said_bye = AtomicBool::new(false);
        send_lines(input.as_bytes(), &mut server, &said_bye).unwrap();
        (String::from_utf8(server).unwrap(), said_bye.into_inner())
    }

    #[test]
    fn the_end_of_the_input_says_bye() {
        assert_eq!(sent("SAY hi\n"), ("SAY hi\nBYE\n".to_owned(), true));
        assert_eq!(sent("SAY hi"), ("SAY hi\nBYE\n".to_owned(), true));
        assert_eq!(sent(""), ("BYE\n".to_owned(), true));
    }

    #[test]
    fn nothing_is_read_after_a_bye_in_any_case() {
        for bye in ["BYE\n", "bye\n", "Bye\r\n", "bye"] {
            let (sent, said_bye) =
                sent(&format!("SAY 1\n{bye}{}", if bye == "bye" { "" } else { "SAY 2\n" }));
            assert_eq!(sent.trim_end(), format!("SAY 1\n{bye}").trim_end());
            assert!(said_bye);
        }
    }

    #[test]
    fn a_word_that_begins_like_bye_is_none() {
        assert_eq!(sent("BYEBYE\n").0, "BYEBYE\nBYE\n");
        assert_eq!(sent("SAY BYE\n").0, "SAY BYE\nBYE\n");
    }

    /// A screen that shows only what was flushed.
    #[derive(Default)]
    struct Screen {
        unseen: String,
        seen: Vec<String>,
    }

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.unseen.push_str(str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.seen.push(std::mem::take(&mut self.unseen));
            Ok(())
        }
    }

    #[test]
    fn each_line_is_seen_by_itself_and_half_a_line_too() {
        let mut screen = Screen::default();
        assert!(print_lines(&b"one\r\n\nthree\nfo"[..], &mut screen).is_ok());
        assert_eq!(screen.seen, ["one\n", "\n", "three\n", "fo\n"]);
    }

    #[test]
    fn a_line_without_end_is_not_gathered_for_ever() {
        assert!(matches!(print_lines(io::repeat(b'a'), Vec::new()), Err(Trouble::Endless)));
    }
}
