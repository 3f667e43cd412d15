//! The items of a container.

/// Something in a container.
#[derive(Debug)]
pub(crate) struct Item {
    /// Its path in the container, relative to the submission.
    pub(crate) name: Vec<u8>,
    /// What it is.
    pub(crate) kind: Kind,
    /// Its size in bytes, as the container claims.
    pub(crate) size: u64,
    /// The position by which the container finds it again.
    pub(crate) position: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    SymbolicLink,
    HardLink,
    Special,
}
