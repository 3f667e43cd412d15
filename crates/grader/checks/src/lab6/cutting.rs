//! Every way to cut a short stream, and random ways to cut a long one. Many clients of one server send at the same time, each its
//! stream in its own pieces: the n-th pieces of all go out together, once the ones before have been read, so one wait does for all.
//! When an answer is wrong, the same stream is sent again by a client alone, and then with fewer messages and fewer cuts, as long as it
//! still fails.

use super::answers::{Habit, Message};
use super::{FRAMINGS, serve};
use crate::kit::crowd::is_over;
use crate::kit::cuts::{BUFFERS, every_set, fewest, send_in_step, told};
use model::{Failure, Kind, Step, Stop};
use session::{Program, Session};
use wire::{Framing, Peer, receive_all};

/// How many clients send at the same time.
const AT_ONCE: usize = 64;
/// How often the long stream is sent, and in how many pieces.
const RANDOM: usize = 64;
const PIECES: usize = 40;

/// A message, and where it is cut: before which of its bytes. 0 stands for the place between it and the message before.
#[derive(Clone, Debug)]
struct Part {
    message: Message,
    places: Vec<usize>,
}

/// A stream of messages with its cuts.
#[derive(Clone, Debug)]
struct Case(Vec<Part>);

impl Case {
    /// The messages, cut at these places of the stream that they are together.
    fn new(messages: &[Message], places: &[usize]) -> Case {
        let mut start = 0;
        let part = |message: &Message| {
            let all = start..start + message.bytes.len();
            let places =
                places.iter().filter(|place| all.contains(place)).map(|place| place - start).collect();
            start = all.end;
            Part { message: message.clone(), places }
        };
        Case(messages.iter().map(part).collect())
    }

    fn stream(&self) -> Vec<u8> {
        self.0.iter().flat_map(|part| part.message.bytes.clone()).collect()
    }

    /// Where the stream is cut.
    fn places(&self) -> Vec<usize> {
        let mut start = 0;
        let mut all = Vec::new();
        for part in &self.0 {
            all.extend(part.places.iter().map(|place| start + place).filter(|place| *place > 0));
            start += part.message.bytes.len();
        }
        all
    }

    fn pieces(&self) -> Vec<Vec<u8>> {
        wire::cut_at(&self.stream(), &self.places()).into_iter().map(<[u8]>::to_vec).collect()
    }

    fn answers(&self, habit: Habit) -> Vec<u8> {
        self.0.iter().flat_map(|part| habit.answer(&part.message)).collect()
    }

    /// The same with these cuts alone, which are told by message and place.
    fn with(&self, cuts: &[(usize, usize)]) -> Case {
        let part = |(index, part): (usize, &Part)| {
            let places = cuts.iter().filter(|(of, _)| *of == index).map(|(_, place)| *place).collect();
            Part { message: part.message.clone(), places }
        };
        Case(self.0.iter().enumerate().map(part).collect())
    }

    fn cuts(&self) -> Vec<(usize, usize)> {
        let of = |(index, part): (usize, &Part)| {
            part.places.iter().map(|place| (index, *place)).collect::<Vec<_>>()
        };
        self.0.iter().enumerate().flat_map(of).collect()
    }
}

/// L6.3
pub(super) fn answers_however_cut(session: &mut Session, framing: Framing) -> Step {
    let mut server = serve(session, framing)?;
    let mut clients = Vec::new();
    let habit = connect(session, &mut server, &mut clients, framing)?;
    // That several messages in one piece get an answer each is the matter of L6.2.
    let together = habit.takes_many_together(session, &mut server)?;
    let cases = [short_cases(session, framing, together), long_cases(session, framing, together)].concat();
    for some in cases.chunks(clients.len()) {
        // What went well is not shown.
        session.take_record();
        let Some((index, failure)) = first_failure(&mut clients, some, habit)? else { continue };
        let suspects = index.map_or(some, |index| &some[index..=index]);
        return match explained(session, server, suspects, habit)? {
            Some(found) => Err(found.into()),
            None if clients.len() > 1 => answers_one_client(session, &cases, habit),
            None => Err(failure.into()),
        };
    }
    // Whatever came too late to be found in the middle.
    for client in &mut clients {
        client.expect_quiet().map_err(|stop| stop.remark("every message has been answered"))?;
    }
    clients[0].expect_no_more().map_err(|stop| stop.remark("every message has been answered"))
}

