//! Tools of the experiments: connections, threads that block, and child processes.
//!
//! Everything that is waited for here happens by itself. So only a broken grader reaches the last resort.

use model::{Fault, Step};
use observe::{Call, Diag, Observer, Scope, State, Thread, waits_on_a_file};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// After this time the grader gives up and calls itself broken.
pub(super) const LAST_RESORT: Duration = Duration::from_secs(60);

/// A listening socket on a port that the kernel chooses, and its address.
pub(super) fn listen() -> Step<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// A client's connection.
pub(super) fn connect(address: SocketAddr) -> Step<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(LAST_RESORT))?;
    stream.set_write_timeout(Some(LAST_RESORT))?;
    Ok(stream)
}

/// A client's connection that is in the accept queue. The client knows of the connection a moment before the server's side does.
pub(super) fn connect_into_queue(address: SocketAddr) -> Step<TcpStream> {
    let stream = connect(address)?;
    until_queued(address, stream.local_addr()?)?;
    Ok(stream)
}

/// Waits until a client's connection, which nobody accepts, is in the accept queue.
pub(super) fn until_queued(address: SocketAddr, client: SocketAddr) -> Step {
    let diag = Diag::open()?;
    until("the server's side of a connection", || {
        Ok(diag.connection(address, client)?.is_some_and(|socket| socket.state == State::Established))
    })
}

/// The next connection from the accept queue.
pub(super) fn accept(listener: &TcpListener) -> Step<TcpStream> {
    let (stream, _) = listener.accept()?;
    stream.set_read_timeout(Some(LAST_RESORT))?;
    stream.set_write_timeout(Some(LAST_RESORT))?;
    Ok(stream)
}

/// Both ends of a new connection, the client's first.
pub(super) fn pair() -> Step<(TcpStream, TcpStream)> {
    let (listener, address) = listen()?;
    let client = connect(address)?;
    Ok((client, accept(&listener)?))
}

/// Sends a line and returns the line that answers it, both without their ends.
pub(super) fn ask(stream: &TcpStream, line: &str) -> Step<String> {
    let mut stream = stream;
    stream.write_all(format!("{line}\n").as_bytes())?;
    let mut answer = Vec::new();
    // One byte at a time, so that nothing of a later answer is taken.
    while !answer.ends_with(b"\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        answer.extend(byte);
    }
    Ok(String::from_utf8_lossy(&answer).trim_end().to_owned())
}

/// Answers each line of a connection until its peer closes.
pub(super) fn answer_lines(stream: TcpStream, mut answer: impl FnMut(&str) -> String) -> io::Result<()> {
    for line in BufReader::new(&stream).lines() {
        (&stream).write_all(format!("{}\n", answer(&line?)).as_bytes())?;
    }
    Ok(())
}

/// Waits for a state of the kernel that comes by itself.
pub(super) fn until(what: &str, mut is_so: impl FnMut() -> Step<bool>) -> Step {
    let began = Instant::now();
    while !is_so()? {
        if began.elapsed() > LAST_RESORT {
            return Err(Fault::new(format!("{what} has not come about")).into());
        }
        thread::yield_now();
    }
    Ok(())
}

/// Waits until at least `bytes` bytes are unread at the socket with these addresses.
pub(super) fn until_unread(local: SocketAddr, remote: SocketAddr, bytes: u32) -> Step {
    let diag = Diag::open()?;
    until("the arrival of what was sent", || {
        let socket = diag.connection(local, remote)?;
        Ok(socket.is_some_and(|socket| socket.receive_queue >= bytes))
    })
}

/// Work in a thread of its own. If it never ends it is left alone, because the check's process ends anyway.
pub(super) struct Task<T> {
    tid: i32,
    thread: JoinHandle<T>,
}

/// Begins some work.
pub(super) fn task<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Step<Task<T>> {
    let (tell, told) = mpsc::channel();
    let thread = thread::Builder::new().spawn(move || {
        // The caller waits for the number.
        let _ = tell.send(rustix::thread::gettid().as_raw_nonzero().get());
        work()
    })?;
    let tid = told.recv().map_err(|_| Fault::new("a thread did not begin"))?;
    Ok(Task { tid, thread })
}

impl<T> Task<T> {
    /// The call in which it waits, by the name that a lecture uses; `None` once it has ended.
    pub(super) fn call(&self) -> Step<Option<&'static str>> {
        let own = i32::try_from(std::process::id()).unwrap_or_default();
        blocked(Scope::Tree(own), |thread| thread.tid == self.tid, || self.thread.is_finished())
    }

    /// Waits for its end and returns its result.
    pub(super) fn finish(self) -> Step<T> {
        Ok(self.thread.join().map_err(|_| Fault::new("a thread broke"))?)
    }
}

/// The call on a file in which a thread waits, seen twice without running in between.
fn blocked(
    scope: Scope,
    is_it: impl Fn(&Thread) -> bool,
    has_ended: impl Fn() -> bool,
) -> Step<Option<&'static str>> {
    let mut observer = Observer::new(scope)?;
    let mut before = None;
    let mut found = None;
    until("a thread's rest", || {
        if has_ended() {
            found = None;
            return Ok(true);
        }
        let thread = observer.threads()?.into_iter().find(&is_it);
        let waiting = thread.filter(|thread| matches!(thread.call, Call::Blocked(..)));
        let Some(waiting) = waiting.filter(waits_on_a_file) else { return Ok(false) };
        found = Some(name(waiting.call_name()));
        let is_still = before == Some(waiting.turns);
        before = Some(waiting.turns);
        Ok(is_still)
    })?;
    Ok(found)
}

/// The name that a lecture uses for a call.
fn name(call: &'static str) -> &'static str {
    match call {
        "accept4" => "accept",
        "readv" | "recvfrom" | "recvmsg" => "read",
        "writev" | "sendto" | "sendmsg" => "write",
        "select" | "pselect6" | "poll" | "ppoll" => "select or poll",
        "epoll_wait" | "epoll_pwait" | "epoll_pwait2" => "epoll",
        other => other,
    }
}

/// A child process that runs a shell script. It is killed when this is dropped.
pub(super) struct Shell(Child);

/// Starts a shell with these standard streams.
pub(super) fn shell(script: &str, input: Stdio, output: Stdio) -> Step<Shell> {
    let command = Command::new("/bin/sh").args(["-c", script]).stdin(input).stdout(output).spawn();
    Ok(Shell(command.map_err(|error| Fault::at("/bin/sh cannot be started", &error))?))
}

impl Shell {
    /// The call in which it waits.
    pub(super) fn call(&self) -> Step<Option<&'static str>> {
        let pid = i32::try_from(self.0.id()).unwrap_or_default();
        blocked(Scope::Tree(pid), |thread| thread.pid == pid, || false)
    }

    /// Writes a line to its standard input.
    pub(super) fn tell(&mut self, line: &str) -> Step {
        let input = self.0.stdin.as_mut().ok_or_else(|| Fault::new("the shell has no input"))?;
        Ok(input.write_all(format!("{line}\n").as_bytes())?)
    }

    /// The next line of its standard output.
    pub(super) fn hear(&mut self) -> Step<String> {
        let output = self.0.stdout.as_mut().ok_or_else(|| Fault::new("the shell has no output"))?;
        let mut line = Vec::new();
        let mut byte = [0];
        while output.read(&mut byte)? > 0 && byte != *b"\n" {
            line.extend(byte);
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // A process that has ended need not be killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
