//! Commands as TCP may deliver them: cut, glued together, and those of several clients in turns. The measure is the effect of a whole line,
//! right or wrong.

use super::crowd::{ANONYMOUS, Crowd, is_in_the_room, says, who};
use crate::kit::cuts::every_way;
use model::Step;
use session::Session;

const CLIENTS: usize = 3;

/// A command, and what it leads to according to the handout. That only serves to end the wait as soon as it has come.
struct Line {
    speaker: usize,
    bytes: String,
    answer: String,
    is_for_all: bool,
}

impl Line {
    fn say(speaker: usize, name: &str, words: &str) -> Line {
        Line { speaker, bytes: format!("SAY {words}\n"), answer: says(name, words), is_for_all: true }
    }

    fn hello(speaker: usize, name: &str) -> Line {
        let (bytes, answer) = (format!("HELLO {name}\n"), is_in_the_room(name));
        Line { speaker, bytes, answer, is_for_all: true }
    }

    fn who(speaker: usize, names: &[&str]) -> Line {
        Line { speaker, bytes: "WHO\n".to_owned(), answer: who(names), is_for_all: false }
    }

    /// What each client gets when the line comes whole.
    fn whole(&self, crowd: &mut Crowd) -> Step<Vec<Vec<u8>>> {
        let is_told = |index| self.is_for_all || index == self.speaker;
        crowd.after(self.speaker, &self.bytes, |index| if is_told(index) { self.answer.as_str() } else { "" })
    }
}

/// Each client must now get the same as it got from whole lines.
fn expect_same(crowd: &mut Crowd, whole: &[Vec<u8>], remark: &str) -> Step {
    let got = crowd.get(|index| whole[index].clone())?;
    crowd.compare(&got, |index| whole[index].clone()).map_err(|stop| stop.remark(remark))
}

/// L4.12
pub(super) fn reads_commands_however_cut(session: &mut Session) -> Step {
    let name = session.name(4);
    let mut crowd = Crowd::of(session, CLIENTS)?;
    let list = Line::who(0, &[&name, ANONYMOUS, ANONYMOUS]);
    for line in [Line::hello(0, &name), Line::say(0, &name, &session.text(4)), list] {
        // A server may answer differently when a client says its name for the second time.
        line.whole(&mut crowd)?;
        let whole = line.whole(&mut crowd)?;
        let bytes = line.bytes.as_bytes();
        for pieces in every_way(bytes) {
            crowd.clients[0].send_in_pieces(pieces)?;
            expect_same(&mut crowd, &whole, "the line came in pieces")?;
        }
    }
    let (first, last) = (session.text(7), session.text(7));
    let list = Line::who(1, &[&name, ANONYMOUS, ANONYMOUS]);
    takes_glued_lines(&mut crowd, &[Line::say(1, ANONYMOUS, &first), list, Line::say(1, ANONYMOUS, &last)])?;
    let said = [&name, ANONYMOUS, ANONYMOUS].into_iter().enumerate();
    let lines: Vec<Line> = said.map(|(speaker, name)| Line::say(speaker, name, &session.text(9))).collect();
    let cut = session.random.usize(1..lines[0].bytes.len());
    takes_lines_in_turns(&mut crowd, &lines, cut)?;
    crowd.nothing_more()
}

/// All lines come from one speaker.
fn takes_glued_lines(crowd: &mut Crowd, lines: &[Line]) -> Step {
    let mut one_by_one = vec![Vec::new(); CLIENTS];
    for line in lines {
        for (all, got) in one_by_one.iter_mut().zip(line.whole(crowd)?) {
            all.extend(got);
        }
    }
    let glued: String = lines.iter().map(|line| line.bytes.as_str()).collect();
    crowd.clients[lines[0].speaker].send(glued)?;
    expect_same(crowd, &one_by_one, "several lines came in one segment")
}

/// Every client says a part of a line before any client says the rest.
fn takes_lines_in_turns(crowd: &mut Crowd, lines: &[Line], cut: usize) -> Step {
    let mut wholes = Vec::with_capacity(lines.len());
    for line in lines {
        wholes.push(line.whole(crowd)?);
    }
    for line in lines {
        crowd.clients[line.speaker].send_in_pieces([&line.bytes.as_bytes()[..cut]])?;
    }
    for (line, whole) in lines.iter().zip(&wholes).rev() {
        crowd.clients[line.speaker].send(&line.bytes[cut..])?;
        expect_same(crowd, whole, "lines of several clients came in pieces, in turns")?;
    }
    Ok(())
}
