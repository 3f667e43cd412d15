//! A model of the room: what each client must see after each step of a history; and histories made at random.

use super::crowd::{ANONYMOUS, ARRIVAL, WHAT, has_left, is_about_to_leave, is_in_the_room, says, who};
use crate::kit::leaving::Way;
use fastrand::Rng;
use session::words;
use std::fmt;

/// How many clients are in the room at most.
const MOST: usize = 100;

/// What one client does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Connects and says this. Once it sees its own words, it will see everything that comes later.
    Join(String),
    Hello(Option<String>),
    Say(Option<String>),
    Who,
    Nonsense(String),
    Bye,
    /// Leaves without a word.
    Leave(Way),
}

/// One step of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Move {
    /// The client that acts. Each client that ever joins has its own number.
    pub(super) client: usize,
    pub(super) deed: Deed,
    /// Whether it happens at the same time as the step before it.
    pub(super) at_once: bool,
}

/// The present clients, in the order of arrival.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    present: Vec<(usize, Option<String>)>,
}

/// A client and what it must see of one step.
type Seen = (usize, String);

impl Deed {
    /// What the client sends for it; empty if it sends nothing.
    pub(super) fn line(&self) -> String {
        match self {
            Deed::Hello(Some(name)) => format!("HELLO {name}\n"),
            Deed::Hello(None) => "HELLO\n".to_owned(),
            Deed::Say(Some(text)) | Deed::Join(text) => format!("SAY {text}\n"),
            Deed::Say(None) => "SAY\n".to_owned(),
            Deed::Who => "WHO\n".to_owned(),
            Deed::Nonsense(text) => format!("{text}\n"),
            Deed::Bye => "BYE\n".to_owned(),
            Deed::Leave(_) => String::new(),
        }
    }

    fn is_leaving(&self) -> bool {
        matches!(self, Deed::Bye | Deed::Leave(_))
    }

    /// Whether steps of others may happen at the same time: everybody sees the same lines, whichever comes first.
    fn is_talk(&self) -> bool {
        matches!(self, Deed::Hello(_) | Deed::Say(_) | Deed::Nonsense(_))
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.client + 1;
        match &self.deed {
            Deed::Join(text) => write!(f, "{number} joins and says {text}"),
            Deed::Leave(Way::Reset) => write!(f, "{number} resets"),
            Deed::Leave(_) => write!(f, "{number} closes"),
            deed => write!(f, "{number}: {}", deed.line().trim_end()),
        }
    }
}

impl Room {
    /// Whether another client would see this one leave. Otherwise nobody could tell when the server has noticed it.
    fn would_miss(&self, client: usize) -> bool {
        self.has(client) && self.present.len() > 1
    }

    fn has(&self, client: usize) -> bool {
        self.present.iter().any(|(other, _)| *other == client)
    }

    fn name(&self, client: usize) -> String {
        let found = self.present.iter().find(|(other, _)| *other == client);
        found.and_then(|(_, name)| name.clone()).unwrap_or_else(|| ANONYMOUS.to_owned())
    }

    /// Takes a step, and returns what each present client sees of it. The text of the welcome is left open.
    pub(super) fn take(&mut self, step: &Move) -> Vec<Seen> {
        let name = self.name(step.client);
        match &step.deed {
            Deed::Join(text) => {
                let mut seen = self.everybody(&format!("{ARRIVAL}{}", says(ANONYMOUS, text)));
                self.present.push((step.client, None));
                seen.push((step.client, says(ANONYMOUS, text)));
                seen
            }
            Deed::Hello(name) => {
                for (client, known) in &mut self.present {
                    if *client == step.client {
                        known.clone_from(name);
                    }
                }
                self.everybody(&is_in_the_room(name.as_deref().unwrap_or(ANONYMOUS)))
            }
            Deed::Say(text) => self.everybody(&says(&name, text.as_deref().unwrap_or("nothing..."))),
            Deed::Who => {
                let names: Vec<String> = self.present.iter().map(|(client, _)| self.name(*client)).collect();
                vec![(step.client, who(&names.iter().map(String::as_str).collect::<Vec<_>>()))]
            }
            Deed::Nonsense(_) => vec![(step.client, WHAT.to_owned())],
            Deed::Bye => {
                let about = is_about_to_leave(&name);
                self.remove(step.client);
                let mut seen = self.everybody(&format!("{about}{}", has_left(&name)));
                seen.push((step.client, about));
                seen
            }
            Deed::Leave(_) => {
                self.remove(step.client);
                self.everybody(&has_left(&name))
            }
        }
    }

    fn remove(&mut self, client: usize) {
        self.present.retain(|(other, _)| *other != client);
    }

    fn everybody(&self, line: &str) -> Vec<Seen> {
        self.present.iter().map(|(client, _)| (*client, line.to_owned())).collect()
    }
}

