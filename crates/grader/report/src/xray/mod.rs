//! A picture of a running program: a tree of processes and threads with the call of each, then its listening sockets, then its connections.
//! Changes since the picture before are marked.

mod json;

pub use json::write as json;

use crate::text::{count, pad, width};
use crate::{Palette, escape};
use model::{Picture, ProcessPicture, SocketPicture, ThreadPicture, ThreadView};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// One line that can be recognised in the next picture.
struct Row {
    key: String,
    /// A reader would notice a change of this value.
    state: String,
    /// Whether it takes the width that it needs, whatever the columns are.
    is_title: bool,
    cells: Vec<Cell>,
}

struct Cell {
    text: String,
    paint: fn(Palette, &str) -> String,
    to_the_right: bool,
}

fn plain(text: impl Into<String>) -> Cell {
    painted(text, |_, text| text.to_owned())
}

fn painted(text: impl Into<String>, paint: fn(Palette, &str) -> String) -> Cell {
    Cell { text: text.into(), paint, to_the_right: false }
}

/// A number, which stands out if it is not 0.
fn number(number: u32) -> Cell {
    let paint = if number == 0 { Palette::faint } else { Palette::odd };
    Cell { text: number.to_string(), paint, to_the_right: true }
}

/// The lines of a picture. If there is a picture before, new and changed lines are marked. At most `rows` threads, `rows` listening sockets
/// and `rows` connections are shown.
pub fn lines(picture: &Picture, before: Option<&Picture>, rows: usize, palette: Palette) -> Vec<String> {
    let mut lines = vec![palette.strong(&heading(picture)), String::new()];
    let threads = |picture: &Picture| picture.processes.iter().flat_map(|p| rows_of(p, picture)).collect();
    lines.extend(section(&[], threads(picture), before.map(threads), rows, palette));
    let listening = |picture: &Picture| sockets(picture, true).map(listening_row).collect();
    let head = ["LISTENING", "BACKLOG", "WAITING", "HELD BY"];
    lines.extend(section(&head, listening(picture), before.map(listening), rows, palette));
    let connections = |picture: &Picture| sockets(picture, false).map(connection_row).collect();
    let head = ["CONNECTION", "STATE", "UNREAD", "UNACKNOWLEDGED", "HELD BY"];
    lines.extend(section(&head, connections(picture), before.map(connections), rows, palette));
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// The line below a picture that is drawn again and again.
pub fn help(palette: Palette) -> String {
    palette.faint("▸ new or changed   − gone   q quits")
}

fn heading(picture: &Picture) -> String {
    let processes = picture.processes.len();
    let processes = if processes == 1 { "1 process".to_owned() } else { format!("{processes} processes") };
    let threads: usize = picture.processes.iter().map(|process| process.threads.len()).sum();
    format!(
        "{processes} · {} · {} · {}",
        count(threads, "thread"),
        count(sockets(picture, true).count(), "listening socket"),
        count(sockets(picture, false).count(), "connection"),
    )
}

fn sockets(picture: &Picture, listening: bool) -> impl Iterator<Item = &SocketPicture> {
    picture.sockets.iter().filter(move |socket| socket.remote.is_none() == listening)
}

/// A process and its threads.
fn rows_of(process: &ProcessPicture, picture: &Picture) -> Vec<Row> {
    let mut depth = 0;
    let mut parent = process.parent;
    while let Some(above) = picture.processes.iter().find(|other| other.pid == parent) {
        depth += 1;
        parent = above.parent;
    }
    let indent = "  ".repeat(depth);
    let command = escape::text(&process.command).replace('\n', " ");
    let mut cells = vec![painted(format!("{indent}{} {command}", process.pid), Palette::strong)];
    cells.push(if process.is_zombie {
        painted("zombie: it has ended, and its parent has not asked how", Palette::bad)
    } else {
        painted(memory(process.memory), Palette::faint)
    });
    let mut rows = vec![Row {
        key: format!("p{}", process.pid),
        state: process.is_zombie.to_string(),
        is_title: true,
        cells,
    }];
    rows.extend(process.threads.iter().map(|thread| thread_row(thread, &indent)));
    rows
}

fn thread_row(ThreadPicture { tid, view }: &ThreadPicture, indent: &str) -> Row {
    let ThreadView { thread, call, timeout_ms, socket, object, .. } = view;
    let on = match (socket, object) {
        (Some(socket), _) => socket.to_string(),
        (None, Some(object)) => escape::text(object),
        (None, None) => String::new(),
    };
    let state = format!("{call} {on}");
    let limit = timeout_ms.map(|limit| format!(" (for {limit} ms at most)")).unwrap_or_default();
    let call = if call == "running" { painted(call, Palette::odd) } else { painted(call, Palette::good) };
    let name = format!("{indent}  {tid} {}", escape::text(thread).replace('\n', " "));
    let cells = vec![plain(name), call, plain(format!("{on}{limit}"))];
    Row { key: format!("t{tid}"), state, is_title: false, cells }
}

fn listening_row(socket: &SocketPicture) -> Row {
    let waiting = number(socket.receive_queue);
    let backlog = Cell { to_the_right: true, ..plain(socket.send_queue.to_string()) };
    Row {
        key: format!("l{}", socket.local),
        state: format!("{} {}", socket.send_queue, socket.receive_queue),
        is_title: false,
        cells: vec![plain(socket.local.to_string()), backlog, waiting, holders(socket)],
    }
}

fn connection_row(socket: &SocketPicture) -> Row {
    let SocketPicture { local, remote, state, receive_queue, send_queue, .. } = socket;
    let peer = remote.map(|remote| format!(" ⇄ {remote}")).unwrap_or_default();
    let name = format!("{local}{peer}");
    let shown =
        if state == "ESTABLISHED" { painted(state, Palette::good) } else { painted(state, Palette::odd) };
    let is_held = !socket.holders.is_empty();
    Row {
        key: format!("c{name}"),
        state: format!("{state} {receive_queue} {send_queue} {is_held}"),
        is_title: false,
        cells: vec![plain(name), shown, number(*receive_queue), number(*send_queue), holders(socket)],
    }
}

fn holders(socket: &SocketPicture) -> Cell {
    if socket.holders.is_empty() {
        return painted("nobody yet: it waits to be accepted", Palette::odd);
    }
    let mut by_process: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for (pid, descriptor) in &socket.holders {
        by_process.entry(*pid).or_default().push(descriptor.to_string());
    }
    let told = by_process.iter().map(|(pid, descriptors)| format!("{pid} as {}", descriptors.join(" and ")));
    plain(told.collect::<Vec<_>>().join(", "))
}

fn memory(bytes: u64) -> String {
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    format!("{mebibytes:.1} MiB")
}

/// A table of rows. Changes are marked, and rows that have gone are at the end.
fn section(
    head: &[&str],
    rows: Vec<Row>,
    before: Option<Vec<Row>>,
    most: usize,
    palette: Palette,
) -> Vec<String> {
    let known: Option<HashMap<&str, &str>> =
        before.as_ref().map(|rows| rows.iter().map(|row| (&*row.key, &*row.state)).collect());
    let gone: Vec<&Row> =
        before.iter().flatten().filter(|old| !rows.iter().any(|row| row.key == old.key)).collect();
    if rows.is_empty() && gone.is_empty() {
        return Vec::new();
    }
    let shown = &rows[..rows.len().min(most)];
    let gone = &gone[..gone.len().min(most - shown.len())];
    let columns = columns(head, shown.iter().chain(gone.iter().copied()));
    let mut lines = Vec::new();
    if !head.is_empty() {
        let cells = head.iter().zip(&columns).map(|(name, columns)| pad(name, *columns));
        lines.push(palette.faint(format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end()));
    }
    for row in shown {
        let is_new = known.as_ref().is_some_and(|known| known.get(&*row.key) != Some(&&*row.state));
        let mark = if is_new { palette.bad("▸ ") } else { "  ".to_owned() };
        lines.push(format!("{mark}{}", line(row, &columns, palette)));
    }
    for row in gone {
        let text = line(row, &columns, Palette::new(false));
        lines.push(palette.faint(&format!("− {text}")));
    }
    if rows.len() > most {
        lines.push(palette.faint(&format!("  {}", rest(&rows[most..]))));
    }
    lines.push(String::new());
    lines
}

/// The width of each column. The last one takes what it needs.
fn columns<'a>(head: &[&str], rows: impl Iterator<Item = &'a Row>) -> Vec<usize> {
    let mut columns: Vec<usize> = head.iter().map(|name| width(name)).collect();
    for row in rows.filter(|row| !row.is_title) {
        for (index, cell) in row.cells.iter().enumerate() {
            if index == columns.len() {
                columns.push(0);
            }
            columns[index] = columns[index].max(width(&cell.text));
        }
    }
    columns
}

