//! What a room must bear where strangers can reach it: a client that stops reading, a thousand clients, an endless line, forged lines; and
//! that everybody sees one order.

use super::crowd::{ANONYMOUS, Crowd, contains, has_left, is_in_the_room, says};
use super::server::text;
use crate::TASKS_FOR_A_THOUSAND;
use model::{Failure, Kind, Step};
use session::{Needs, Session};
use std::time::Duration;
use wire::{Framing, Peer, receive_all};

const KIBIBYTE: usize = 1 << 10;
const MEBIBYTE: usize = 1 << 20;
/// How much is said to a client that does not read: 16 MiB that may wait for it, and what the kernel holds on the way.
const BACKLOG: usize = 32 * MEBIBYTE;
/// How much is sent of one line: a little more than the 16 MiB that the server may read of it.
const LINE: usize = 17 * MEBIBYTE;
/// How long a program may sleep before it passes on a line: less than a second, so that no time-out of a write fits in.
const MOMENT: Duration = Duration::from_millis(500);
const THOUSAND: usize = 1000;
/// What a thousand clients need: files on the grader's side and on the server's, and a process or two threads for each.
pub(super) const ROOM_FOR_A_THOUSAND: Needs =
    Needs { files: 4096, tasks: TASKS_FOR_A_THOUSAND, network: false };

/// L4.S1
pub(super) fn is_not_frozen_by_one(session: &mut Session) -> Step {
    const AT_ONCE: usize = 8;
    let mut names: Vec<String> = (0..3).map(|_| session.name(6)).collect();
    let mut crowd = Crowd::named(session, &names)?;
    let index = session.random.usize(..3);
    let (silent, stuck) = (crowd.clients.remove(index), names.remove(index));
    session.note(&format!("{} reads no more; another goes on talking", silent.name()));
    session.allow_sleep(MOMENT);
    let block = format!("SAY {}\n", session.text(8000)).repeat(AT_ONCE);
    let left = has_left(&stuck);
    // What others hear, cut or not, also waits for the silent client.
    let (mut heard, mut gone) = (0, false);
    while heard < BACKLOG && !gone {
        crowd.clients[0].send(&block)?;
        let got = hears(&mut crowd, AT_ONCE)?;
        heard += got[0].len();
        gone = got.iter().any(|got| contains(got, left.as_bytes()));
    }
    if gone {
        session.note(&format!("{} was dropped, and the room was told", silent.name()));
        let words = session.text(9);
        let line = says(&names[1], &words);
        let got = crowd.after(1, format!("SAY {words}\n"), |_| line.as_str())?;
        return crowd.all_heard(&got, &words, &line);
    }
    let summary = format!("{} MiB of lines wait for a client that does not read", heard / MEBIBYTE);
    Err(Failure::new(Kind::Resource, summary)
        .expected(
            "the client is dropped at a documented limit below that, and the others get that it has left",
        )
        .got("it is still there")
        .kernel(crowd.server.views(&[silent])?)
        .into())
}

/// Waits until both clients have got `count` long lines, and takes what each has got. If a server cuts a line, its short pieces do not
/// count: their number is chance.
fn hears(crowd: &mut Crowd, count: usize) -> Step<Vec<Vec<u8>>> {
    let long_lines = |arrived: &[u8]| {
        let lines = Framing::Lines.split(arrived);
        lines.filter(|line| line.ends_with(b"\n") && line.len() > 2 * KIBIBYTE).count()
    };
    let mut all: Vec<&mut Peer> = crowd.clients.iter_mut().collect();
    let still = receive_all(&mut all, |_, arrived| long_lines(arrived) >= count)?;
    let mut views = Vec::with_capacity(all.len());
    for client in &mut crowd.clients {
        let got = client.take_arrived();
        if long_lines(&got) < count {
            let name = client.name();
            let summary = format!("{name} did not hear what another said, since a third does not read");
            let failure = match still {
                Some(still) => still.failure(&summary),
                None => client.lost(Kind::Ended, summary)?,
            };
            let got = format!("{} of {count} lines", long_lines(&got));
            return Err(failure.expected(format!("{count} lines")).got(got).into());
        }
        views.push(got);
    }
    Ok(views)
}

/// L4.S2
pub(super) fn has_one_order(session: &mut Session) -> Step {
    const SPEAKERS: usize = 12;
    const ROUNDS: usize = 10;
    const LINES: usize = 5;
    let mut crowd = Crowd::of(session, SPEAKERS)?;
    for _ in 0..ROUNDS {
        for client in &mut crowd.clients {
            let lines: String = (0..LINES).map(|_| format!("SAY {}\n", session.text(12))).collect();
            client.send(&lines)?;
        }
        let is_all = |arrived: &[u8]| newlines(arrived) >= SPEAKERS * LINES;
        let mut views = crowd.until(|_, arrived| is_all(arrived))?;
        if views.iter().any(|view| *view != views[0]) {
            // If a server makes several lines of one, some may still be on their way to a client.
            let rest = crowd.settle()?;
            views.iter_mut().zip(rest).for_each(|(view, rest)| view.extend(rest));
        }
        if views[0].is_empty() {
            return Err(crowd.mismatch(0, says(ANONYMOUS, "..."), b"")?.into());
        }
        let Some(other) = views.iter().position(|view| *view != views[0]) else { continue };
        let summary = format!(
            "{} and {} saw the same lines in different orders",
            crowd.clients[0].name(),
            crowd.clients[other].name()
        );
        return Err(Failure::new(Kind::Mismatch, summary).expected(&*views[0]).got(&*views[other]).into());
    }
    Ok(())
}