/// A history of `steps` steps.
pub(super) fn history(random: &mut Rng, steps: usize) -> Vec<Move> {
    let mut room = Room::default();
    let mut moves: Vec<Move> = Vec::with_capacity(steps);
    let mut newest = 0;
    // The clients that have acted since everything was last at rest. No client acts twice at once.
    let mut acting: Vec<usize> = Vec::new();
    while moves.len() < steps {
        let crowd = room.present.len();
        let fill = 10 + moves.len() * MOST / steps;
        let chance = random.usize(..100);
        let (client, deed) = match chance {
            0..25 if crowd < fill.min(MOST) => (newest, Deed::Join(word(random))),
            _ if crowd < 2 => (newest, Deed::Join(word(random))),
            _ => (room.present[random.usize(..crowd)].0, deed(random, chance)),
        };
        newest += usize::from(matches!(deed, Deed::Join(_)));
        let follows_talk = moves.last().is_some_and(|last| last.deed.is_talk());
        let at_once = deed.is_talk() && follows_talk && !acting.contains(&client) && acting.len() < 8;
        if !at_once {
            acting.clear();
        }
        acting.push(client);
        let step = Move { client, deed, at_once };
        room.take(&step);
        moves.push(step);
    }
    moves
}

fn word(random: &mut Rng) -> String {
    let length = random.usize(1..10);
    words::name(random, length)
}

/// One of a few names, so that some clients in the room have the same.
fn name(random: &mut Rng) -> String {
    random.lowercase().to_string()
}

fn deed(random: &mut Rng, chance: usize) -> Deed {
    match chance {
        0..45 => {
            let words: Vec<String> = (0..random.usize(1..6)).map(|_| word(random)).collect();
            Deed::Say(Some(words.join(" ")))
        }
        45..50 => Deed::Say(None),
        50..58 => Deed::Hello(Some(word(random))),
        58..66 => Deed::Hello(Some(name(random))),
        66..69 => Deed::Hello(None),
        69..78 => Deed::Who,
        78..84 => Deed::Nonsense(format!("x{}", word(random))),
        84..90 => Deed::Bye,
        90..95 => Deed::Leave(Way::Close),
        _ => Deed::Leave(Way::Reset),
    }
}

/// What is left of a history when some steps are taken out. The steps of clients that never join, or have left, are removed too.
pub(super) fn without(moves: &[Move], taken: &dyn Fn(usize) -> bool) -> Vec<Move> {
    let mut room = Room::default();
    let mut kept: Vec<Move> = Vec::new();
    for (index, step) in moves.iter().enumerate() {
        let possible = match &step.deed {
            Deed::Join(_) => !room.has(step.client),
            deed if deed.is_leaving() => room.would_miss(step.client),
            _ => room.has(step.client),
        };
        if taken(index) || !possible {
            continue;
        }
        let follows_talk = kept.last().is_some_and(|last| last.deed.is_talk());
        let step = Move { at_once: step.at_once && follows_talk, ..step.clone() };
        room.take(&step);
        kept.push(step);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(client: usize, deed: Deed) -> Move {
        Move { client, deed, at_once: false }
    }

    #[test]
    fn everybody_sees_what_the_handout_says() {
        let mut room = Room::default();
        let said = "An anonymous user says: hi\n".to_owned();
        assert_eq!(room.take(&step(0, Deed::Join("hi".to_owned()))), [(0, said.clone())]);
        let joined = room.take(&step(1, Deed::Join("hi".to_owned())));
        assert_eq!(joined, [(0, format!("{ARRIVAL}{said}")), (1, said)]);
        let hello = room.take(&step(1, Deed::Hello(Some("bob".to_owned()))));
        assert_eq!(hello, [0, 1].map(|client| (client, "bob is in the room.\n".to_owned())));
        let list = "Currently connected users:\n - An anonymous user\n - bob\n\n".to_owned();
        assert_eq!(room.take(&step(0, Deed::Who)), [(0, list)]);
        let bye = room.take(&step(1, Deed::Bye));
        let about = "bob is about to leave the room.\n";
        assert_eq!(bye, [(0, format!("{about}bob has left the room.\n")), (1, about.to_owned())]);
        assert!(!room.has(1) && room.has(0));
    }

    #[test]
    fn the_same_seed_makes_the_same_history_and_another_another() {
        let made = |seed| history(&mut Rng::with_seed(seed), 300);
        assert_eq!(made(7), made(7));
        assert_ne!(made(7), made(8));
    }

    #[test]
    fn histories_make_sense_and_so_does_what_is_left_of_them() {
        let moves = history(&mut Rng::with_seed(1), 2000);
        assert_eq!(without(&moves, &|_| false), moves);
        let joins = moves.iter().filter(|step| matches!(step.deed, Deed::Join(_))).count();
        assert!(joins > 100 && moves.iter().any(|step| step.at_once), "{joins}");
        // Without its join, all later steps of this client are gone.
        let rest = without(&moves, &|index| index == 0);
        assert!(rest.iter().all(|step| step.client != moves[0].client));
    }
}