fn line(row: &Row, columns: &[usize], palette: Palette) -> String {
    let mut line = String::new();
    for (index, cell) in row.cells.iter().enumerate() {
        let column = if row.is_title { 0 } else { columns.get(index).copied().unwrap_or(0) };
        let room = " ".repeat(column.saturating_sub(width(&cell.text)));
        let (left, right) = if cell.to_the_right { (room, String::new()) } else { (String::new(), room) };
        let _ = write!(line, "{left}{}{right}  ", (cell.paint)(palette, &cell.text));
    }
    line.trim_end().to_owned()
}

/// A summary of the rows that are left out, by the second cell: the call of a thread, the state of a connection.
fn rest(rows: &[Row]) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        if !row.is_title {
            *kinds.entry(row.cells.get(1).map_or("", |cell| &cell.text)).or_default() += 1;
        }
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    format!("… and {} more: {}", rows.len(), kinds.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Endpoint, SocketView};

    fn thread(tid: i32, call: &str, socket: Option<SocketView>) -> ThreadPicture {
        let view = ThreadView {
            process: "server".to_owned(),
            pid: 7,
            thread: if tid == 7 { "main".to_owned() } else { "worker".to_owned() },
            call: call.to_owned(),
            timeout_ms: None,
            socket,
            object: None,
        };
        ThreadPicture { tid, view }
    }

    fn connection(port: u16, unread: u32, holders: &[(i32, i32)]) -> SocketPicture {
        SocketPicture {
            local: "127.0.0.1:2323".parse().unwrap(),
            remote: Some(format!("127.0.0.1:{port}").parse().unwrap()),
            state: "ESTABLISHED".to_owned(),
            receive_queue: unread,
            send_queue: 0,
            holders: holders.to_vec(),
        }
    }

    /// A server with a thread that accepts, a thread with a client, and a client that waits.
    fn picture() -> Picture {
        let local = "127.0.0.1:2323".parse().unwrap();
        let on = |remote: Option<&str>| {
            let remote = remote.map(|remote| remote.parse().unwrap());
            Some(SocketView { endpoint: Endpoint { local, remote }, receive_queue: 0, send_queue: 0 })
        };
        Picture {
            processes: vec![ProcessPicture {
                pid: 7,
                parent: 1,
                command: "server \x1b[2J2323".to_owned(),
                is_zombie: false,
                memory: 3 << 19,
                threads: vec![
                    thread(7, "accept4", on(None)),
                    thread(8, "recvfrom", on(Some("127.0.0.1:4000"))),
                ],
            }],
            sockets: vec![
                SocketPicture {
                    local,
                    remote: None,
                    state: "LISTEN".to_owned(),
                    receive_queue: 1,
                    send_queue: 128,
                    holders: vec![(7, 3)],
                },
                connection(4000, 0, &[(7, 4)]),
                connection(4001, 12, &[]),
            ],
        }
    }

    fn drawn(picture: &Picture, before: Option<&Picture>, rows: usize) -> String {
        lines(picture, before, rows, Palette::new(false)).join("\n")
    }

    #[test]
    fn a_picture_is_a_tree_and_two_tables() {
        assert_eq!(
            drawn(&picture(), None, 10),
            "\
1 process · 2 threads · 1 listening socket · 2 connections

  7 server \\x1B[2J2323  1.5 MiB
    7 main    accept4   the listening socket 127.0.0.1:2323, nobody waiting
    8 worker  recvfrom  127.0.0.1:2323 ⇄ 127.0.0.1:4000, nothing unread

  LISTENING       BACKLOG  WAITING  HELD BY
  127.0.0.1:2323      128        1  7 as 3

  CONNECTION                       STATE        UNREAD  UNACKNOWLEDGED  HELD BY
  127.0.0.1:2323 ⇄ 127.0.0.1:4000  ESTABLISHED       0               0  7 as 4
  127.0.0.1:2323 ⇄ 127.0.0.1:4001  ESTABLISHED      12               0  nobody yet: it waits to be accepted"
        );
    }

    #[test]
    fn what_has_changed_or_gone_is_marked() {
        let before = picture();
        let mut now = picture();
        now.processes[0].threads[0].view.call = "running".to_owned();
        now.processes[0].memory *= 2;
        now.sockets.remove(2);
        let text = drawn(&now, Some(&before), 10);
        let marked: Vec<&str> = text.lines().filter(|line| line.starts_with(['▸', '−'])).collect();
        assert_eq!(marked.len(), 2, "{text}");
        assert!(marked[0].contains("7 main") && marked[1].contains("127.0.0.1:4001"), "{text}");
        assert!(!drawn(&before, Some(&before), 10).contains(['▸', '−']));
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let mut crowd = picture();
        crowd.sockets.extend((5000..6000).map(|port| connection(port, 0, &[(7, 9)])));
        let text = drawn(&crowd, Some(&picture()), 3);
        assert!(text.contains("… and 999 more: 999 ESTABLISHED"), "{text}");
    }
}
