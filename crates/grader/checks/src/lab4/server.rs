//! The presence server's commands, each seen by everybody in the room. What one clause decides the others take as it
//! comes: they look at what follows a single command after the room has come to rest.

use super::crowd::{
    ANONYMOUS, ARRIVAL, Crowd, KILLED, SERVER, WHAT, has_left, is_about_to_leave, is_in_the_room, says, who,
};
use crate::Session;
use model::{Failure, Kind, Step, Stop};
use wire::{Peer, bytewise, every_cut, receive_all};

/// The words that a welcome names.
const COMMANDS: [&str; 5] = ["HELLO", "SAY", "WHO", "BYE", "KILL"];
/// How many clients are there at once, and how many lines each says.
const MANY: usize = 50;
const LINES: usize = 2;

/// L4.1
pub(super) fn welcomes(session: &mut Session) -> Step {
    let mut server = session.serve(SERVER)?;
    let mut client = server.connect()?;
    let (welcome, _) = client.read_until_still(1 << 16)?;
    let text = text(&welcome);
    let missing: Vec<&str> = COMMANDS.into_iter().filter(|word| !text.contains(word)).collect();
    if missing.is_empty() && welcome.ends_with(b"\n") {
        return session.restart(server, &[]).map(drop);
    }
    let summary = match missing.as_slice() {
        [] => "the welcome does not end with an end of line".to_owned(),
        words => format!("the welcome does not name {}", words.join(", ")),
    };
    let failure = Failure::new(Kind::Mismatch, summary)
        .expected("one line or more that name HELLO, SAY, WHO, BYE and KILL");
    Err(failure.got(&*welcome).into())
}

/// L4.2
pub(super) fn announces_arrivals(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 1)?;
    for present in 1..=2 {
        crowd.join()?;
        let got = crowd.settle()?;
        // What comes to the new client is another clause's matter.
        let told = got[..present].iter().map(|got| lines_equal_to(got, ARRIVAL));
        for (index, count) in told.enumerate() {
            if count != 1 {
                return Err(crowd.mismatch(index, ARRIVAL, &got[index])?.into());
            }
        }
    }
    Ok(())
}

/// L4.3
pub(super) fn welcomes_nobody_else(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 2)?;
    let newcomer = crowd.server.connect()?;
    crowd.clients.push(newcomer);
    let got = crowd.settle()?;
    if got.iter().all(Vec::is_empty) {
        return Err(crowd.mismatch(2, "a welcome\n", b"")?.into());
    }
    for got in &got[..2] {
        let rest: Vec<&[u8]> =
            got.split_inclusive(|byte| *byte == b'\n').filter(|line| *line != ARRIVAL.as_bytes()).collect();
        let text = text(got);
        if rest.len() > 1 || COMMANDS.iter().any(|word| text.contains(word)) {
            let summary = "a client that was there already got the new one's welcome";
            return Err(Failure::new(Kind::Unexpected, summary)
                .expected(ARRIVAL.as_bytes())
                .got(&**got)
                .into());
        }
    }
    Ok(())
}

/// L4.4
pub(super) fn says_hello(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 3)?;
    let name = session.text(8);
    crowd.expect(0, &format!("HELLO {name}\n"), |_| is_in_the_room(&name))?;
    let (first, second) = (session.text(5), session.text(5));
    crowd.expect(1, &format!("hello {first} {second}\n"), |_| is_in_the_room(&first))?;
    crowd.expect(2, "Hello\r\n", |_| is_in_the_room(ANONYMOUS))?;
    let other = session.text(6);
    crowd.expect(1, &format!("HELLO {other}\n"), |_| is_in_the_room(&other))?;
    crowd.expect(0, "HELLO\n", |_| is_in_the_room(ANONYMOUS))
}

/// L4.5
pub(super) fn passes_on_what_is_said(session: &mut Session) -> Step {
    let (ann, bob) = (session.text(6), session.text(6));
    let mut crowd = Crowd::named(session, &[&ann, &bob])?;
    let text = format!("{}  two   spaces, Größe, WHO and BYE {}", session.text(9), session.text(9));
    crowd.expect(0, &format!("SAY {text}\n"), |_| says(&ann, &text))?;
    let text = format!("{}, dit-il: {}", session.text(9), session.text(3));
    crowd.expect(1, &format!("sAy {text}\r\n"), |_| says(&bob, &text))?;
    crowd.expect(0, "SAY\n", |_| says(&ann, "nothing..."))
}