/// What goes wrong only where several clients send in turns is the matter of L6.6. Here one client sends everything.
fn answers_one_client(session: &mut Session, cases: &[Case], habit: Habit) -> Step {
    let mut server = serve(session, habit.framing)?;
    let mut client = [server.connect()?];
    for case in cases {
        session.take_record();
        if let Some((_, failure)) = first_failure(&mut client, std::slice::from_ref(case), habit)? {
            let found = explained(session, server, std::slice::from_ref(case), habit)?;
            return Err(found.unwrap_or(failure).into());
        }
    }
    client[0].expect_no_more().map_err(|stop| stop.remark("every message has been answered"))
}

/// Connects clients that the server answers at the same time. Who is with one at a time has one client here: that this is too few is the
/// matter of L6.6.
fn connect(
    session: &mut Session,
    server: &mut Program,
    clients: &mut Vec<Peer>,
    framing: Framing,
) -> Step<Habit> {
    let mut client = server.connect()?;
    let habit = Habit::ask(session, &mut client, framing)?;
    clients.push(client);
    while clients.len() < AT_ONCE {
        let mut client = server.connect()?;
        let message = Message::new(framing, session.text(9));
        client.offer(&message.bytes)?;
        let answer = client.take_message(framing)?;
        if answer != habit.answer(&message) {
            client.close();
            break;
        }
        clients.push(client);
    }
    Ok(habit)
}

/// A few messages, cut in every way. If messages may not come together, each begins a piece.
fn short_cases(session: &mut Session, framing: Framing, together: bool) -> Vec<Case> {
    // Eleven bytes, which can be cut in 1,023 ways.
    let messages = match framing {
        Framing::Lines => vec![
            Message::returning(framing, session.text(3)),
            Message::new(framing, session.text(1)),
            Message::returning(framing, session.text(2)),
        ],
        Framing::Length => {
            vec![Message::new(framing, session.text(2)), Message::new(framing, session.text(1))]
        }
    };
    let length = messages.iter().map(|message| message.bytes.len()).sum();
    let starts = starts(&messages);
    let sets = every_set(length).into_iter();
    let allowed = sets.filter(|set| together || starts.iter().all(|start| set.contains(start)));
    allowed.map(|set| Case::new(&messages, &set)).collect()
}

/// Longer messages, about as long as usual buffers and longer than most, cut at random.
fn long_cases(session: &mut Session, framing: Framing, together: bool) -> Vec<Case> {
    let around = BUFFERS.iter().flat_map(|size| [size - 1, *size, size + 1]);
    let mut lengths: Vec<usize> = around.chain([1, 30, 300, 20_000]).collect();
    let mut case = || {
        session.random.shuffle(&mut lengths);
        let messages: Vec<Message> = lengths
            .iter()
            .map(|length| {
                let make = if session.random.bool() { Message::returning } else { Message::new };
                make(framing, session.text(*length))
            })
            .collect();
        let length = messages.iter().map(|message| message.bytes.len()).sum();
        let mut places: Vec<usize> = (1..PIECES).map(|_| session.random.usize(1..length)).collect();
        // In the middle of what frames a message, where chance alone would hardly cut.
        let near = starts(&messages);
        places.extend(
            (0..PIECES / 4).map(|_| near[session.random.usize(..near.len())] + 1 - session.random.usize(..3)),
        );
        if !together {
            places.extend(near);
        }
        places.sort_unstable();
        places.dedup();
        Case::new(&messages, &places)
    };
    (0..RANDOM).map(|_| case()).collect()
}

