//! What the kernel shows of a running submission: its processes and threads, the system call in which each is blocked, the sockets and
//! their queues; and from these, whether anything can still happen unless the grader acts. Knows nothing of labs, nor of what is right or
//! wrong.
//!
//! Two sources, both read and never changed: `/proc` (proc(5)) and sock_diag (sock_diag(7)).
//!
//! Invariant of [`Vigil`]: it says [`End::Settled`] only if there was an instant at which every thread of the
//! submission was blocked without a time limit and no byte was under way to or from it. Speed plays no part in it.

mod diag;
mod disk;
mod files;
mod flight;
mod kept;
mod limit;
mod observer;
mod own;
mod picture;
mod shares;
mod sleep;
mod sockstat;
mod thread;
mod timers;
mod usage;
mod vigil;
mod waits;

pub use diag::{Diag, Progress, Socket, State};
pub use files::{Waits, waits_on_a_file};
pub use flight::Link;
pub use limit::Limit;
pub use observer::{Observer, Scope};
pub use sockstat::Sockstat;
pub use thread::{Call, Thread, own_delay};
pub use usage::{Usage, kibibytes};
pub use vigil::{CPU_BUDGET, End, SLEEP_BUDGET, Vigil};
