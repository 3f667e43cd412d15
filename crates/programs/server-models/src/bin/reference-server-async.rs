//! One process, one thread, non-blocking sockets, and code that reads as if it blocked: a task for each client.

use reference_common::{close, log};
use reference_server_models::{BACKLOG, Conversation, listener, raise_open_file_limit};
use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

/// How many bytes one read asks for. The buffer is kept across an `await`, so each client's task always has one; with
/// 10,000 of them that is 40 MiB.
const READ_SIZE: usize = 4 * 1024;

fn main() -> ExitCode {
    let listener = match listener("reference-server-async", 9907, BACKLOG) {
        Ok(listener) => listener,
        Err(status) => return status,
    };
    raise_open_file_limit();
    let Err(error) = run(listener);
    log(format_args!("cannot start: {error}"));
    ExitCode::FAILURE
}

/// Runs the event loop on this thread.
///
/// When no task can go on, the thread blocks in `epoll_wait`, and nowhere else. The kernel keeps the list of sockets
/// between two waits and returns only those with an event. The loop then goes on with the tasks that wait for them.
fn run(listener: std::net::TcpListener) -> io::Result<Infallible> {
    let event_loop = Builder::new_current_thread().enable_io().enable_time().build()?;
    listener.set_nonblocking(true)?;
    event_loop.block_on(async { serve(&TcpListener::from_std(listener)?).await })
}

/// Accepts clients for ever and starts a task for each one.
async fn serve(listener: &TcpListener) -> io::Result<Infallible> {
    loop {
        // At each `await` this task, with all of its variables, may be suspended until the awaited event has happened. The
        // thread does not wait here: it goes on with another task.
        match listener.accept().await {
            // Starts the task and returns at once. A task costs its variables, and no stack.
            Ok((client, address)) => drop(tokio::spawn(attend(client, address))),
            // The client had left the queue before its turn came.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // Most likely file descriptors have run out, and an immediate retry would fail in the same way. The sleep of
            // the standard library would stop the thread, and all clients with it. This one suspends only the task that
            // accepts.
            Err(error) => {
                log(format_args!("cannot accept: {error}"));
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Talks with one client until it has left, and closes its connection.
async fn attend(mut client: TcpStream, address: SocketAddr) {
    // An answer should be sent as soon as it is written, and not when the one before is acknowledged (RFC 896).
    let _ = client.set_nodelay(true);
    match converse(&mut client).await {
        Ok(()) => log(format_args!("{address}: left")),
        Err(error) => log(format_args!("{address}: the connection was lost: {error}")),
    }
    // The socket leaves the event loop. `close` never waits.
    if let Ok(client) = client.into_std() {
        close(&client);
    }
}

/// The conversation itself: the loop of the blocking servers, with an `await` wherever those block.
async fn converse(client: &mut TcpStream) -> io::Result<()> {
    let mut conversation = Conversation::default();
    let mut buffer = [0; READ_SIZE];
    loop {
        let count = client.read(&mut buffer).await?;
        if count == 0 {
            // End of file: the client has closed, or will say nothing more. Half a line gets no answer.
            return Ok(());
        }
        let reply = conversation.receive(&buffer[..count]);
        // While the client does not read, this task waits here, and so it does not read from the client either.
        client.write_all(&reply.answers).await?;
        if reply.is_last {
            return Ok(());
        }
    }
}
