//! The server under load: started in the room on its own processors, and examined while it has no work.

use crate::placement::Placement;
use crate::unmeasured::Unmeasured;
use observe::{Observer, Scope, Socket};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use sandbox::{Limits, Room, Submission, Template};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// The room has its own network, so no port is taken.
const PORT: u16 = 2000;
/// How long a program may take until it listens. A virtual machine starts slowly.
const START: Duration = Duration::from_secs(20);

/// What a program may use of what the kernel itself limits: a process or a thread for each of ten thousand clients. Its memory and its
/// processor time are measured, and no limit on them applies.
pub(crate) const LIMITS: Limits = Limits { tasks: 12_288, ..Limits::USUAL };

/// A server that listens.
pub(crate) struct Server {
    submission: Submission,
    observer: Observer,
}

/// The server's processes, threads and memory at one moment.
pub(crate) struct Look {
    pub(crate) processes: usize,
    pub(crate) threads: usize,
    /// In bytes, see [`Observer::memory`].
    pub(crate) memory: u64,
}

impl Server {
    /// Starts the server on its processors, moves this thread to the generator's, and waits until the server listens.
    ///
    /// # Errors
    /// When it ends, or does not listen in time.
    pub(crate) fn start(
        room: Room,
        template: &Template,
        placement: &Placement,
    ) -> Result<Server, Unmeasured> {
        let mut command = template.fill(&[("port", PORT.to_string())], LIMITS);
        command.quiet = true;
        placement.enter_server()?;
        let submission = Submission::start(room, &command, None)?;
        placement.enter_generator()?;
        let observer = Observer::new(Scope::Namespace(vec![1, submission.init()]))?;
        let mut server = Server { submission, observer };
        server.wait_until(START, |socket| socket.is_some(), "it does not listen on its port")?;
        Ok(server)
    }

    /// The address at which it listens.
    pub(crate) fn address() -> SocketAddr {
        (Ipv4Addr::LOCALHOST, PORT).into()
    }

    /// The most clients that the kernel lets wait to be accepted.
    ///
    /// # Errors
    /// When it no longer listens.
    pub(crate) fn backlog(&self) -> Result<usize, Unmeasured> {
        match self.observer.diag().listener(Server::address())? {
            Some(socket) => Ok(socket.send_queue as usize),
            None => Unmeasured::row("it listens no more"),
        }
    }

    /// Waits until no client waits to be accepted.
    ///
    /// # Errors
    /// When that does not happen in time.
    pub(crate) fn wait_for_empty_queue(&mut self, patience: Duration) -> Result<(), Unmeasured> {
        let is_empty = |socket: Option<Socket>| socket.is_some_and(|socket| socket.receive_queue == 0);
        self.wait_until(patience, is_empty, "it does not accept those who wait")
    }

    fn wait_until(
        &mut self,
        patience: Duration,
        is_so: impl Fn(Option<Socket>) -> bool,
        otherwise: &str,
    ) -> Result<(), Unmeasured> {
        const MILLISECOND: Timespec = Timespec { tv_sec: 0, tv_nsec: 1_000_000 };
        let began = Instant::now();
        while !is_so(self.observer.diag().listener(Server::address())?) {
            if let Some(ended) = self.submission.gone()? {
                return Unmeasured::row(format!("it {ended}"));
            }
            if began.elapsed() > patience {
                return Unmeasured::row(otherwise);
            }
            let end = self.submission.end_signal();
            poll(&mut [PollFd::new(&end, PollFlags::IN)], Some(&MILLISECOND))?;
        }
        Ok(())
    }

    /// Looks at its processes.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub(crate) fn look(&mut self) -> Result<Look, Unmeasured> {
        Ok(Look {
            processes: self.observer.processes()?.len(),
            threads: self.observer.threads()?.len(),
            memory: self.observer.memory(0, true)?,
        })
    }

    /// The processor time that its present threads have used so far.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub(crate) fn processor_time(&mut self) -> Result<Duration, Unmeasured> {
        Ok(Duration::from_nanos(self.observer.threads()?.iter().map(|thread| thread.cpu_ns).sum()))
    }
}
