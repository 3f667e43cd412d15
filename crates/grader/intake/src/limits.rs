//! The limits of a submission's size. Each is far above what honest work needs, and so low that reaching it costs little: the work on one
//! submission takes seconds at most, and its memory is limited to an archive and what is taken from it.

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// Bytes of an archive as it was handed in; it is held in memory. Learning platforms accept 20 to 100 MiB, and an archive with a forgotten
/// `target` folder comes close to that.
pub const ARCHIVE: u64 = 128 * MIB;

/// Nested archives: a platform may wrap an archive in another one. Deeper nesting has no honest reason.
pub const NESTING: usize = 2;

/// Bytes that a tarball may unpack to. It has to be read from beginning to end, whatever is taken from it.
pub const UNPACKED: u64 = 1 << 30;

/// How many bytes may come out for each byte of an archive. Source texts reach 10 and object files 5; the limit of deflate itself is 1,032.
pub const RATIO: u64 = 200;

/// Below this many bytes the ratio does not matter.
pub const RATIO_FROM: u64 = 16 * MIB;

/// Files and folders in a submission, including ignored ones. A `target` folder has some thousands.
pub const ITEMS: usize = 50_000;

/// Files that are taken. The largest reference program has ten.
pub const FILES: usize = 500;

/// Bytes of one taken file; larger ones are ignored. No source text is as long.
pub const FILE: u64 = MIB;

/// Bytes of all taken files together.
pub const TAKEN: u64 = 16 * MIB;

/// Bytes of a `submission.toml`.
pub const SETTINGS: u64 = 64 * KIB;

/// Bytes of one part of a path; NAME_MAX in `linux/limits.h`.
pub const NAME: usize = 255;

/// Bytes of a path. This is far enough below PATH_MAX (4,096) for any folder that it is put into.
pub const PATH: usize = 1024;

/// Folders around a submission's own: people pack folders, and unpack archives into folders.
pub const WRAPPING: usize = 2;