/// L4.6
pub(super) fn lists_who_is_there(session: &mut Session) -> Step {
    let (ann, bob, cat) =
        (format!("z{}", session.text(5)), format!("m{}", session.text(5)), format!("a{}", session.text(5)));
    let mut crowd = Crowd::of(session, 3)?;
    // The order in which they say their names is another one than that in which they came.
    for (client, name) in [(2, &cat), (0, &ann), (1, &bob)] {
        crowd.after(client, format!("HELLO {name}\n"))?;
    }
    let answer = who(&[&ann, &bob, &cat]);
    for (asker, command) in [(1, "WHO\n"), (0, "wHo\r\n")] {
        crowd.expect(asker, command, |index| if index == asker { answer.clone() } else { String::new() })?;
    }
    Ok(())
}

/// L4.7
pub(super) fn lists_the_anonymous(session: &mut Session) -> Step {
    let ann = session.text(6);
    let mut crowd = Crowd::of(session, 3)?;
    crowd.after(1, format!("HELLO {ann}\n"))?;
    let got = crowd.after(2, "WHO\n")?;
    let list = text(&got[2]);
    // Their order, and what stands around the list, is the clause before's matter.
    let listed = |name: &str| list.lines().filter(|line| line.trim_end().ends_with(name)).count();
    if listed(ANONYMOUS) != 2 {
        return Err(crowd.mismatch(2, &who(&[ANONYMOUS, &ann, ANONYMOUS]), &got[2])?.into());
    }
    let words = session.text(9);
    let got = crowd.after(0, format!("SAY {words}\n"))?;
    let said = text(&got[1]);
    if !said.is_empty() && !said.contains(ANONYMOUS) {
        return Err(crowd.mismatch(1, &says(ANONYMOUS, &words), &got[1])?.into());
    }
    Ok(())
}

/// L4.8
pub(super) fn says_goodbye(session: &mut Session) -> Step {
    let (ann, bob, cat) = (session.text(6), session.text(6), session.text(6));
    let mut crowd = Crowd::named(session, &[&ann, &bob, &cat])?;
    for (leaver, name, command) in [(2, &cat, "BYE\n"), (0, &ann, "bYe\r\n")] {
        let (about, left) = (is_about_to_leave(name), has_left(name));
        crowd.expect(leaver, command, |index| {
            if index == leaver { about.clone() } else { format!("{about}{left}") }
        })?;
        let mut gone = crowd.clients.remove(leaver);
        gone.expect_closed()?;
    }
    Ok(())
}

/// L4.9
pub(super) fn announces_who_just_goes(session: &mut Session) -> Step {
    for what in ["a client closes", "a client resets the connection", "a client closes its sending side"] {
        let names: Vec<String> = (0..4).map(|_| session.text(6)).collect();
        let mut crowd = Crowd::named(session, &names.iter().map(String::as_str).collect::<Vec<_>>())?;
        let mut half_closed = Vec::new();
        // One in the middle of the list goes, then the one that came last.
        for (index, name) in [(1, &names[1]), (2, &names[3])] {
            let mut leaver = crowd.clients.remove(index);
            match what {
                "a client closes" => leaver.close(),
                "a client resets the connection" => leaver.reset()?,
                _ => {
                    leaver.half_close()?;
                    half_closed.push(leaver);
                }
            }
            let got = crowd.settle()?;
            crowd.compare(&got, |_| has_left(name)).map_err(|stop| stop.remark(what))?;
        }
    }
    Ok(())
}

/// L4.10
pub(super) fn does_not_understand(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 2)?;
    for line in [format!("{}\n", session.text(7)), "HELLOO you\r\n".to_owned(), "LIST all\n".to_owned()] {
        crowd.expect(1, &line, |index| if index == 1 { WHAT.to_owned() } else { String::new() })?;
    }
    Ok(())
}

/// L4.11
pub(super) fn is_killed(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 3)?;
    crowd.clients[0].send("kIll\n")?;
    crowd.clients[0].expect(KILLED)?;
    crowd.server.expect_exit()?;
    for client in &mut crowd.clients {
        // What else they are told is left open.
        client.read_to_end(1 << 16)?;
    }
    Ok(())
}

