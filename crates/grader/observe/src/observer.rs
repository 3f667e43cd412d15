//! The submission's processes and threads, and what each waits on.

use crate::diag::{Diag, Socket};
use crate::files::{Devices, Waits, descriptors, waits_on_a_file};
use crate::flight::{Link, quiet};
use crate::kept::{Kept, has_ended};
use crate::limit::{self, Limit};
use crate::own::OwnConnections;
use crate::shares::Shares;
use crate::thread::{Call, Thread};
use model::{Endpoint, SocketView, ThreadView};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// Which processes are the submission's.
#[derive(Clone, Debug)]
pub enum Scope {
    /// All of this pid namespace except these, which are the grader's.
    Namespace(Vec<i32>),
    /// All descendants of these, which are the grader's.
    Descendants(Vec<i32>),
    /// This one and all its descendants.
    Tree(i32),
}

/// Looks at the submission through `/proc` and sock_diag.
#[derive(Debug)]
pub struct Observer {
    pub(crate) diag: Diag,
    pub(crate) scope: Scope,
    /// Threads that do housekeeping for the language's runtime, each with the futex it waits on between two rounds, see
    /// [`Observer::mark_runtime`].
    runtime: HashMap<i32, u64>,
    /// Threads that came round and round in a wait without effect.
    pub(crate) tickers: HashSet<i32>,
    /// Whether the submission slept for a whole wait beside timers that might have woken it, and none did anything.
    pub(crate) timers_are_idle: bool,
    pub(crate) devices: Devices,
    /// Whether each socket, by its inode, is a TCP socket.
    pub(crate) tcp: HashMap<u32, bool>,
    pub(crate) own_connections: OwnConnections,
    /// The memory of processes, as it was last added up.
    pub(crate) shares: HashMap<i32, Shares>,
    pub(crate) kept: Kept,
    pub(crate) buffer: Vec<u8>,
}

/// The threads of a submission at one look.
#[derive(Debug, Default)]
pub(crate) struct Sighting {
    pub(crate) threads: Vec<Thread>,
    /// Process and thread of each that was listed but had ended when it was looked at, usually a zombie.
    pub(crate) ended: HashSet<(i32, i32)>,
}

impl Observer {
    /// An observer of the processes in `scope`.
    ///
    /// # Errors
    /// When the kernel offers no sock_diag, or does not count the turns of threads (CONFIG_SCHED_INFO).
    pub fn new(scope: Scope) -> io::Result<Observer> {
        let mut observer = Observer {
            diag: Diag::open()?,
            scope,
            runtime: HashMap::new(),
            tickers: HashSet::new(),
            timers_are_idle: false,
            devices: Devices::new()?,
            tcp: HashMap::new(),
            own_connections: OwnConnections::default(),
            shares: HashMap::new(),
            kept: Kept::default(),
            buffer: vec![0; 1 << 16],
        };
        let own = i32::try_from(std::process::id()).unwrap_or_default();
        match Thread::look(own, own, &mut observer.kept, &mut observer.buffer)? {
            Some(thread) if thread.turns > 0 => Ok(observer),
            _ => Err(io::Error::other(
                "this kernel does not count how often a thread was scheduled (CONFIG_SCHED_INFO)",
            )),
        }
    }

    /// The sockets of this network namespace.
    pub fn diag(&self) -> &Diag {
        &self.diag
    }

