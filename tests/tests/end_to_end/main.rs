//! Tests of the grader from outside: the command line, classes, attacks, documents. `collection` has a test for each program of the
//! collection.

mod architecture;
mod bench;
mod command_line;
mod docs;
mod export;
mod grade;
mod grade_faults;
mod handed_in;
mod hostile;
mod hostile_builds;
mod keep;
mod lab0;
mod neighbours;
mod ordinary_user;
mod sandbox;
mod selftest;
mod server_models;
mod slurm;
mod wrappers;
mod xray;

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Where there are no control groups, the grader reads how many processes the kernel has ended for lack of memory on the whole machine.
/// If it has ended one, the machine may be to blame for a failed check. So nothing here may have a process ended in its group meanwhile.
static MEMORY: RwLock<()> = RwLock::new(());

/// For a test whose programs the kernel may end for lack of memory in their group.
fn ends_for_memory() -> RwLockWriteGuard<'static, ()> {
    MEMORY.write().unwrap_or_else(PoisonError::into_inner)
}

/// For a test of a grader without control groups.
fn has_no_groups() -> RwLockReadGuard<'static, ()> {
    MEMORY.read().unwrap_or_else(PoisonError::into_inner)
}
