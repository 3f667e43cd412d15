//! What each thread of the program was doing. Threads that do the same are counted together.

use crate::escape;
use crate::text::wrap;
use model::ThreadView;

/// The most rows that are shown.
const ROWS: usize = 8;

/// The most names of a group that are shown.
const NAMES: usize = 4;

pub(super) fn lines(threads: &[ThreadView], columns: usize) -> Vec<String> {
    let mut groups: Vec<Vec<&ThreadView>> = Vec::new();
    for thread in threads {
        match groups.iter_mut().find(|group| is_same(group[0], thread)) {
            Some(group) => group.push(thread),
            None => groups.push(vec![thread]),
        }
    }
    // Sockets explain most; a runtime's own threads explain least.
    groups.sort_by_key(|group| (group[0].socket.is_none(), group[0].object.is_none()));
    let more: usize = groups.iter().skip(ROWS).map(Vec::len).sum();
    let rows = groups.iter().take(ROWS).map(|group| escape::text(&row(group)).replace('\n', "\\n"));
    let mut lines: Vec<String> = rows.flat_map(|row| hanging(&row, columns)).collect();
    if more > 0 {
        lines.push(format!("and {}", crate::text::count(more, "more thread")));
    }
    lines
}

/// Whether two threads do the same, whatever their names.
fn is_same(a: &ThreadView, b: &ThreadView) -> bool {
    let process = a.process == b.process && a.pid == b.pid;
    let call = a.call == b.call && a.timeout_ms.is_some() == b.timeout_ms.is_some();
    process && call && a.socket == b.socket && a.object == b.object
}

fn row(group: &[&ThreadView]) -> String {
    if let [thread] = group {
        return thread.to_string();
    }
    let ThreadView { process, socket, object, .. } = group[0];
    let names: Vec<&str> = group.iter().take(NAMES).map(|thread| &*thread.thread).collect();
    let others = if group.len() > NAMES { ", …" } else { "" };
    let (count, doing) = (group.len(), group[0].doing());
    let mut row = format!("{process}: {count} threads ({}{others}) are {doing}", names.join(", "));
    if let Some(socket) = socket {
        row.push_str(&format!(" on {socket}"));
    } else if let Some(object) = object {
        row.push_str(&format!(" on {object}"));
    }
    if let Some(longest) = group.iter().filter_map(|thread| thread.timeout_ms).max() {
        row.push_str(&format!(" (for {longest} ms at most)"));
    }
    row
}

fn hanging(row: &str, columns: usize) -> Vec<String> {
    let lines = wrap(row, columns - 2);
    lines.into_iter().enumerate().map(|(i, line)| if i == 0 { line } else { format!("  {line}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(name: &str, call: &str, timeout_ms: Option<u64>) -> ThreadView {
        ThreadView {
            process: "echo-server".to_owned(),
            pid: 7,
            thread: name.to_owned(),
            call: call.to_owned(),
            timeout_ms,
            socket: None,
            object: None,
        }
    }

    #[test]
    fn threads_that_do_the_same_are_counted() {
        let names = ["GC 0", "GC 1", "VM", "C1", "C2"];
        let mut threads: Vec<_> = names.iter().map(|name| thread(name, "futex", Some(50))).collect();
        threads.push(thread("main", "running", None));
        assert_eq!(
            lines(&threads, 100),
            [
                "echo-server: 5 threads (GC 0, GC 1, VM, C1, …) are blocked in futex (for 50 ms at most)",
                "echo-server: thread main is running"
            ]
        );
    }

    #[test]
    fn many_rows_end_in_a_count_and_names_are_harmless() {
        let mut threads: Vec<_> = (0..11).map(|i| thread("t", &format!("call{i}"), None)).collect();
        threads[0].thread = "\x1b[2J".to_owned();
        let lines = lines(&threads, 100);
        assert_eq!(lines.len(), 9);
        assert_eq!(lines[0], r"echo-server: thread \x1B[2J is blocked in call0");
        assert_eq!(lines[8], "and 3 more threads");
    }
}
