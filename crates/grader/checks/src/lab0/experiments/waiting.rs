//! Experiments about processes and threads, and about calls that wait.

use crate::lab0::bench::{Task, accept, connect, connect_into_queue, listen, pair, shell, task, until};
use crate::lab0::question::{one, words};
use model::{Fault, Step};
use rustix::event::{PollFd, PollFlags, epoll, poll};
use rustix::io::Errno;
use session::Session;
use socket2::{Domain, Socket, Type};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::process::Stdio;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc;

pub(in crate::lab0) fn variable_of_a_thread(_: &mut Session) -> Step<Vec<String>> {
    static VARIABLE: AtomicI32 = AtomicI32::new(5);
    task(|| VARIABLE.store(7, Ordering::Relaxed))?.finish()?;
    one(VARIABLE.load(Ordering::Relaxed))
}

pub(in crate::lab0) fn variable_of_a_child(_: &mut Session) -> Step<Vec<String>> {
    // The shell forks for a part in parentheses.
    let mut shell = shell("variable=5; (variable=7); echo $variable", Stdio::null(), Stdio::piped())?;
    one(shell.hear()?)
}

pub(in crate::lab0) fn variable_of_the_parent(_: &mut Session) -> Step<Vec<String>> {
    // The shell forks also for a part in the background, whose standard input it replaces. That part goes on when it is told to.
    let script = "exec 3<&0; variable=5; (read go <&3; echo $variable) & variable=7; echo changed; wait";
    let mut shell = shell(script, Stdio::piped(), Stdio::piped())?;
    if shell.hear()? != "changed" {
        return Err(Fault::new("the shell has not come so far").into());
    }
    shell.tell("go")?;
    one(shell.hear()?)
}

pub(in crate::lab0) fn threads_share(_: &mut Session) -> Step<Vec<String>> {
    static VARIABLE: AtomicI32 = AtomicI32::new(0);
    struct Seen {
        stack: usize,
        process: u32,
        thread: i32,
    }
    let look = || {
        let local = 0_u8;
        Seen {
            stack: std::ptr::from_ref(&local).addr(),
            process: std::process::id(),
            thread: rustix::thread::gettid().as_raw_nonzero().get(),
        }
    };
    let (client, server) = pair()?;
    let own = look();
    // The other thread still runs when this one looks, so no id or address is reused.
    let (tell, told) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let other = task(move || {
        VARIABLE.store(1, Ordering::Relaxed);
        // The descriptor of the connection works here as well.
        let sent = (&client).write_all(b"x");
        let seen = look();
        let _ = tell.send((seen, sent));
        let _ = ended.recv();
    })?;
    let (seen, sent) = told.recv().map_err(|_| Fault::new("a thread broke"))?;
    sent?;
    let descriptors = (&server).read(&mut [0])? == 1;
    let shared = [
        ("call stack", own.stack == seen.stack),
        ("descriptors", descriptors),
        ("global variables", VARIABLE.load(Ordering::Relaxed) == 1),
        ("process id", own.process == seen.process),
        ("thread id", own.thread == seen.thread),
    ];
    drop(end);
    other.finish()?;
    words(shared.into_iter().filter_map(|(name, is_shared)| is_shared.then_some(name)))
}

pub(in crate::lab0) fn descriptor_of_a_child(_: &mut Session) -> Step<Vec<String>> {
    let (client, accepted) = pair()?;
    // The parent's descriptor is closed as soon as the child has its own.
    let child = shell("read line", Stdio::from(OwnedFd::from(accepted)), Stdio::null())?;
    if child.call()? != Some("read") {
        return Err(Fault::new("the child does not read").into());
    }
    client.set_nonblocking(true)?;
    match (&client).read(&mut [0]) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => one("it stays open"),
        Err(error) => Err(error.into()),
        Ok(_) => one("it is closed"),
    }
}