/// Where in their stream messages begin, but for the first.
fn starts(messages: &[Message]) -> Vec<usize> {
    let mut start = 0;
    let starts = messages.iter().map(|message| {
        start += message.bytes.len();
        start
    });
    let mut starts: Vec<usize> = starts.collect();
    starts.pop();
    starts
}

/// Lets each client send its case. Tells the first that got other answers than it should, if one is known to have.
fn first_failure(
    clients: &mut [Peer],
    cases: &[Case],
    habit: Habit,
) -> Step<Option<(Option<usize>, Failure)>> {
    let pieces: Vec<Vec<Vec<u8>>> = cases.iter().map(Case::pieces).collect();
    let answers: Vec<Vec<u8>> = cases.iter().map(|case| case.answers(habit)).collect();
    let clients = &mut clients[..cases.len()];
    match send_in_step(clients, &pieces) {
        Err(Stop::Failed(failure)) => return Ok(Some((None, *failure))),
        other => other?,
    }
    let mut peers: Vec<&mut Peer> = clients.iter_mut().collect();
    let still = receive_all(&mut peers, |index, arrived| arrived.len() >= answers[index].len())?;
    for (index, (client, answers)) in clients.iter_mut().zip(&answers).enumerate() {
        let got = client.take_arrived();
        if got == *answers {
            continue;
        }
        let words = format!("{} got other answers than expected", client.name());
        let mut failure = match &still {
            Some(still) if answers.starts_with(&got) || is_over(still) => {
                still.clone().failure(&format!("{} got too few answers", client.name()))
            }
            _ if client.ending().is_some() => {
                client.lost(Kind::Ended, format!("{words}: the connection ended"))?
            }
            _ => Failure::new(Kind::Mismatch, words),
        };
        failure = failure.expected(&**answers).got(&*got);
        return Ok(Some((Some(index), failure)));
    }
    Ok(None)
}

/// The failure of the shortest case that fails for a client alone, if there is one.
fn explained(
    session: &mut Session,
    server: Program,
    suspects: &[Case],
    habit: Habit,
) -> Step<Option<Failure>> {
    // What others have sent must not matter.
    let mut server = session.restart(server, &[FRAMINGS.value(habit.framing)])?;
    // Of those that have failed so far, the last one is the shortest.
    let mut last = None;
    let mut fails = |case: &Case| -> Step<bool> {
        let found = alone(session, &mut server, case, habit)?;
        let has_failed = found.is_some();
        last = found.map(|failure| (case.clone(), failure)).or(last.take());
        Ok(has_failed)
    };
    for case in suspects {
        if fails(case)? {
            let parts = fewest(case.0.clone(), |some| Ok(!some.is_empty() && fails(&Case(some.to_vec()))?))?;
            let case = Case(parts);
            fewest(case.cuts(), |cuts| fails(&case.with(cuts)))?;
            break;
        }
    }
    let Some((case, mut found)) = last else { return Ok(None) };
    let (stream, places) = (case.stream(), case.places());
    let words = match places.len() {
        0 => "the stream was not cut at all".to_owned(),
        1 => format!("the stream was cut {}", told(&stream, &places)),
        count => format!("the stream was cut at {count} places, {}", told(&stream, &places)),
    };
    found.summary = format!("{}: {words}", found.summary);
    Ok(Some(found))
}

/// A new client sends a case, if need be to a server that is started again. The failure if it gets other answers than it should.
fn alone(session: &mut Session, server: &mut Program, case: &Case, habit: Habit) -> Step<Option<Failure>> {
    session.take_record();
    let client = match server.connect() {
        Err(Stop::Failed(_)) => {
            *server = serve(session, habit.framing)?;
            server.connect()?
        }
        other => other?,
    };
    let mut clients = [client];
    let found = first_failure(&mut clients, std::slice::from_ref(case), habit)?;
    clients.into_iter().for_each(Peer::close);
    Ok(found.map(|(_, failure)| Failure { transcript: session.take_record(), ..failure }))
}