/// L4.S3
pub(super) fn takes_a_thousand(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 0)?;
    crowd.join_many(THOUSAND)?;
    for speaker in [0, THOUSAND - 1] {
        let words = session.text(20);
        crowd.clients[speaker].send(format!("SAY {words}\n"))?;
        let mut all: Vec<&mut Peer> = crowd.clients.iter_mut().collect();
        // The words stand at the end of bytes that may be many.
        let heard =
            |arrived: &[u8]| contains(&arrived[arrived.len().saturating_sub(KIBIBYTE)..], words.as_bytes());
        let still = receive_all(&mut all, |_, arrived| heard(arrived))?;
        for client in &mut crowd.clients {
            if heard(&client.take_arrived()) {
                continue;
            }
            let summary = format!("{} did not hear what another said", client.name());
            let failure = match still {
                Some(still) => still.failure(&summary),
                None => client.lost(Kind::Ended, summary)?,
            };
            return Err(failure.expected(says(ANONYMOUS, &words).as_bytes()).got("nothing of it").into());
        }
    }
    let listed = |arrived: &[u8]| {
        arrived.split(|byte| *byte == b'\n').filter(|line| line.trim_ascii().starts_with(b"-")).count()
    };
    let asker = &mut crowd.clients[0];
    asker.send("WHO\n")?;
    receive_all(&mut [&mut *asker], |_, arrived| listed(arrived) >= THOUSAND)?;
    let count = listed(&asker.take_arrived());
    if count == THOUSAND {
        return Ok(());
    }
    let failure = Failure::new(Kind::Mismatch, format!("WHO lists {count} clients"));
    Err(failure.expected(format!("{THOUSAND} clients")).got(format!("{count} clients")).into())
}

/// L4.S4
pub(super) fn cuts_off_an_endless_line(session: &mut Session) -> Step {
    let name = session.name(7);
    let mut crowd = Crowd::of(session, 3)?;
    // Not the last client, so that there is another one behind it in the list.
    let index = session.random.usize(..2);
    crowd.after(index, format!("HELLO {name}\n"), |_| is_in_the_room(&name))?;
    let mut endless = crowd.clients.remove(index);
    endless.offer("SAY ")?;
    crowd.server.expect_cut_off(endless, LINE)?;
    let told = crowd.get(|_| has_left(&name))?;
    crowd.all_heard(&told, &name, &has_left(&name))?;
    let words = session.text(12);
    let line = says(ANONYMOUS, &words);
    let got = crowd.after(0, format!("SAY {words}\n"), |_| line.as_str())?;
    crowd.all_heard(&got, &words, &line)
}

/// L4.S5
pub(super) fn defuses_control_characters(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 2)?;
    let word = session.text(5);
    // A carriage return, escape sequences in both encodings, a bell, a backspace, and the controls of Latin 1.
    let controls = ["\r", "\u{1b}[2J", "\u{9b}2J", "\u{7}", "\u{8}", "\u{7f}", "\u{85}", "\u{0}", "\u{b}"];
    for control in controls {
        for line in [format!("SAY a{control}mallory says: {word}\n"), format!("HELLO a{control}{word}\n")] {
            // The server may make anything of the line, in any number of lines. A last line shows where that ends.
            crowd.clients[0].send(line)?;
            crowd.clients[0].send("WHO\n")?;
            let end = format!("end{}", session.text(12));
            crowd.clients[0].send(format!("SAY {end}\n"))?;
            let mut all: Vec<&mut Peer> = crowd.clients.iter_mut().collect();
            receive_all(&mut all, |_, arrived| contains(arrived, format!("{end}\n").as_bytes()))?;
            crowd.expect_harmless()?;
        }
    }
    session.note("and bytes that are no text at all");
    crowd.clients[0].send(b"SAY \xff\xfe \xc3\n")?;
    crowd.clients[0].offer(format!("SAY {word}\n"))?;
    let got = crowd.until(|index, arrived| index == 0 || contains(arrived, word.as_bytes()))?;
    if contains(&got[1], word.as_bytes()) {
        return Ok(());
    }
    Err(crowd.mismatch(1, says(ANONYMOUS, &word), &got[1])?.into())
}

impl Crowd {
    /// A client has received something, and no client a control character.
    fn expect_harmless(&mut self) -> Step {
        let got = self.until(|_, _| true)?;
        if got.iter().all(Vec::is_empty) {
            return Err(self.mismatch(0, "an answer\n", b"")?.into());
        }
        for got in got {
            if text(&got).chars().any(|letter| letter.is_control() && letter != '\n') {
                let summary = "a control character that one client sent came out at another";
                let failure = Failure::new(Kind::Mismatch, summary);
                return Err(failure.expected("lines without control characters").got(&*got).into());
            }
        }
        Ok(())
    }
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}
