//! Text in a cell of a sheet. It can be read back unchanged and does no harm: not in a spreadsheet, which takes some cells for formulas
//! (<https://owasp.org/www-community/attacks/CSV_Injection>), and not in a terminal.
//!
//! It is escaped as everywhere, which leaves no control characters, so each row is one line. A semicolon is escaped as well: many
//! spreadsheets take it for the separator, and a formula could follow it. Text that would then still begin a formula gets an apostrophe in
//! front. So does text that begins with an apostrophe itself.

use report::escape;

/// Characters that begin a formula in spreadsheets, in both widths, and the mark for text that is none.
const GUARDED: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\''];

pub(super) fn write(text: &str) -> String {
    let escaped = escape::escape(text.as_bytes()).replace(';', "\\x3B");
    if escaped.starts_with(GUARDED) { format!("'{escaped}") } else { escaped }
}

/// Reads what [`write`] has written; `None` for anything else.
pub(super) fn read(cell: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(cell.len());
    let mut rest = cell.strip_prefix('\'').unwrap_or(cell);
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let (byte, length) = match *rest.as_bytes().get(at + 1)? {
            b'n' => (b'\n', 2),
            b'r' => (b'\r', 2),
            b't' => (b'\t', 2),
            b'\\' => (b'\\', 2),
            b'x' => (u8::from_str_radix(rest.get(at + 2..at + 4)?, 16).ok()?, 4),
            _ => return None,
        };
        bytes.push(byte);
        rest = &rest[at + length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_comes_back() {
        let pairs = [
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("'", "''"),
            ("\t=1", "\\t=1"),
            ("a;=1\n", "a\\x3B=1\\n"),
            ("José\\n", "José\\\\n"),
            ("\u{202e}", "\\xE2\\x80\\xAE"),
            ("", ""),
        ];
        for (text, cell) in pairs {
            assert_eq!(write(text), cell);
            assert_eq!(read(cell).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_was_never_written_is_not_read() {
        for cell in ["\\", "\\q", "\\x4", "\\xZZ", "\\xFF", "\\xé"] {
            assert_eq!(read(cell), None, "{cell}");
        }
    }
}