    /// Changes which processes are looked at.
    pub fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
    }

    /// Remembers the threads that are in a futex wait with a time-out now: they do housekeeping for the language's runtime, since nobody
    /// has given the program anything to do yet. Later only a wait on the same futex counts as housekeeping: during work, the end of a
    /// virtual machine say, such a thread waits on another. Called when a server is ready and before anybody connects, or when a client
    /// program has connected.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn mark_runtime(&mut self) -> io::Result<()> {
        for thread in self.threads()? {
            if let Some(futex) = futex(&thread)
                && limit::limit(&thread) != Limit::Never
            {
                self.runtime.insert(thread.tid, futex);
            }
        }
        Ok(())
    }

    /// Forgets the marked threads that are in a call on a file now: they do the program's work.
    pub(crate) fn unmark_runtime(&mut self, threads: &[Thread]) {
        for thread in threads {
            if waits_on_a_file(thread) {
                self.runtime.remove(&thread.tid);
            }
        }
    }

    /// Whether the thread waits on a futex that it waited on before the program had anything to do.
    pub(crate) fn is_housekeeping(&self, thread: &Thread) -> bool {
        // A condition variable has two futexes, of which it uses one at a time (`pthread_cond_t` of the GNU C library).
        const CONDITION_VARIABLE: u64 = 48;
        let same = |marked: &u64| futex(thread).is_some_and(|now| now.abs_diff(*marked) < CONDITION_VARIABLE);
        self.runtime.get(&thread.tid).is_some_and(same)
    }

    /// Whether something is, or may be, on its way between two of the submission's own sockets. `links` are those with the grader, and
    /// use `sockets` sockets. On the machine's own network nobody can tell.
    ///
    /// # Errors
    /// When `/proc` or sock_diag cannot be read.
    pub(crate) fn talks_to_itself(&mut self, links: &[Link], sockets: u64) -> io::Result<bool> {
        match self.scope {
            Scope::Namespace(_) => self.own_connections.are_at_work(&self.diag, links, sockets),
            Scope::Descendants(_) | Scope::Tree(_) => Ok(false),
        }
    }

    /// Whether the thread is known to look for nothing that the program could give it: those of a Java virtual machine are, by their
    /// names (`os::set_native_thread_name` in its sources, cut to 15 bytes as in proc(5)). Some come round only every five seconds.
    pub(crate) fn is_of_a_virtual_machine(&self, thread: &Thread) -> bool {
        const NAMES: [&str; 9] = [
            "VM ",
            "G1 ",
            "GC ",
            "C1 Compiler",
            "C2 Compiler",
            "Sweeper thread",
            "Monitor Deflati",
            "Service Thread",
            "Common-Cleaner",
        ];
        let is_java = || {
            let executable = fs::read_link(format!("/proc/{}/exe", thread.pid)).unwrap_or_default();
            executable.file_name().is_some_and(|name| name == "java")
        };
        self.is_housekeeping(thread) && NAMES.iter().any(|name| thread.name.starts_with(name)) && is_java()
    }

    /// The submission's processes, with those that have ended but were not waited for.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn processes(&mut self) -> io::Result<Vec<i32>> {
        match self.scope.clone() {
            Scope::Namespace(ours) => Ok(self
                .kept
                .numbers("/proc".to_owned())?
                .into_iter()
                .filter(|pid| !ours.contains(pid))
                .collect()),
            Scope::Descendants(parents) => self.descendants(parents),
            Scope::Tree(root) => {
                let exists = Path::new(&format!("/proc/{root}")).exists();
                Ok(exists.then_some(root).into_iter().chain(self.descendants(vec![root])?).collect())
            }
        }
    }

    fn descendants(&mut self, mut parents: Vec<i32>) -> io::Result<Vec<i32>> {
        let mut found = Vec::new();
        while let Some(parent) = parents.pop() {
            for task in self.kept.numbers(format!("/proc/{parent}/task"))? {
                let path = format!("/proc/{parent}/task/{task}/children");
                // There may be more of them than the kernel tells in one read.
                let text = match fs::read_to_string(&path) {
                    Err(error) if has_ended(&error) => continue,
                    text => text?,
                };
                let children = text.split_ascii_whitespace().filter_map(|word| word.parse().ok());
                let children: Vec<i32> = children.collect();
                parents.extend(&children);
                found.extend(children);
            }
        }
        Ok(found)
    }

    /// All threads of the submission.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn threads(&mut self) -> io::Result<Vec<Thread>> {
        Ok(self.sight(|_| ())?.threads)
    }

    /// Whether these, all threads of the submission, were blocked when they were looked at and have been since, and no other has begun.
    /// Housekeeping threads may have come round meanwhile.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn have_rested(&mut self, since: &[Thread]) -> io::Result<bool> {
        if !since.iter().all(Thread::is_at_rest) {
            return Ok(false);
        }
        let now = self.threads()?;
        let unmoved = moved_between(self, since, &now).is_some_and(|moved| moved.is_empty());
        Ok(unmoved && now.iter().all(Thread::is_at_rest))
    }

    /// Whether there was an instant just now at which every thread was blocked, even in a call with a time limit, and nothing was under
    /// way on these links. Links that are over at both ends are removed.
    ///
    /// # Errors
    /// When `/proc` or sock_diag cannot be read.
    pub fn rests(&mut self, links: &mut Vec<Link>) -> io::Result<bool> {
        let threads = self.threads()?;
        if !threads.iter().all(Thread::is_at_rest) {
            return Ok(false);
        }
        let is_quiet = quiet(&self.diag, links)?.is_some_and(|quiet| !quiet.is_deferred);
        Ok(is_quiet && self.have_rested(&threads)?)
    }

    /// Lists all threads, and only then looks at each: a thread that ends before it is listed wakes those that wait for it before they
    /// are looked at. Those with the greatest `rank` are looked at last; the sighting sorts by number.
    pub(crate) fn sight<R: Ord>(&mut self, rank: impl Fn(i32) -> R) -> io::Result<Sighting> {
        let mut listed = Vec::new();
        for pid in self.processes()? {
            let tasks = self.kept.numbers(format!("/proc/{pid}/task"))?;
            listed.extend(tasks.into_iter().map(|tid| (pid, tid)));
        }
        listed.sort_by_key(|(_, tid)| rank(*tid));
        let mut sighting = Sighting::default();
        for (pid, tid) in listed {
            match Thread::look(pid, tid, &mut self.kept, &mut self.buffer)? {
                Some(thread) => sighting.threads.push(thread),
                None => _ = sighting.ended.insert((pid, tid)),
            }
        }
        sighting.threads.sort_by_key(|thread| (thread.pid, thread.tid));
        Ok(sighting)
    }

    /// Whether the first thread of a process can be looked at; true if it has ended.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn may_look_at(&mut self, pid: i32) -> io::Result<bool> {
        let thread = Thread::look(pid, pid, &mut self.kept, &mut self.buffer)?;
        Ok(thread.is_none_or(|thread| thread.call != Call::Hidden))
    }

    /// For how long the thread may stay blocked where it is.
    pub fn limit(&self, thread: &Thread) -> Limit {
        limit::limit(thread)
    }

    /// The times for which threads of the submission have asked to sleep, without housekeeping threads.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn sleeps(&mut self) -> io::Result<Vec<Duration>> {
        let threads = self.threads()?;
        let asleep = threads.iter().filter(|thread| !self.is_housekeeping(thread));
        Ok(asleep
            .filter_map(|thread| match limit::limit(thread) {
                Limit::After(limit) => Some(limit),
                Limit::Never | Limit::Unknown => None,
            })
            .collect())
    }

    /// What each thread does, for a reader. `name` is what to call the program; `links` and `listeners` are sockets whose addresses can
    /// be shown.
    ///
    /// # Errors
    /// When `/proc` or sock_diag cannot be read.
    pub fn views(
        &mut self,
        name: &str,
        links: &[Link],
        listeners: &[SocketAddr],
    ) -> io::Result<Vec<ThreadView>> {
        let sockets = self.sockets(links, listeners)?;
        let threads = self.threads()?;
        let processes: HashSet<i32> = threads.iter().map(|thread| thread.pid).collect();
        let waits = self.waits(&threads)?;
        let both = threads.iter().zip(&waits);
        Ok(both.map(|(thread, waits)| self.view(thread, waits, name, processes.len(), &sockets)).collect())
    }

    pub(crate) fn view(
        &self,
        thread: &Thread,
        waits: &Waits,
        name: &str,
        processes: usize,
        sockets: &HashMap<u32, (Endpoint, Socket)>,
    ) -> ThreadView {
        let alone = if let [inode] = *waits.sockets { sockets.get(&inode) } else { None };
        let socket = alone.map(|(endpoint, socket)| {
            // An unread end of file counts as a byte in the kernel's figure.
            let end = u32::from(socket.state.peer_is_done());
            SocketView {
                endpoint: *endpoint,
                receive_queue: socket.receive_queue.saturating_sub(end),
                send_queue: socket.send_queue,
            }
        });
        ThreadView {
            process: if processes > 1 { format!("{name} (process {})", thread.pid) } else { name.to_owned() },
            pid: thread.pid,
            thread: if thread.tid == thread.pid { "main".to_owned() } else { thread.name.clone() },
            call: thread.call_name().to_owned(),
            timeout_ms: match self.limit(thread) {
                Limit::After(limit) => Some(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)),
                Limit::Never | Limit::Unknown => None,
            },
            object: if socket.is_none() { self.object(thread) } else { None },
            socket,
        }
    }

    fn object(&self, thread: &Thread) -> Option<String> {
        let [descriptor] = *descriptors(thread) else { return None };
        let target = fs::read_link(format!("/proc/{}/fd/{descriptor}", thread.tid)).ok()?;
        let target = target.to_str()?;
        Some(match descriptor {
            0 => "standard input".to_owned(),
            1 => "standard output".to_owned(),
            2 => "standard error".to_owned(),
            _ if target.starts_with("socket:") => "another socket".to_owned(),
            _ if target.starts_with("pipe:") => "a pipe".to_owned(),
            _ => target.to_owned(),
        })
    }

    fn sockets(
        &self,
        links: &[Link],
        listeners: &[SocketAddr],
    ) -> io::Result<HashMap<u32, (Endpoint, Socket)>> {
        let mut sockets = HashMap::new();
        for link in links {
            if let Some(socket) = self.diag.connection(link.theirs, link.ours)? {
                sockets
                    .insert(socket.inode, (Endpoint { local: link.theirs, remote: Some(link.ours) }, socket));
            }
        }
        for address in listeners {
            if let Some(socket) = self.diag.listener(*address)? {
                sockets.insert(socket.inode, (Endpoint { local: *address, remote: None }, socket));
            }
        }
        Ok(sockets)
    }
}

/// The threads that did not stay blocked from one look to the other; `None` if others have begun or ended. Housekeeping threads may have
/// come round meanwhile: with many others to look at they would otherwise never be seen at rest.
pub(crate) fn moved_between<'a>(
    observer: &Observer,
    first: &[Thread],
    second: &'a [Thread],
) -> Option<Vec<&'a Thread>> {
    let same = |(a, b): (&Thread, &Thread)| (a.pid, a.tid) == (b.pid, b.tid);
    let moved = |(a, b): &(&Thread, &Thread)| {
        a.turns != b.turns && !(observer.is_housekeeping(a) && observer.is_housekeeping(b))
    };
    let pairs = || first.iter().zip(second);
    (first.len() == second.len() && pairs().all(same))
        .then(|| pairs().filter(moved).map(|(_, b)| b).collect())
}

/// The futex on which a thread waits.
fn futex(thread: &Thread) -> Option<u64> {
    match thread.call {
        Call::Blocked(call, [address, ..]) if call.name() == "futex" => Some(address),
        _ => None,
    }
}
