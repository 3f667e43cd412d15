//! What a submission may measure. Each limit is far above what honest work needs, and low enough that what reaches it costs
//! little: the work on one submission stays within seconds, and its memory within an archive and what is taken from it.

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// Bytes of an archive as it was handed in, which is held in memory. Learning platforms accept 20 to 100 MiB, and an archive
/// with a forgotten `target` folder comes near to that.
pub const ARCHIVE: u64 = 128 * MIB;

/// Archives in each other: what a platform wraps in an archive may itself be one. More is a puzzle.
pub const NESTING: usize = 2;

/// Bytes that a tarball may unpack to. It has to be read from its beginning to its end, whatever is taken from it.
pub const UNPACKED: u64 = 1 << 30;

/// How many bytes may come out for each byte of an archive. Source texts come to 10 and object files to 5, deflate's own limit
/// is 1,032.
pub const RATIO: u64 = 200;

/// Below so many bytes nobody minds the ratio.
pub const RATIO_FROM: u64 = 16 * MIB;

/// Files and folders in a submission, those included that are ignored. A `target` folder has some thousands.
pub const ITEMS: usize = 50_000;

/// Files that are taken. The largest reference program has ten.
pub const FILES: usize = 500;

/// Bytes of one taken file; larger ones are ignored. No source text is so long.
pub const FILE: u64 = MIB;

/// Bytes of all taken files together.
pub const TAKEN: u64 = 16 * MIB;

/// Bytes of a `submission.toml`.
pub const SETTINGS: u64 = 64 * KIB;

/// Bytes of one part of a path; NAME_MAX in `linux/limits.h`.
pub const NAME: usize = 255;

/// Bytes of a path. Below PATH_MAX (4,096) by enough for any folder that it comes into.
pub const PATH: usize = 1024;

/// Folders around a submission's own: archives are made of folders, and unpacked into folders.
pub const WRAPPING: usize = 2;
