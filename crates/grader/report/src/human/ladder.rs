//! The conversation as a ladder: who did what and when, from the point of view of the grader's peers.

use crate::escape;
use crate::text::{count, pad, width};
use model::{Action, Event};

/// The longest ladder, in lines.
const LONGEST: usize = 15;

/// How many of these lines are kept for the end, where the failure is.
const LAST: usize = 6;

pub(super) fn lines(events: &[Event], columns: usize) -> Vec<String> {
    let peer = events.iter().map(|event| width(&event.peer)).max().unwrap_or(0).min(24);
    let rung = |event: &Event| rung(event, peer, columns);
    if events.len() <= LONGEST {
        return events.iter().map(rung).collect();
    }
    let first = LONGEST - LAST - 1;
    let left_out = events.len() - first - LAST;
    let mut lines: Vec<String> = events[..first].iter().map(rung).collect();
    lines.push(format!("{:>12}… {left_out} more …", ""));
    lines.extend(events[events.len() - LAST..].iter().map(rung));
    lines
}

/// The whole conversation, each event with all of its bytes.
pub(super) fn all(events: &[Event]) -> Vec<String> {
    const WIDE: usize = 1 << 20;
    let peer = events.iter().map(|event| width(&event.peer)).max().unwrap_or(0);
    events.iter().map(|event| rung(event, peer, WIDE)).collect()
}

fn rung(event: &Event, peer: usize, columns: usize) -> String {
    let start =
        format!("{:>9}  {}  {} ", time(event.t_us), pad(&escape::text(&event.peer), peer), arrow(event));
    let room = columns.saturating_sub(width(&start));
    let words = words(event, room);
    format!("{start}{words}").trim_end().to_owned()
}

fn time(t_us: u64) -> String {
    if t_us < 10_000_000 {
        format!("{}.{} ms", t_us / 1000, t_us % 1000 / 100)
    } else {
        format!("{}.{} s", t_us / 1_000_000, t_us % 1_000_000 / 100_000)
    }
}

/// The direction: to the program, from it, or neither.
fn arrow(event: &Event) -> &'static str {
    match event.action {
        Action::Connect
        | Action::Send
        | Action::HalfClose
        | Action::Close
        | Action::Reset
        | Action::Input
        | Action::InputEnd => "──▶",
        Action::Receive | Action::Accept | Action::PeerClosed | Action::PeerReset => "◀──",
        Action::Start | Action::Listen | Action::Exit | Action::Note => " · ",
    }
}

fn words(event: &Event, room: usize) -> String {
    let verb = match event.action {
        Action::Start => "starts",
        Action::Listen => "listens",
        Action::Connect | Action::Accept => "connects",
        Action::Send | Action::Receive => return data(event, room),
        Action::HalfClose => "closes its sending side",
        Action::Close => "closes",
        Action::Reset => "resets the connection",
        Action::PeerClosed => "end of file",
        Action::PeerReset => "connection reset",
        Action::Input => "standard input",
        Action::InputEnd => "end of standard input",
        Action::Exit => "ends",
        Action::Note => return note(event, room),
    };
    if event.data.is_empty() {
        return verb.to_owned();
    }
    let start = match event.action {
        Action::Listen => format!("{verb} on "),
        Action::Connect => format!("{verb} to "),
        Action::Accept => format!("{verb} from "),
        _ => format!("{verb}: "),
    };
    format!("{start}{}", data(event, room.saturating_sub(start.len())))
}

/// A note is the grader's own text. Its lines are joined.
fn note(event: &Event, room: usize) -> String {
    let text = escape::text(&String::from_utf8_lossy(&event.data)).replace('\n', " ");
    if width(&text) <= room { text } else { escape::cut(text.as_bytes(), room) }
}

/// The bytes of an event, and their number if they are cut.
fn data(event: &Event, room: usize) -> String {
    let whole = escape::cut(&event.data, room);
    if event.length <= event.data.len() as u64 && !whole.ends_with('…') {
        return whole;
    }
    let total = format!(" ({} in all)", count(event.length as usize, "byte"));
    let shown = escape::cut(&event.data, room.saturating_sub(total.len() + 1));
    let dots = if shown.ends_with('…') { "" } else { "…" };
    format!("{shown}{dots}{total}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(t_us: u64, action: Action, data: &[u8], length: u64) -> Event {
        Event { t_us, peer: "client 1".to_owned(), action, data: data.to_vec(), length }
    }

    #[test]
    fn a_long_conversation_keeps_its_beginning_and_its_end() {
        let events: Vec<Event> = (0..100).map(|i| event(i * 1000, Action::Send, b"x", 1)).collect();
        let lines = lines(&events, 80);
        assert_eq!(lines.len(), LONGEST);
        assert_eq!(lines[0].trim_start(), "0.0 ms  client 1  ──▶ x");
        assert_eq!(lines[8].trim_start(), "… 86 more …");
        assert_eq!(lines[14].trim_start(), "99.0 ms  client 1  ──▶ x");
    }

    #[test]
    fn cut_data_tells_its_whole_length() {
        let long = rung(&event(0, Action::Receive, &[b'a'; 64], 1 << 20), 8, 60);
        assert_eq!(long.trim_start(), "0.0 ms  client 1  ◀── aaaaaaaaaa… (1048576 bytes in all)");
        assert!(width(&long) <= 60);
        let kept = rung(&event(0, Action::Receive, b"abc", 4), 8, 60);
        assert_eq!(kept.trim_start(), "0.0 ms  client 1  ◀── abc… (4 bytes in all)");
    }

    #[test]
    fn times_keep_one_decimal() {
        assert_eq!(
            [time(0), time(1250), time(9_999_999), time(12_345_678)],
            ["0.0 ms", "1.2 ms", "9999.9 ms", "12.3 s"]
        );
    }
}
