//! A program under test, as the checks use it.

use crate::trace::has_stack_trace;
use crate::world::{self, Running, World};
use model::{Action, Failure, Fault, Kind, Picture, Step, Stop, ThreadView};
use observe::{SLEEP_BUDGET, Socket, Thread, Waits};
use rustix::io::Errno;
use sandbox::{Command, Ended, Submission};
use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;
use wire::{Attempt, Patience, Peer, Stillness};

/// How long a program may sleep before it ends: it may try again a few times, with pauses, before it says that something failed.
const LAST_SLEEP: Duration = Duration::from_secs(30);
/// A sleep this long shows that a program waits.
const NAP: Duration = Duration::from_millis(50);

/// A program under test. Dropping it ends all its processes.
pub struct Program {
    world: Rc<World>,
    id: usize,
    name: String,
    address: Option<SocketAddr>,
    clients: usize,
}

/// A thread inside a call on TCP sockets, whatever the call is and whatever else it waits on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Its process.
    pub pid: i32,
    /// Its own id.
    pub tid: i32,
    /// The name of the call.
    pub call: &'static str,
    /// The inodes of the TCP sockets that the call waits on, one at least.
    pub sockets: Vec<u32>,
    /// Whether it waits on them through an epoll set.
    pub through_epoll: bool,
}

/// What a program is made of at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    /// Its processes, without those that have ended.
    pub processes: usize,
    /// Processes that have ended and were not waited for.
    pub zombies: usize,
    /// All threads of all processes.
    pub threads: usize,
    /// The ids of those processes and threads.
    pub ids: HashSet<i32>,
    /// The threads that are inside a call on TCP sockets.
    pub workers: Vec<Worker>,
}

impl Program {
    pub(crate) fn start(world: &Rc<World>, name: &str, command: &Command) -> Step<Program> {
        let words = [vec![name.to_owned()], command.arguments.clone()].concat();
        world.transcript.record(name, Action::Start, words.join(" ").as_bytes());
        // The kernel would only say that something is missing, and `env` would end like a program that has failed.
        if let Some(obstacle) = sandbox::obstacle(&command.program, &command.directory) {
            let summary = format!("{name} could not be started: {obstacle}");
            return Err(Failure::new(Kind::NotStarted, summary)
                .expected("a first line that names an interpreter")
                .got(obstacle.interpreter)
                .into());
        }
        let submission = Submission::start(world.room, command, world.guard.group())
            .map_err(|error| Fault::at("starting the submission", &error))?;
        let id = world.add(name, submission, command);
        Ok(Program { world: world.clone(), id, name: name.to_owned(), address: None, clients: 0 })
    }

    /// Waits until the kernel shows the listening socket. Nothing connects to it: a sequential server would serve the probe as its first
    /// client.
    pub(crate) fn wait_until_ready(mut self, port: u16) -> Step<Program> {
        let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let candidates = [usual, SocketAddr::from((Ipv6Addr::LOCALHOST, port))];
        let mut found = None;
        let still = self.world.until_within(None, &[], &mut || {
            found = None;
            let observer = self.world.observer.borrow();
            for address in candidates {
                if found.is_none() && observer.diag().listener(address)?.is_some() {
                    found = Some(address);
                }
            }
            // There may be a socket for each family of addresses, that of IPv6 first: clients come over IPv4 if they can.
            Ok(Attempt::done_if(found == Some(usual)))
        })?;
        let Some(address) = found else {
            return Err(self.not_listening(port, still));
        };
        self.address = Some(address);
        self.with(|running| {
            running.listens.push(address);
            running.has_started = true;
        })?;
        self.world.transcript.record(&self.name, Action::Listen, address.to_string().as_bytes());
        self.world.observer.borrow_mut().mark_runtime()?;
        Ok(self)
    }

    fn not_listening(&self, port: u16, still: Option<Stillness>) -> Stop {
        let missing = format!("nobody listens on port {port}");
        let mut failure = match still {
            Some(still) => still.failure(&missing),
            None => Failure::new(Kind::NotListening, missing),
        };
        if failure.kind.is_still() || failure.kind == Kind::Busy {
            failure.kind = Kind::NotListening;
        }
        failure.expected(format!("a socket that listens on port {port}")).got("none").into()
    }