/// L4.S6
pub(super) fn is_killed_well(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 2)?;
    crowd.clients[1].send("KILL\n")?;
    crowd.server.expect_success()
}

/// L4.12
pub(super) fn reads_commands_however_cut(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 2)?;
    for line in [format!("SAY {}\n", session.text(4)), "HELLO ann\n".to_owned(), "WHO\n".to_owned()] {
        // What the whole line leads to is the measure, right or wrong.
        crowd.after(0, &line)?;
        let whole = crowd.after(0, &line)?;
        for pieces in every_cut(line.as_bytes()).chain([bytewise(line.as_bytes())]) {
            crowd.clients[0].send_in_pieces(pieces)?;
            let got = crowd.settle()?;
            let cut = "the line came in pieces";
            crowd.compare(&got, |index| text(&whole[index])).map_err(|stop| stop.remark(cut))?;
        }
    }
    let lines =
        [format!("SAY {}\n", session.text(7)), "WHO\n".to_owned(), format!("SAY {}\n", session.text(7))];
    let mut one_by_one = vec![Vec::new(); crowd.clients.len()];
    for line in &lines {
        for (all, got) in one_by_one.iter_mut().zip(crowd.after(1, line)?) {
            all.extend(got);
        }
    }
    let got = crowd.after(1, lines.concat())?;
    let glued = "several lines came in one segment";
    crowd.compare(&got, |index| text(&one_by_one[index])).map_err(|stop| stop.remark(glued))
}

/// L4.13
pub(super) fn serves_many_at_once(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 0)?;
    crowd.join_many(MANY)?;
    crowd.settle()?;
    let mut said = Vec::new();
    for speaker in 0..MANY {
        for number in 0..LINES {
            let length = session.random.usize(1000..3000);
            said.push(format!("{speaker}/{number}/{}", session.text(length)));
        }
    }
    for (client, texts) in crowd.clients.iter_mut().zip(said.chunks(LINES)) {
        let lines: String = texts.iter().map(|text| format!("SAY {text}\n")).collect();
        client.send(lines)?;
    }
    let mut all: Vec<&mut Peer> = crowd.clients.iter_mut().collect();
    let enough = |arrived: &[u8]| arrived.iter().filter(|byte| **byte == b'\n').count() >= said.len();
    let still = receive_all(&mut all, |_, arrived| enough(arrived))?;
    for client in &mut crowd.clients {
        let got = client.take_arrived();
        if let Some(stop) = not_all_heard(client.name(), &got, &said) {
            return Err(match (stop, still) {
                (Stop::Failed(failure), Some(still)) => failure.kernel(still.kernel).into(),
                (stop, _) => stop,
            });
        }
    }
    Ok(())
}

/// The failure of a client that did not get each text once, whole and in its speaker's order. What stands before the text in a
/// line is another clause's matter.
fn not_all_heard(name: &str, got: &[u8], said: &[String]) -> Option<Stop> {
    let mut next = vec![0; MANY];
    let mut heard = 0;
    for line in got.split_inclusive(|byte| *byte == b'\n') {
        let text = text(line);
        let last = text.trim_end().rsplit(' ').next().unwrap_or_default();
        let place = said.iter().position(|text| text == last);
        let failure = match place {
            None => Failure::new(Kind::Mismatch, format!("{name} got a line that nobody has said")),
            Some(place) if next[place / LINES] != place % LINES => {
                let summary = format!("{name} got a line twice, or before one that its speaker said first");
                Failure::new(Kind::Mismatch, summary)
            }
            Some(place) => {
                next[place / LINES] += 1;
                heard += 1;
                continue;
            }
        };
        let expected = "each line that was said, whole, once, and in its speaker's order";
        return Some(failure.expected(expected).got(line).into());
    }
    (heard < said.len()).then(|| {
        let failure = Failure::new(Kind::Silence, format!("{name} got {heard} of {} lines", said.len()));
        failure.expected(format!("{} lines", said.len())).got(format!("{heard} lines")).into()
    })
}

fn lines_equal_to(got: &[u8], line: &str) -> usize {
    got.split_inclusive(|byte| *byte == b'\n').filter(|got| *got == line.as_bytes()).count()
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
