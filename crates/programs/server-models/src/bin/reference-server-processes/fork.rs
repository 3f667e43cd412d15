//! New processes and their end: two calls that no crate offers as safe functions. This is the only module of this crate
//! that may use `unsafe`. It is private to the one program that never starts a thread.
#![allow(unsafe_code)]

use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::{ForkResult, fork as nix_fork};
use reference_common::log;
use std::io;

/// In which process [`fork`] has returned.
pub(crate) enum Fork {
    /// The one that called it.
    Parent,
    /// The copy.
    Child,
}

/// Makes a copy of this process: its memory, and descriptors for all the files and sockets that it has open.
///
/// # Errors
/// When the machine, or this user, may not have another process.
pub(crate) fn fork() -> io::Result<Fork> {
    // SAFETY: in the child only the thread that calls fork goes on. If there were others, the locks that they hold at
    // that moment, for example the allocator's, would stay locked in the child for ever. This program has one thread.
    match unsafe { nix_fork() }? {
        ForkResult::Parent { .. } => Ok(Fork::Parent),
        ForkResult::Child => Ok(Fork::Child),
    }
}

/// Asks the kernel to remove the ended children of this process by itself.
///
/// A process that has ended stays in the kernel's table, as a zombie, until its parent asks how it ended (wait(2)). This
/// parent does not want to know, and it is in `accept`, where it cannot ask. POSIX has a way to say so: children of a
/// process that ignores SIGCHLD leave no zombies (sigaction(2), under `SA_NOCLDWAIT`).
pub(crate) fn let_kernel_reap() {
    // SAFETY: no handler is installed that could run at a bad moment, and the one that is replaced is the default.
    if let Err(error) = unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn) } {
        log(format_args!("ended children will stay as zombies: {error}"));
    }
}
