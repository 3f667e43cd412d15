//! The processors on which the two sides run. Each side has its own, so neither takes time from the other, and the figures show which of
//! them was at its limit.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde::Serialize;
use std::io;

/// The processors of the generator and of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    generator: Vec<usize>,
    server: Vec<usize>,
}

impl Placement {
    /// The generator gets the last of the processors that this process may use, and the server all others. If there is only one, they share
    /// it.
    ///
    /// # Errors
    /// When the kernel does not list them.
    pub(crate) fn choose() -> io::Result<Placement> {
        let allowed = sched_getaffinity(None)?;
        let mut server: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu)).collect();
        let generator = if server.len() > 1 { server.split_off(server.len() - 1) } else { server.clone() };
        Ok(Placement { generator, server })
    }

    /// Whether the generator has its own processor.
    pub(crate) fn is_apart(&self) -> bool {
        self.generator != self.server
    }

    /// How many processors the server has.
    pub(crate) fn server_count(&self) -> usize {
        self.server.len()
    }

    /// Moves this thread, and everything that it starts from now on, to the server's processors.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub(crate) fn enter_server(&self) -> io::Result<()> {
        confine(&self.server)
    }

    /// Moves this thread to the generator's processor.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub(crate) fn enter_generator(&self) -> io::Result<()> {
        confine(&self.generator)
    }
}

fn confine(processors: &[usize]) -> io::Result<()> {
    let mut set = CpuSet::new();
    processors.iter().for_each(|cpu| set.set(*cpu));
    Ok(sched_setaffinity(None, &set)?)
}

/// The machine of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Machine {
    /// How many processors there are for both sides.
    pub(crate) processors: usize,
    pub(crate) server_processors: usize,
    /// Whether the generator has one of them to itself.
    pub(crate) apart: bool,
    /// Name and release of the kernel.
    pub(crate) system: String,
}

impl Machine {
    /// This machine.
    ///
    /// # Errors
    /// When the kernel does not tell which processors there are.
    pub(crate) fn here() -> io::Result<Machine> {
        let placement = Placement::choose()?;
        let name = rustix::system::uname();
        Ok(Machine {
            processors: placement.server_count() + usize::from(placement.is_apart()),
            server_processors: placement.server_count(),
            apart: placement.is_apart(),
            system: format!("{} {}", name.sysname().to_string_lossy(), name.release().to_string_lossy()),
        })
    }

    /// One line for people.
    pub(crate) fn told(&self) -> String {
        let count = |n: usize| if n == 1 { "1 processor".to_owned() } else { format!("{n} processors") };
        let placed = if self.apart {
            format!("the load generator has one for itself, the server {}", self.server_processors)
        } else {
            "load generator and server share it".to_owned()
        };
        format!("{} ({placed}), {}", count(self.processors), self.system)
    }
}
