//! The memory of one process, shared and its own.

/// A process's memory as last read, and what tells whether it may have changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shares {
    pub(crate) resident: u64,
    pub(crate) faults: u64,
    pub(crate) proportional: u64,
    pub(crate) shared: u64,
}

impl Shares {
    pub(crate) fn is_as(&self, resident: u64, faults: u64) -> bool {
        (self.resident, self.faults) == (resident, faults)
    }
}
