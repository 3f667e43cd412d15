//! Ways to cut a stream of bytes.

/// `bytes` cut before each of the positions, which must ascend; empty pieces are left out.
pub fn cut_at<'a>(bytes: &'a [u8], positions: &[usize]) -> Vec<&'a [u8]> {
    let mut starts = vec![0];
    starts.extend(positions);
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let pieces = starts.iter().zip(ends).filter_map(|(&start, end)| bytes.get(start..end));
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// Each way to cut `bytes` into two pieces.
pub fn every_cut(bytes: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    (1..bytes.len()).map(|position| cut_at(bytes, &[position]))
}

/// `bytes` one by one.
pub fn bytewise(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.chunks(1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_whole_again() {
        assert_eq!(cut_at(b"hello", &[1, 3]), [&b"h"[..], b"el", b"lo"]);
        assert_eq!(cut_at(b"hello", &[0, 5]), [b"hello"]);
        assert_eq!(every_cut(b"abc").collect::<Vec<_>>(), [[&b"a"[..], b"bc"], [&b"ab"[..], b"c"]]);
        assert_eq!(bytewise(b"ab").concat(), b"ab");
    }
}