/// What a read does when nothing has come.
pub(in crate::lab0) fn read(is_non_blocking: bool) -> Step<Vec<String>> {
    let (_client, mut server) = pair()?;
    server.set_nonblocking(is_non_blocking)?;
    let reader = task(move || server.read(&mut [0; 10]))?;
    if reader.call()? == Some("read") {
        return one("it waits until bytes come");
    }
    match reader.finish()? {
        Ok(_) => one("it returns at once with 0 bytes"),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            one("it returns at once with an error that means: try again later")
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::lab0) fn calls_that_wait(_: &mut Session) -> Step<Vec<String>> {
    let listener = |is_non_blocking| -> Step<TcpListener> {
        let (listener, _) = listen()?;
        listener.set_nonblocking(is_non_blocking)?;
        Ok(listener)
    };
    let mut clients = Vec::new();
    let mut stream = |is_non_blocking| -> Step<TcpStream> {
        let (client, server) = pair()?;
        clients.push(client);
        server.set_nonblocking(is_non_blocking)?;
        Ok(server)
    };
    let accepting = |listener: TcpListener| task(move || drop(listener.accept()));
    let reading = |stream: TcpStream| task(move || drop((&stream).read(&mut [0])));
    let polled = stream(true)?;
    let tasks = [
        accepting(listener(false)?)?,
        accepting(listener(true)?)?,
        reading(stream(false)?)?,
        reading(stream(true)?)?,
        task(move || {
            let _ = poll(&mut [PollFd::new(&polled, PollFlags::IN)], None);
        })?,
    ];
    let seen = tasks.iter().map(|task| Ok(if task.call()?.is_some() { "waits" } else { "returns at once" }));
    words(seen.collect::<Step<Vec<_>>>()?)
}

/// An event loop with one handler; each thing is written down when it happens.
pub(in crate::lab0) fn order_of_events(_: &mut Session) -> Step<Vec<String>> {
    let (mut client, server) = pair()?;
    let (tell, told) = mpsc::channel();
    let tells = |what: &'static str| {
        let tell = tell.clone();
        // The receiver exists until all has happened.
        move || {
            let _ = tell.send(what);
        }
    };
    let (returned, begins, handler) =
        (tells("the registration returns"), tells("the loop begins to wait"), tells("the handler is called"));
    let interest = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(io::Error::from)?;
    epoll::add(&interest, &server, epoll::EventData::new_u64(0), epoll::EventFlags::IN)
        .map_err(io::Error::from)?;
    returned();
    let event_loop = task(move || {
        begins();
        wait(interest.as_fd())?;
        handler();
        Ok::<_, io::Error>(())
    })?;
    if event_loop.call()? != Some("epoll") {
        return Err(Fault::new("the loop does not wait").into());
    }
    tells("the data arrives")();
    client.write_all(b"data")?;
    event_loop.finish()??;
    drop(server);
    words(told.try_iter())
}

/// Waits until an event has occurred on any socket of an epoll instance.
fn wait(interest: rustix::fd::BorrowedFd<'_>) -> io::Result<()> {
    let mut events = Vec::with_capacity(1);
    epoll::wait(interest, rustix::buffer::spare_capacity(&mut events), None)?;
    Ok(())
}

pub(in crate::lab0) fn non_blocking_connect(_: &mut Session) -> Step<Vec<String>> {
    let (_listener, address) = listen()?;
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    match socket.connect(&address.into()) {
        Ok(()) => one("it waits until the connection is complete"),
        Err(error) if error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error()) => {
            until("the connection", || Ok(socket.peer_addr().is_ok()))?;
            one("it returns at once with an error that means: in progress")
        }
        Err(error) => Err(error.into()),
    }
}

/// The call in which a task waits; it must wait in one.
fn call<T>(task: &Task<T>) -> Step<&'static str> {
    Ok(task.call()?.ok_or_else(|| Fault::new("a server has come to its end"))?)
}

/// One thread that serves one of `clients` silent clients.
pub(in crate::lab0) fn sequential(clients: usize) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let _clients = (0..clients).map(|_| connect_into_queue(address)).collect::<Step<Vec<_>>>()?;
    one(call(&task(move || serve_next(&listener))?)?)
}

/// Accepts a client and reads from it until it closes.
fn serve_next(listener: &TcpListener) -> io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    while stream.read(&mut [0; 100])? > 0 {}
    Ok(())
}

pub(in crate::lab0) fn threads(_: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let _client = connect(address)?;
    let (tell, told) = mpsc::channel();
    let first = task(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            // The caller waits for it.
            let _ = tell.send(task(move || stream.read(&mut [0; 100])));
        }
    })?;
    let second = told.recv().map_err(|_| Fault::new("a thread broke"))??;
    words([call(&first)?, call(&second)?])
}

pub(in crate::lab0) fn processes(_: &mut Session) -> Step<Vec<String>> {
    let (listener, address) = listen()?;
    let _client = connect(address)?;
    let accepted = Stdio::from(OwnedFd::from(accept(&listener)?));
    let child = shell("read line", accepted, Stdio::null())?;
    let parent = task(move || serve_next(&listener))?;
    let of_child = child.call()?.ok_or_else(|| Fault::new("the child has ended"))?;
    words([call(&parent)?, of_child])
}

/// A listening socket with eight silent clients, all of them accepted.
fn attended() -> Step<(TcpListener, Vec<(TcpStream, TcpStream)>)> {
    let (listener, address) = listen()?;
    let both = (0..8).map(|_| Ok((connect(address)?, accept(&listener)?)));
    let both = both.collect::<Step<Vec<_>>>()?;
    Ok((listener, both))
}

pub(in crate::lab0) fn multiplexed(_: &mut Session) -> Step<Vec<String>> {
    let (listener, both) = attended()?;
    let server = task(move || {
        let mut polled = vec![PollFd::new(&listener, PollFlags::IN)];
        polled.extend(both.iter().map(|(_, served)| PollFd::new(served, PollFlags::IN)));
        poll(&mut polled, None)
    })?;
    one(call(&server)?)
}

pub(in crate::lab0) fn asynchronous(_: &mut Session) -> Step<Vec<String>> {
    let (listener, both) = attended()?;
    let interest = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(io::Error::from)?;
    let sockets = both.iter().map(|(_, served)| served.as_fd()).chain([listener.as_fd()]);
    for (number, socket) in sockets.enumerate() {
        let data = epoll::EventData::new_u64(number as u64);
        epoll::add(&interest, socket, data, epoll::EventFlags::IN).map_err(io::Error::from)?;
    }
    one(call(&task(move || wait(interest.as_fd()))?)?)
}
