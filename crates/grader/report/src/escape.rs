//! The only way in which bytes and foreign text are shown: visible characters as they are, everything else as `\n`, `\r`, `\t`, `\\` or
//! `\xNN`. So nothing invisible stays invisible, and nothing reaches a terminal's control functions. `…` always marks a cut of the
//! grader's: the same character in the data is escaped. A CI service finds no command in the text either.

mod command;

use command::Tail;
use unicode_width::UnicodeWidthChar;

/// Two byte strings, cut to the same width around the first byte in which they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The expected bytes.
    pub expected: String,
    /// The bytes that came.
    pub got: String,
    /// Where they differ; `None` when they are the same.
    pub difference: Option<Difference>,
}

/// The first difference of two byte strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// How many bytes are the same before it.
    pub offset: usize,
    /// The column of the caret, in both strings as shown, from 0.
    pub column: usize,
    /// The kind of difference.
    pub nature: Nature,
}

/// The ways in which two byte strings differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Both have a byte there, but not the same.
    Other,
    /// The bytes that came end there.
    Short,
    /// The bytes that came continue where they should have ended.
    Long,
}

/// Escapes all bytes.
pub fn escape(bytes: &[u8]) -> String {
    cells(bytes).into_iter().map(|cell| cell.text).collect()
}

/// Escapes what was printed, line by line. The line ends of any system count.
pub fn lines(printed: &[u8]) -> Vec<String> {
    let printed = printed.strip_suffix(b"\n").unwrap_or(printed);
    let lines = printed.split(|&byte| byte == b'\n');
    lines.map(|line| escape(line.strip_suffix(b"\r").unwrap_or(line))).collect()
}

/// Escapes bytes from the beginning, cut with `…` if they would need more than `columns`.
pub fn cut(bytes: &[u8], columns: usize) -> String {
    let window = &bytes[..bytes.len().min(reach(columns))];
    render(&cells(window), columns, window.len() < bytes.len())
}

/// Makes foreign text harmless. Control, invisible and direction characters are escaped, except line feeds.
pub fn text(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    let mut tail = Tail::default();
    for c in text.chars() {
        match c {
            c if tail.names_command(c) => push_bytes(&mut harmless, c),
            '\n' | '…' | '\\' => harmless.push(c),
            '\t' => harmless.push(' '),
            c => push_char(&mut harmless, c),
        }
        tail.push(c);
    }
    harmless
}

/// Shows two byte strings one above the other, each in at most `columns`, cut around the first difference.
pub fn compare(expected: &[u8], got: &[u8], columns: usize) -> Comparison {
    let offset = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let difference = expected.len() != got.len() || offset < got.len();
    if !difference {
        let same = cut(got, columns);
        return Comparison { expected: same.clone(), got: same, difference: None };
    }
    // Bytes further away than this cannot be shown, so they need no look.
    let mut from = offset.saturating_sub(reach(columns));
    while from > 0 && from < offset && is_continuation(got[from]) {
        from += 1;
    }
    let to = |bytes: &[u8]| bytes.len().min(offset + reach(columns));
    let mut wanted = cells(&expected[from..to(expected)]);
    let mut came = cells(&got[from..to(got)]);
    let at = offset - from;
    // The caret is under a whole character if both sides have one there, otherwise under the exact byte.
    if cell_start(&wanted, at) != cell_start(&came, at) {
        split(&mut wanted, &expected[from..], at);
        split(&mut came, &got[from..], at);
    }
    let start = cell_start(&came, at);
    let common = &came[..came.iter().take_while(|cell| cell.start < start).count()];
    let longest = width(&wanted).max(width(&came));
    let (skipped, mut column) = if from == 0 && longest <= columns {
        (0, width(common))
    } else {
        skip(common, columns / 2, from > 0)
    };
    let lead = if skipped > 0 || from > 0 { "…" } else { "" };
    column += lead.chars().count();
    let show = |cells: &[Cell], bytes: &[u8]| {
        let room = columns.saturating_sub(lead.chars().count());
        format!("{lead}{}", render(&cells[skipped..], room, to(bytes) < bytes.len()))
    };
    let nature = match () {
        () if offset == got.len() => Nature::Short,
        () if offset == expected.len() => Nature::Long,
        () => Nature::Other,
    };
    Comparison {
        expected: show(&wanted, expected),
        got: show(&came, got),
        difference: Some(Difference { offset, column, nature }),
    }
}