    /// The address on which it listens.
    ///
    /// # Errors
    /// A fault for a program that is no server.
    pub fn address(&self) -> Step<SocketAddr> {
        Ok(self.address.ok_or_else(|| Fault::new(format!("{} is not known to listen", self.name)))?)
    }

    /// Expects that clients reach it over IPv4, as most do. A socket on `::` takes these as well, unless it is told not to.
    ///
    /// # Errors
    /// A failure when it listens on IPv6 alone.
    pub fn expect_over_ipv4(&self) -> Step {
        let address = self.address()?;
        if address.is_ipv4() {
            return Ok(());
        }
        let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, address.port()));
        let summary = format!("{} listens on IPv6 alone: {usual} is refused", self.name);
        Err(Failure::new(Kind::NotListening, summary)
            .expected(format!("a socket that takes connections to {usual}"))
            .got(format!("one that takes those to {address} only"))
            .into())
    }

    /// Its name in the lab.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Connects a new client to it.
    ///
    /// # Errors
    /// A failure when it refuses.
    pub fn connect(&mut self) -> Step<Peer> {
        self.clients += 1;
        let name = format!("client {}", self.clients);
        Peer::connect(name, self.address()?, self.world.clone(), self.world.transcript.clone())
    }

    /// Goes on with a client's endless line until the program cuts it off, then closes the client.
    ///
    /// # Errors
    /// A failure when it takes `limit` bytes and waits for more.
    pub fn expect_cut_off(&self, client: Peer, limit: usize) -> Step {
        self.expect_cut_off_within(client, limit, Duration::MAX)
    }

    /// As [`Program::expect_cut_off`], but the program may use only `work` of processor time.
    ///
    /// # Errors
    /// A failure when it takes `limit` bytes and waits for more, or has worked for that long.
    pub fn expect_cut_off_within(&self, mut client: Peer, limit: usize, work: Duration) -> Step {
        const MEBIBYTE: usize = 1 << 20;
        const PIECE: usize = MEBIBYTE / 8;
        let piece = vec![b'a'; PIECE];
        let (mut sent, before) = (0, self.processor_time()?);
        while sent < limit && !client.has_ended()? && client.offer(&piece)? {
            sent += piece.len();
            if self.processor_time()?.saturating_sub(before) > work {
                let seconds = work.as_secs();
                let summary =
                    format!("{} has worked on one line for {seconds} s and not cut it off", self.name);
                return Err(Failure::new(Kind::Resource, summary)
                    .expected(format!("the connection is closed, in less than {seconds} s of processor time"))
                    .got(format!("an open connection, after {} KiB", sent >> 10))
                    .into());
            }
        }
        // A server may close its sending side and go on discarding what comes: then its error is sure to arrive. It may not have read yet
        // what was sent last.
        if sent >= limit && client.read_until_still(MEBIBYTE)?.1.is_none() {
            let summary = format!(
                "{} took {} MiB of one line and still waits for its end",
                self.name,
                limit / MEBIBYTE
            );
            return Err(Failure::new(Kind::Resource, summary)
                .expected("the connection is closed at a documented limit below that")
                .got("an open connection")
                .kernel(self.views(&[client])?)
                .into());
        }
        client.read_to_end(MEBIBYTE)?;
        client.close();
        Ok(())
    }

    /// Connects a group of clients: as many as the accept queue has room for, `most` at most. Waits for room first, and tries one if
    /// there never is any.
    ///
    /// # Errors
    /// A failure when it refuses, or leaves no room in its accept queue.
    pub fn connect_group(&mut self, most: usize) -> Step<Vec<Peer>> {
        let mut room = 0;
        self.wait_until(&mut |program| {
            let queue = program.listening_socket()?;
            room = queue.send_queue.saturating_sub(queue.receive_queue) as usize;
            Ok(room > 0 || queue.receive_queue == 0)
        })?;
        (0..room.clamp(1, most)).map(|_| self.connect()).collect()
    }

    /// Whether it can be reached at an address.
    ///
    /// # Errors
    /// A fault when sock_diag cannot be read.
    pub fn listens_at(&self, address: SocketAddr) -> Step<bool> {
        Ok(self.world.observer.borrow().diag().listener(address)?.is_some())
    }

    /// Its listening socket as the kernel shows it.
    ///
    /// # Errors
    /// A failure when it listens no more.
    pub fn listening_socket(&self) -> Step<Socket> {
        let socket = self.world.observer.borrow().diag().listener(self.address()?)?;
        let summary = || Failure::new(Kind::NotListening, format!("{} no longer listens", self.name));
        Ok(socket.ok_or_else(summary)?)
    }

    /// The inodes of all its listening sockets on the port: there may be one for each family of addresses.
    ///
    /// # Errors
    /// A failure when it listens no more.
    pub fn listeners(&self) -> Step<Vec<u32>> {
        let mut found = vec![self.listening_socket()?.inode];
        let observer = self.world.observer.borrow();
        for host in [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()] {
            let socket = observer.diag().listener(SocketAddr::new(host, self.address()?.port()))?;
            found.extend(socket.map(|socket| socket.inode).filter(|inode| !found.contains(inode)));
        }
        Ok(found)
    }

    /// The program's socket at the other end of a peer.
    ///
    /// # Errors
    /// A fault when sock_diag cannot be read.
    pub fn socket_of(&self, peer: &Peer) -> Step<Option<Socket>> {
        self.socket_between(peer.theirs(), peer.ours())
    }

    /// The inode of its socket at the other end of a peer, once that is accepted.
    ///
    /// # Errors
    /// A fault when sock_diag cannot be read.
    pub fn accepted_socket(&self, peer: &Peer) -> Step<Option<u32>> {
        Ok(self.socket_of(peer)?.map(|socket| socket.inode).filter(|inode| *inode != 0))
    }

    /// The same for each of these peers, without those not accepted.
    ///
    /// # Errors
    /// A fault when sock_diag cannot be read.
    pub fn accepted_sockets(&self, peers: &[Peer]) -> Step<Vec<u32>> {
        peers.iter().filter_map(|peer| self.accepted_socket(peer).transpose()).collect()
    }

    /// How many of these sockets, by inode, its processes still hold, also those that are closed on both sides and still cost a
    /// descriptor. Ask only when it rests: looking at a descriptor while the program closes it keeps it open for a moment.
    ///
    /// # Errors
    /// A fault when `/proc` cannot be read.
    pub fn holds(&self, sockets: &[u32]) -> Step<usize> {
        let all = self.world.observer.borrow_mut().sockets_held()?;
        Ok(sockets.iter().filter(|socket| all.contains(socket)).count())
    }

    /// Waits until it rests and holds at most `most` of these sockets, or nothing will change any more; then tells why.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn wait_until_released(&self, sockets: &[u32], most: usize) -> Step<Option<Stillness>> {
        let observer = &self.world.observer;
        self.wait_until(&mut |program| {
            let rests = observer.borrow_mut().threads()?.iter().all(Thread::is_at_rest);
            Ok(rests && program.holds(sockets)? <= most)
        })
    }

    /// The program's socket of that connection.
    ///
    /// # Errors
    /// A fault when sock_diag cannot be read.
    pub fn socket_between(&self, theirs: SocketAddr, ours: SocketAddr) -> Step<Option<Socket>> {
        Ok(self.world.observer.borrow().diag().connection(theirs, ours)?)
    }

    /// In how many segments came the data that a peer has received so far.
    ///
    /// # Errors
    /// A fault when sock_diag cannot be read.
    pub fn segments_to(&self, peer: &Peer) -> Step<Option<u32>> {
        let socket = self.world.observer.borrow().diag().connection(peer.ours(), peer.theirs())?;
        Ok(socket.and_then(|socket| socket.progress).map(|progress| progress.segments))
    }

    /// Waits until `condition` holds of this program, or nothing will change any more; then tells why.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn wait_until(&self, condition: &mut dyn FnMut(&Program) -> Step<bool>) -> Step<Option<Stillness>> {
        let mut stop = None;
        let still = self.world.until(&[], &mut || match condition(self) {
            Ok(holds) => Ok(Attempt::done_if(holds)),
            Err(reason) => {
                stop = Some(reason);
                Ok(Attempt::Done)
            }
        })?;
        stop.map_or(Ok(still), Err)
    }

    /// As [`Program::wait_until`], but `condition` counts only if it holds while all threads are blocked: what a program merely passes
    /// through does not. The caller must look at what holds in the end.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn wait_until_rests(
        &self,
        condition: &mut dyn FnMut(&Program) -> Step<bool>,
    ) -> Step<Option<Stillness>> {
        let observer = &self.world.observer;
        self.wait_until(&mut |program| {
            let threads = observer.borrow_mut().threads()?;
            Ok(condition(program)? && observer.borrow_mut().have_rested(&threads)?)
        })
    }

    /// Waits until it rests: at some instant every thread was blocked, even in a call with a time limit, and nothing was under way. Tells
    /// why if that will never be.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn wait_until_rested(&self) -> Step<Option<Stillness>> {
        self.world.rested()
    }

    /// Waits until nothing more will happen by itself, and tells why.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn wait_until_still(&self) -> Step<Option<Stillness>> {
        self.wait_until(&mut |_| Ok(false))
    }

    /// The most files that any of its processes has open.
    ///
    /// # Errors
    /// A fault when `/proc` cannot be read.
    pub fn open_files(&self) -> Step<u64> {
        Ok(self.world.observer.borrow_mut().open_files()?)
    }

    /// Expects that it waits: with `clients` clients connected it has no file descriptor left for another. A moment's sleep is enough: a
    /// program that looks again and again, with pauses, does not spin.
    ///
    /// # Errors
    /// A failure when it has ended or uses up its processor time, and a fault of the grader.
    pub fn expect_waits_for_files(&self, clients: usize) -> Step {
        match self.world.until_within(Some(NAP), &[], &mut || Ok(Attempt::Idle))? {
            Some(still) if !still.kind.is_still() => {
                let missing = format!("with {clients} clients connected no file descriptor is left");
                Err(still.failure(&missing).expected("a server that waits until some are free").into())
            }
            _ => Ok(()),
        }
    }

    /// What it is made of now.
    ///
    /// # Errors
    /// A fault when `/proc` cannot be read.
    pub fn census(&self) -> Step<Census> {
        let mut observer = self.world.observer.borrow_mut();
        let all = observer.processes()?;
        let threads = observer.threads()?;
        // A process that has ended has no thread left to look at.
        let alive: HashSet<i32> = threads.iter().map(|thread| thread.pid).collect();
        let mut workers = Vec::new();
        for (thread, Waits { sockets, through_epoll }) in threads.iter().zip(observer.waits(&threads)?) {
            let Thread { pid, tid, .. } = *thread;
            if !sockets.is_empty() {
                workers.push(Worker { pid, tid, call: thread.call_name(), sockets, through_epoll });
            }
        }
        let ids = threads.iter().flat_map(|thread| [thread.pid, thread.tid]).collect();
        Ok(Census {
            processes: alive.len(),
            zombies: all.iter().filter(|pid| !alive.contains(pid)).count(),
            threads: threads.len(),
            ids,
            workers,
        })
    }

    /// What each of its threads does, for a reader.
    ///
    /// # Errors
    /// A fault when `/proc` cannot be read.
    pub fn views(&self, peers: &[Peer]) -> Step<Vec<ThreadView>> {
        let links: Vec<observe::Link> =
            peers.iter().map(|peer| observe::Link { theirs: peer.theirs(), ours: peer.ours() }).collect();
        let listens: Vec<SocketAddr> = self.address.into_iter().collect();
        Ok(self.world.observer.borrow_mut().views(&self.name, &links, &listens)?)
    }

    /// A picture of it now.
    ///
    /// # Errors
    /// A fault when `/proc` or sock_diag cannot be read.
    pub fn picture(&self) -> Step<Picture> {
        // Its streams must not fill up meanwhile.
        self.world.drain()?;
        Ok(self.world.observer.borrow_mut().picture()?)
    }

    /// The most memory that its processes have had resident so far, in bytes.
    ///
    /// # Errors
    /// A fault when `/proc` cannot be read.
    pub fn peak_memory(&self) -> Step<u64> {
        Ok(self.world.observer.borrow_mut().peak_memory()?)
    }

    /// The most memory that its processes have asked for so far, in bytes, used or not: a large buffer costs no memory until something is
    /// written to it.
    ///
    /// # Errors
    /// A fault when `/proc` cannot be read.
    pub fn peak_mapped(&self) -> Step<u64> {
        Ok(self.world.observer.borrow_mut().peak_mapped()?)
    }

    /// The processor time that its processes have used so far.
    ///
    /// # Errors
    /// A fault when `/proc` cannot be read.
    pub fn processor_time(&self) -> Step<Duration> {
        Ok(self.world.observer.borrow_mut().usage()?.processor)
    }

    /// Writes to its standard input.
    ///
    /// # Errors
    /// A failure when it has closed that, or will not read it.
    pub fn input(&self, bytes: &[u8]) -> Step {
        self.world.transcript.record(&self.name, Action::Input, bytes);
        let written = self.with(|running| match &running.submission.input {
            Some(input) => rustix::io::write(input, bytes),
            None => Err(Errno::PIPE),
        })?;
        match written {
            Ok(length) if length == bytes.len() => Ok(()),
            // There is room for far more than any check writes, unless the program has made it smaller (F_SETPIPE_SZ in fcntl(2)).
            Ok(_) | Err(Errno::AGAIN) => {
                let summary = format!("{} does not read its standard input, which is full", self.name);
                Err(Failure::new(Kind::NotReading, summary)
                    .expected("a program that reads it")
                    .got("a full pipe")
                    .into())
            }
            Err(Errno::PIPE) => {
                let summary = format!("{} has closed its standard input", self.name);
                Err(Failure::new(Kind::Output, summary)
                    .expected("a program that reads it")
                    .got("closed")
                    .into())
            }
            Err(error) => Err(io::Error::from(error).into()),
        }
    }

    /// Closes its standard input: there it reads end of file.
    ///
    /// # Errors
    /// A fault when the program is gone.
    pub fn close_input(&self) -> Step {
        self.world.transcript.record(&self.name, Action::InputEnd, b"");
        self.with(|running| drop(running.submission.input.take()))
    }

    /// How long its threads have asked to sleep where they are now, without a runtime's housekeeping.
    ///
    /// # Errors
    /// A fault when `/proc` cannot be read.
    pub fn sleeps(&self) -> Step<Vec<Duration>> {
        Ok(self.world.observer.borrow_mut().sleeps()?)
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// A failure when it will not end by itself.
    pub fn expect_exit(&self) -> Step<Ended> {
        let (ended, still) = self.wait_for_end(LAST_SLEEP)?;
        match (ended, still) {
            (Some(Ended::NotStarted(error)), _) => {
                Err(self.with(|running| world::not_started(running, error))?)
            }
            (Some(Ended::Exited(101)), _) if self.error_text()?.contains("not yet implemented") => {
                let words = format!("{} stops at a todo!(): it is not written yet", self.name);
                Err(Failure::new(Kind::NotWritten, words).into())
            }
            (Some(ended), _) => Ok(ended),
            (None, Some(still)) => {
                let mut failure = still.failure(&format!("{} does not end", self.name));
                if failure.kind == Kind::Silence {
                    failure.kind = Kind::StillRunning;
                }
                Err(failure.expected("the program ends").got("it goes on").into())
            }
            (None, None) => Err(Fault::new("waiting for the program ended without a reason").into()),
        }
    }

    /// Waits until it has ended, or will do nothing more by itself.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn wait_for_end_or_stillness(&self) -> Step {
        self.wait_for_end(SLEEP_BUDGET).map(drop)
    }

    /// Waits for its end; it may sleep for `sleep` unless something else was said.
    fn wait_for_end(&self, sleep: Duration) -> Step<(Option<Ended>, Option<Stillness>)> {
        let mut ended = None;
        // A virtual machine that is asked to end first waits, in many short sleeps, for threads that are blocked.
        let sleep_budget = self.world.sleep_budget.get().or(Some(sleep));
        let still = self.world.until_within(sleep_budget, &[], &mut || {
            let running = self.world.running.borrow();
            let program = running.iter().find(|program| program.id == self.id);
            // Both streams are closed when every process that could still write has ended. A daemon has closed them long before.
            let is_over = |program: &&Running| {
                let is_gone = program.gone.is_some() || self.address.is_none();
                program.output.closed && program.error.closed && is_gone
            };
            ended = program.filter(is_over).and_then(|program| program.ended);
            Ok(Attempt::done_if(ended.is_some()))
        })?;
        // The first process has ended, but others are left, which keep a stream open say. A server with sockets goes on.
        let goes_on =
            || Step::Ok(self.address.is_some() && self.world.observer.borrow_mut().hold_tcp_sockets()?);
        if ended.is_none() && !goes_on()? {
            ended = self.with(|running| running.ended)?;
        }
        Ok((ended, still))
    }

    /// Waits for its end with status 0.
    ///
    /// # Errors
    /// A failure when it will not end, or ends otherwise.
    pub fn expect_success(&self) -> Step {
        let ended = self.expect_exit()?;
        if ended == Ended::Exited(0) { Ok(()) } else { Err(self.wrong_end(ended, "exit status 0").into()) }
    }

    /// Waits for its end with a status other than 0 and a message on the console: a crash or a stack trace is none. Returns the message.
    ///
    /// # Errors
    /// A failure when it will not end, or ends otherwise.
    pub fn expect_told_error(&self) -> Step<String> {
        let ended = self.expect_exit()?;
        let console = self.console()?;
        let text = String::from_utf8_lossy(&console).into_owned();
        match ended {
            Ended::Exited(0) => Err(self.wrong_end(ended, "an exit status other than 0").into()),
            Ended::Exited(_) if self.has_crashed()? => {
                let summary = format!("{} crashed instead of telling the error", self.name);
                Err(Failure::new(Kind::Crashed, summary).expected("a message in words").got(&*console).into())
            }
            Ended::Exited(_) if text.trim().is_empty() => {
                let summary = format!("{} fails without a word", self.name);
                Err(crate::wrong_output(summary, "a message in words", &console).into())
            }
            Ended::Exited(_) => Ok(text),
            ended => Err(self.wrong_end(ended, "an exit status other than 0").into()),
        }
    }

    fn wrong_end(&self, ended: Ended, expected: &str) -> Failure {
        let crashed = matches!(ended, Ended::Signalled(_));
        let kind = if crashed { Kind::Crashed } else { Kind::ExitStatus };
        Failure::new(kind, format!("{} {ended}", self.name)).expected(expected).got(ended.to_string())
    }

    /// What it has printed on standard output so far.
    ///
    /// # Errors
    /// A fault when the stream cannot be read.
    pub fn output(&self) -> Step<Vec<u8>> {
        self.world.drain()?;
        self.with(|running| running.output.kept.clone())
    }

    /// What it has printed on both streams so far, standard output first.
    ///
    /// # Errors
    /// A fault when a stream cannot be read.
    pub fn console(&self) -> Step<Vec<u8>> {
        self.world.drain()?;
        self.with(|running| [running.output.kept.as_slice(), &running.error.kept].concat())
    }

    /// Hands what it prints on standard output to `sink` instead of keeping it.
    ///
    /// # Errors
    /// A fault when the program is gone.
    pub fn divert_output(&self, sink: impl FnMut(&[u8]) + 'static) -> Step {
        self.with(|running| running.output.sink = Some(Box::new(sink)))
    }

    /// Whether it printed an error that it did not handle.
    fn has_crashed(&self) -> Step<bool> {
        let is_trace = |kept: &[u8]| has_stack_trace(&String::from_utf8_lossy(kept));
        self.with(|running| is_trace(&running.output.kept) || is_trace(&running.error.kept))
    }

    fn error_text(&self) -> Step<String> {
        self.with(|running| String::from_utf8_lossy(&running.error.kept).into_owned())
    }

    fn with<T>(&self, action: impl FnOnce(&mut Running) -> T) -> Step<T> {
        let mut running = self.world.running.borrow_mut();
        let program = running.iter_mut().find(|program| program.id == self.id);
        Ok(action(program.ok_or_else(|| Fault::new("the program is not running"))?))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.world.remove(self.id);
    }
}
