//! One client from its arrival to the end of its connection.
//!
//! Two threads use its socket. One is blocked in a read and does what the client asks for. The other is
//! blocked in a write, or waits for something to write. Both hold the one socket in an [`Arc`], which takes
//! one file descriptor. The socket is closed when the last of them drops it. The reading thread controls the
//! other: it ends the writing thread, and closes.

use crate::{Afterwards, Command, Guest, LINE_LIMIT, Outbox, Room};
use reference_common::{Line, LineReader, close, log};
use socket2::SockRef;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How long the server waits for the last lines to be written, when a client leaves or the server ends.
const FAREWELL_LIMIT: Duration = Duration::from_secs(1);

/// The stack of a session's thread, in bytes. Its calls are not deep, and a thousand clients need two
/// thousand stacks.
const STACK_SIZE: usize = 128 << 10;

/// Lets a client into the room and starts its threads. It does not wait for the client.
///
/// The client enters here, on the thread that accepts, so that clients enter in the order in which they were
/// accepted.
///
/// # Errors
/// When the kernel cannot provide a thread. The client's connection is closed then, and the others are told
/// that it has left.
pub fn start(room: &Arc<Room>, client: TcpStream, address: SocketAddr) -> io::Result<()> {
    // A line should be sent as soon as it is written. Without this, the kernel would hold it back until the
    // one before has been acknowledged, which can take 40 ms (Nagle's algorithm, RFC 896).
    let _ = client.set_nodelay(true);
    let client = Arc::new(client);
    let outbox = Arc::new(Outbox::new({
        let client = Arc::clone(&client);
        move || hang_up(&client)
    }));
    let (guest, wakes) = room.enter(Arc::clone(&outbox));
    // The new thread does the waking. If many clients come in a row, this thread soon returns to let in the
    // next one, and the others learn of several arrivals with one write.
    let work = move || {
        drop(wakes);
        attend(client, address, &outbox, guest);
    };
    spawn(work).map(drop)
}

/// Ends the connection of a client that does not read, while other threads may be blocked on its socket.
fn hang_up(client: &TcpStream) {
    // The close that follows should reset the connection. An orderly close would come after the megabytes in
    // the kernel's buffers, which stay there as long as the client does not read them, and a client that is
    // blocked in a write would not learn of it.
    let _ = SockRef::from(client).set_linger(Some(Duration::ZERO));
    // Unlike a close, this has an immediate effect: reads return end of file, and writes fail.
    let _ = client.shutdown(Shutdown::Both);
}

fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().stack_size(STACK_SIZE).spawn(work)
}

/// The work of the reading thread.
fn attend(client: Arc<TcpStream>, address: SocketAddr, outbox: &Arc<Outbox>, guest: Guest) {
    let writer = spawn({
        let (client, outbox) = (Arc::clone(&client), Arc::clone(outbox));
        move || write_out(&*client, &outbox)
    });
    let Ok(writer) = writer else {
        return log(format_args!("{address}: closed, there is no thread to write to it"));
    };
    let end = converse(&*client, &guest);
    let kill = matches!(end, Ok(Afterwards::Kill));
    match end {
        Ok(_) if outbox.is_open() || kill => log(format_args!("{address}: left")),
        Ok(_) => log(format_args!("{address}: dropped, it is gone or does not read")),
        Err(error) => log(format_args!("{address}: the connection was lost: {error}")),
    }
    if kill {
        guest.room().close(FAREWELL_LIMIT);
    }
    // From here on there is nothing more to tell this client.
    drop(guest);
    outbox.finish();
    if !outbox.wait_until_empty(FAREWELL_LIMIT) {
        // The client does not read its last lines either: the writer is blocked, and this ends its write.
        outbox.abandon();
    }
    let _ = writer.join();
    close(&client);
    if kill {
        log("stopped by a KILL command");
        // This ends all threads, wherever they are blocked. With the process all connections are closed.
        process::exit(0);
    }
}

/// Obeys the client's commands until it leaves, is lost, or sends a line that is too long.
fn converse(client: impl Read, guest: &Guest) -> io::Result<Afterwards> {
    // One reader for the whole connection: the bytes that a read brings after a line are the beginning of the
    // next.
    let mut lines = LineReader::new(client, LINE_LIMIT);
    loop {
        // Blocks until a line is whole, in however many pieces it comes.
        match lines.read()? {
            Line::Complete(line) => match guest.obey(Command::parse(&line)) {
                Afterwards::Stay => {}
                end => return Ok(end),
            },
            // End of file: the client has closed, or at least will not send anything more. Half a line is not
            // a command.
            Line::Unfinished(_) => return Ok(Afterwards::Leave),
            Line::TooLong(_) => {
                guest.tell(&format!(
                    "ERROR: a line may have at most {LINE_LIMIT} bytes. Closing the connection."
                ));
                return Ok(Afterwards::Leave);
            }
        }
    }
}

/// The work of the writing thread: writes the content of the outbox until it is closed and empty.
fn write_out(mut client: impl Write, outbox: &Outbox) {
    while let Some(lines) = outbox.take() {
        // Blocks while the client reads too slowly. Only this thread waits for it.
        if client.write_all(&lines).is_err() {
            // The client is gone. This informs the reading thread, if it has not noticed yet.
            outbox.abandon();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    /// What a client is told that sends `input` and then ends its side, and how that ends.
    fn told(input: &[u8]) -> (String, Afterwards) {
        let outbox = Arc::new(Outbox::new(|| {}));
        let (guest, _) = Arc::new(Room::default()).enter(Arc::clone(&outbox));
        let end = converse(input, &guest).unwrap();
        drop(guest);
        outbox.finish();
        let mut written = Vec::new();
        write_out(&mut written, &outbox);
        (String::from_utf8(written).unwrap(), end)
    }

    #[test]
    fn glued_commands_are_obeyed_one_by_one_and_half_a_line_is_none() {
        let (told, end) = told(b"HELLO Anna\r\nSAY one\nSAY two");
        assert!(told.ends_with("\nAnna is in the room.\nAnna says: one\n"), "{told}");
        assert_eq!(end, Afterwards::Leave);
    }

    #[test]
    fn after_bye_and_kill_nothing_is_obeyed() {
        let (bye, end) = told(b"BYE\nSAY late\n");
        assert!(bye.ends_with("\nAn anonymous user is about to leave the room.\n"), "{bye}");
        assert_eq!(end, Afterwards::Leave);
        let (kill, end) = told(b"KILL\nSAY late\n");
        assert!(kill.ends_with("\nKILL command received. Bringing server down...\n"), "{kill}");
        assert_eq!(end, Afterwards::Kill);
    }

    #[test]
    fn an_endless_line_ends_the_session_with_one_line_of_why() {
        let (told, end) = told(&vec![b'a'; LINE_LIMIT + 3]);
        assert!(told.lines().last().unwrap().starts_with("ERROR: "), "{told}");
        assert_eq!(end, Afterwards::Leave);
    }

    /// A client that is gone.
    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_client_that_cannot_be_written_to_is_hung_up_on() {
        let (hung_up, was_hung_up) = std::sync::mpsc::channel();
        let outbox = Outbox::new(move || hung_up.send(()).unwrap());
        let _ = outbox.push("one\n");
        write_out(Gone, &outbox);
        was_hung_up.try_recv().unwrap();
        assert!(!outbox.is_open());
    }
}