/// A run of bytes that is shown, or left out, as a unit.
struct Cell {
    start: usize,
    length: usize,
    text: String,
    width: usize,
}

/// How many bytes this number of columns can show: a character of one column has at most four.
fn reach(columns: usize) -> usize {
    4 * columns + 4
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

fn width(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| cell.width).sum()
}

fn cells(bytes: &[u8]) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(bytes.len());
    let mut tail = Tail::default();
    let mut start = 0;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let mut text = String::new();
            let is_command = tail.names_command(c);
            if is_command {
                push_bytes(&mut text, c);
            } else {
                push_char(&mut text, c);
            }
            let width = if is_shown(c) && !is_command { c.width().unwrap_or(1) } else { text.len() };
            cells.push(Cell { start, length: c.len_utf8(), text, width });
            tail.push(c);
            start += c.len_utf8();
        }
        for &byte in chunk.invalid() {
            cells.push(raw(start, byte));
            tail.push(char::REPLACEMENT_CHARACTER);
            start += 1;
        }
    }
    cells
}

fn raw(start: usize, byte: u8) -> Cell {
    Cell { start, length: 1, text: format!("\\x{byte:02X}"), width: 4 }
}

fn push_char(text: &mut String, c: char) {
    match c {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\\' => text.push_str("\\\\"),
        c if is_shown(c) => text.push(c),
        c => push_bytes(text, c),
    }
}

fn push_bytes(text: &mut String, c: char) {
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        text.push_str(&format!("\\x{byte:02X}"));
    }
}

/// Whether a character may be shown as it is: it is visible, has its own width, and has no other meaning here. Characters that XML forbids
/// (U+FFFE and U+FFFF, besides the controls) are never shown.
fn is_shown(c: char) -> bool {
    match c {
        ' ' => true,
        '\\' | '…' | '\u{2028}' | '\u{2029}' | '\u{ad}' | '\u{fff0}'..='\u{ffff}' => false,
        '\u{e000}'..='\u{f8ff}' | '\u{e0000}'.. => false,
        c => !c.is_control() && !c.is_whitespace() && c.width().is_some_and(|width| width > 0),
    }
}

/// The start of the cell that holds the byte at `at`; `at` itself after the last cell.
fn cell_start(cells: &[Cell], at: usize) -> usize {
    cells.iter().find(|cell| at < cell.start + cell.length).map_or(at, |cell| cell.start)
}

/// Shows the character that holds the byte at `at` byte by byte. `bytes` are the bytes of the cells.
fn split(cells: &mut Vec<Cell>, bytes: &[u8], at: usize) {
    if let Some(index) = cells.iter().position(|cell| at < cell.start + cell.length) {
        let Cell { start, length, .. } = cells[index];
        if length > 1 {
            let single = (start..start + length).map(|position| raw(position, bytes[position]));
            cells.splice(index..=index, single);
        }
    }
}

/// How many cells of the common beginning to leave out so that the rest needs at most `room`, and the width of that rest.
fn skip(common: &[Cell], room: usize, already_cut: bool) -> (usize, usize) {
    let all = width(common);
    if all <= room && !already_cut {
        return (0, all);
    }
    let (mut kept, mut used) = (common.len(), 0);
    while kept > 0 && used + common[kept - 1].width < room {
        kept -= 1;
        used += common[kept].width;
    }
    (kept, used)
}

fn render(cells: &[Cell], columns: usize, more: bool) -> String {
    let fits = !more && width(cells) <= columns;
    let room = if fits { columns } else { columns.saturating_sub(1) };
    let (mut line, mut used) = (String::new(), 0);
    for cell in cells {
        if used + cell.width > room {
            break;
        }
        line.push_str(&cell.text);
        used += cell.width;
    }
    if !fits {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests;
