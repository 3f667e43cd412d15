//! The cheapest peer for the generator: it answers everything that it reads with fixed bytes. The rate that the generator reaches with it
//! is the highest that it could see from any server with one thread.

use crate::load::{ANSWER, LINE};
use crate::unmeasured::Unmeasured;
use cli::{Status, tell};
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::net::{RecvFlags, SendFlags, recv, send};
use sandbox::Template;
use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::ExitCode;

/// The first argument that makes the binary this peer; the port follows.
pub(crate) const ARGUMENT: &str = "__answer";

/// The command that starts this peer.
///
/// # Errors
/// When the path of this binary cannot be found or used in a command.
pub(crate) fn template() -> Result<Template, Unmeasured> {
    let own = std::env::current_exe()?;
    let own = own.to_str().and_then(|path| shlex::try_quote(path).ok());
    let command = own.map(|own| format!("{own} {ARGUMENT} {{port}}")).unwrap_or_default();
    Template::parse(&command, Path::new("/")).map_err(|error| Unmeasured::Fault(error.to_string()))
}

/// The main function of this peer. It runs as long as it can answer.
pub(crate) fn main() -> ExitCode {
    let port = std::env::args().nth(2).and_then(|port| port.parse().ok());
    let Some(port) = port else { return tell("there is no port to answer on", Status::WrongUse).into() };
    let Err(error) = serve(port);
    tell(error, Status::GraderFailed).into()
}

/// Answers for ever.
///
/// # Errors
/// When it cannot listen or wait.
fn serve(port: u16) -> io::Result<Infallible> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let epoll = epoll::create(CreateFlags::CLOEXEC)?;
    let key = |socket: &dyn AsRawFd| EventData::new_u64(u64::from(socket.as_raw_fd().unsigned_abs()));
    epoll::add(&epoll, &listener, key(&listener), EventFlags::IN)?;
    let mut clients: HashMap<u64, TcpStream> = HashMap::new();
    let mut events = Vec::with_capacity(1024);
    loop {
        events.clear();
        epoll::wait(&epoll, spare_capacity(&mut events), None)?;
        for event in &events {
            let number = event.data.u64();
            if let Some(client) = clients.get(&number) {
                if !answer(client) {
                    clients.remove(&number);
                }
            } else if let Ok((client, _)) = listener.accept() {
                client.set_nodelay(true)?;
                epoll::add(&epoll, &client, key(&client), EventFlags::IN)?;
                clients.insert(key(&client).u64(), client);
            }
        }
    }
}

/// Answers as many lines as one read may have brought. Returns whether the connection goes on.
fn answer(client: &TcpStream) -> bool {
    let mut buffer = [0; 4096];
    match recv(client, &mut buffer, RecvFlags::empty()) {
        Ok((0, _)) | Err(_) => false,
        Ok((count, _)) if buffer[..count].ends_with(b"bye\n") => false,
        Ok((count, _)) => (0..count / LINE.len()).all(|_| send(client, ANSWER, SendFlags::NOSIGNAL).is_ok()),
    }
}
