//! L4.S7: a long random history, played against the server and compared with the model after each step.

use super::crowd::Crowd;
use super::room::{Deed, Move, Room, history, without};
use super::server::text;
use crate::kit::crowd::is_over;
use crate::kit::history::expect_to_pass;
use model::{Failure, Kind, Step};
use session::Session;
use std::collections::BTreeMap;
use wire::{Peer, Stillness, receive_all};

const STEPS: usize = 2000;

/// L4.S7
pub(super) fn agrees_with_the_model(session: &mut Session) -> Step {
    let moves = history(&mut session.random, STEPS);
    expect_to_pass(session, moves, without, |session, moves, done| Play::begin(session)?.all(moves, done))
}

/// The clients of one play, by number.
struct Play {
    crowd: Crowd,
    /// The number of each of the crowd's clients.
    numbers: Vec<usize>,
    room: Room,
}

impl Play {
    fn begin(session: &mut Session) -> Step<Play> {
        let crowd = Crowd::of(session, 0)?;
        Ok(Play { crowd, numbers: Vec::new(), room: Room::default() })
    }

    /// Plays all steps; those that happen at once are played together. `done` counts the steps that were begun.
    fn all(&mut self, moves: &[Move], done: &mut usize) -> Step {
        let mut rest = moves;
        while let Some(first) = rest.first() {
            let together = 1 + rest[1..].iter().take_while(|step| step.at_once).count();
            let (round, later) = rest.split_at(together);
            *done += together;
            match first.deed {
                Deed::Join(_) => self.join(first)?,
                _ => self.round(round)?,
            }
            rest = later;
        }
        self.nothing_more()
    }

    /// Lets a client join and speak. Everything that comes to it before its own words is its welcome.
    fn join(&mut self, step: &Move) -> Step {
        let mut seen: BTreeMap<usize, String> = self.room.take(step).into_iter().collect();
        let own = seen.remove(&step.client).unwrap_or_default();
        let mut newcomer = self.crowd.server.connect()?;
        newcomer.send(step.deed.line())?;
        let still = receive_all(&mut [&mut newcomer], |_, arrived| arrived.ends_with(own.as_bytes()))?;
        let got = newcomer.take_arrived();
        self.crowd.clients.push(newcomer);
        self.numbers.push(step.client);
        if got.ends_with(own.as_bytes()) {
            return self.expect(&seen, true);
        }
        Err(self.differs(self.numbers.len() - 1, &own, &got, still.as_ref())?.into())
    }

    /// Lets one client act, or several at the same time.
    fn round(&mut self, steps: &[Move]) -> Step {
        let mut seen: BTreeMap<usize, String> = BTreeMap::new();
        for step in steps {
            for (client, lines) in self.room.take(step) {
                seen.entry(client).or_default().push_str(&lines);
            }
            self.act(step)?;
        }
        self.expect(&seen, steps.len() == 1)?;
        if let [Move { client, deed: Deed::Bye, .. }] = steps
            && let Some(index) = self.numbers.iter().position(|number| number == client)
        {
            self.numbers.remove(index);
            self.crowd.clients.remove(index).expect_closed()?;
        }
        Ok(())
    }

    fn act(&mut self, step: &Move) -> Step {
        let Some(index) = self.numbers.iter().position(|number| *number == step.client) else {
            return Ok(());
        };
        match step.deed {
            Deed::Leave(way) => {
                self.numbers.remove(index);
                way.leave(self.crowd.clients.remove(index)).map(drop)
            }
            _ => self.crowd.clients[index].send(step.deed.line()),
        }
    }

    /// Waits for what each client must see, and compares: the bytes, or the lines in any order for steps that happened at the same time.
    fn expect(&mut self, seen: &BTreeMap<usize, String>, in_order: bool) -> Step {
        let expected: Vec<&str> =
            self.numbers.iter().map(|number| seen.get(number).map_or("", String::as_str)).collect();
        let mut all: Vec<&mut Peer> = self.crowd.clients.iter_mut().collect();
        let still = receive_all(&mut all, |index, arrived| {
            let expected = expected.get(index).map_or(0, |expected| expected.len());
            arrived.len() >= expected
        })?;
        for (index, expected) in expected.iter().enumerate() {
            // The welcome of a client that has just joined is taken in `join`.
            if expected.is_empty() {
                continue;
            }
            let got = self.crowd.clients[index].take_arrived();
            let same =
                if in_order { got == expected.as_bytes() } else { sorted(&text(&got)) == sorted(expected) };
            if same {
                continue;
            }
            return Err(self.differs(index, expected, &got, still.as_ref())?.into());
        }
        Ok(())
    }

    fn differs(&self, index: usize, expected: &str, got: &[u8], still: Option<&Stillness>) -> Step<Failure> {
        match still {
            Some(still) if is_over(still) => Ok(still.clone().failure("a client waited")),
            _ => self.crowd.mismatch(index, expected, got),
        }
    }

    /// Nothing unexpected has come to any client, and every connection is open.
    fn nothing_more(&mut self) -> Step {
        self.crowd.nothing_more()?;
        let ended = self.crowd.clients.iter().find(|client| client.ending().is_some());
        ended.map_or(Ok(()), |client| {
            let summary = format!("the server has ended the connection of {}", client.name());
            Err(client.lost(Kind::Ended, summary)?.expected("an open connection").got("its end").into())
        })
    }
}

fn sorted(lines: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = lines.split_inclusive('\n').collect();
    lines.sort_unstable();
    lines
}
