//! Tarballs, with or without gzip compression. They have no directory: to find one file, everything before it is unpacked.

use super::{Unreadable, read_within};
use crate::item::{Item, Kind};
use crate::limits;
use crate::refusal::Refusal;
use flate2::read::MultiGzDecoder;
use std::io::{self, Read};
use tar::{Archive, Entry, EntryType};

/// A tarball that is cut off where it would become a bomb.
type Bounded<'a> = io::Take<Box<dyn Read + 'a>>;

/// The first bytes of a file that gzip has compressed (RFC 1952, section 2.3.1).
const GZIP: &[u8] = b"\x1f\x8b";

/// Whether these are the bytes of a tarball. An uncompressed one has a mark in its first header (pax in POSIX.1-2024).
pub(super) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP) || bytes.get(257..262) == Some(b"ustar")
}

/// Everything in it.
pub(super) fn items(bytes: &[u8]) -> Result<Vec<Item>, Unreadable> {
    let mut items = Vec::new();
    visit(bytes, |position, entry| {
        let name = entry.path_bytes().into_owned();
        let kind = match entry.header().entry_type() {
            // Data that holds for everything that follows, for example the number of a commit.
            EntryType::XGlobalHeader => return Ok(true),
            EntryType::Directory => Kind::Folder,
            // Folders were marked like this before there was a type for them.
            EntryType::Regular if name.ends_with(b"/") => Kind::Folder,
            EntryType::Regular | EntryType::Continuous => Kind::File,
            EntryType::Symlink => Kind::SymbolicLink,
            EntryType::Link => Kind::HardLink,
            _ => Kind::Special,
        };
        items.push(Item { name, kind, size: entry.size(), position });
        Ok(items.len() <= limits::ITEMS)
    })?;
    Ok(items)
}

/// The content of these items, in their order.
pub(super) fn read(bytes: &[u8], wanted: &[&Item], limit: u64) -> Result<Vec<Vec<u8>>, Unreadable> {
    let mut found = vec![Vec::new(); wanted.len()];
    let mut missing = wanted.len();
    visit(bytes, |position, entry| {
        if let Some(index) = wanted.iter().position(|item| item.position == position) {
            found[index] = read_within(entry, limit)?;
            missing -= 1;
        }
        Ok(missing > 0)
    })?;
    Ok(found)
}

/// Shows each entry with its position, as long as more are wanted.
fn visit(
    bytes: &[u8],
    mut see: impl FnMut(usize, &mut Entry<'_, Bounded<'_>>) -> Result<bool, Unreadable>,
) -> Result<(), Unreadable> {
    let most = (bytes.len() as u64).saturating_mul(limits::RATIO).clamp(limits::RATIO_FROM, limits::UNPACKED);
    let plain: Box<dyn Read> =
        if bytes.starts_with(GZIP) { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) };
    let mut archive = Archive::new(plain.take(most));
    let mut see_all = || {
        for (position, entry) in archive.entries()?.enumerate() {
            if !see(position, &mut entry?)? {
                break;
            }
        }
        Ok(())
    };
    let seen: Result<(), Unreadable> = see_all();
    // The limit decides, in whatever form its end appeared to the reader.
    if archive.into_inner().limit() == 0 { Err(Refusal::Bomb.into()) } else { seen }
}
