//! The presence server's commands, which everybody in the room sees. Each clause takes what another clause decides as it comes: it looks at
//! what follows a single command after the room has come to rest.

use super::crowd::{ANONYMOUS, ARRIVAL, Crowd, KILLED, SERVER, WHAT, contains, is_in_the_room, says, who};
use model::{Failure, Kind, Step, Stop};
use session::Session;
use wire::{Framing, Peer, receive_all, receive_until_rested};

/// The words that a welcome names.
const COMMANDS: [&str; 5] = ["HELLO", "SAY", "WHO", "BYE", "KILL"];
/// The most usual sizes of buffers, as lengths of names, and the longest name in the handout.
const NAMES: [usize; 4] = [16, 32, 64, 100];
/// The lengths of lines, with their ends, around usual sizes of buffers. The last one is the longest line in the handout.
pub(super) const LINES_ABOUT: [usize; 8] = [1023, 1024, 1025, 4095, 4096, 4097, 8191, 8192];
/// How many clients are there at once, and how many lines each says.
const MANY: usize = 50;
const LINES: usize = 2;

/// L4.1
pub(super) fn welcomes(session: &mut Session) -> Step {
    let mut server = session.serve(SERVER)?;
    server.expect_over_ipv4()?;
    let mut client = server.connect()?;
    let missing = |welcome: &[u8]| -> Vec<&str> {
        COMMANDS.into_iter().filter(|word| !contains(welcome, word.as_bytes())).collect()
    };
    let is_whole = |welcome: &[u8]| welcome.ends_with(b"\n") && missing(welcome).is_empty();
    receive_all(&mut [&mut client], |_, arrived| is_whole(arrived))?;
    let (welcome, _) = client.read_until_rested()?;
    if is_whole(&welcome) {
        return session.restart(server, &[]).map(drop);
    }
    let missing = missing(&welcome);
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
    let most = session.random.usize(2..=4);
    for present in 1..=most {
        crowd.join()?;
        // Another clause decides what the new client gets.
        let got = crowd.until(|index, arrived| index >= present || lines_equal_to(arrived, ARRIVAL) > 0)?;
        crowd.announced(&got[..present], 1)?;
    }
    let late = crowd.settle()?;
    crowd.announced(&late, 0)
}

impl Crowd {
    /// Each of these clients must have got the line about an arrival `times` times.
    fn announced(&self, got: &[Vec<u8>], times: usize) -> Step {
        let wrong = got.iter().position(|got| lines_equal_to(got, ARRIVAL) != times);
        wrong.map_or(Ok(()), |index| {
            let expected = ARRIVAL.repeat(times);
            Err(self.mismatch(index, expected, &got[index])?.into())
        })
    }
}

/// L4.3
pub(super) fn welcomes_nobody_else(session: &mut Session) -> Step {
    let present = session.random.usize(2..=4);
    let mut crowd = Crowd::of(session, present)?;
    let newcomer = crowd.server.connect()?;
    crowd.clients.push(newcomer);
    let got = crowd.settle()?;
    if got.iter().all(Vec::is_empty) {
        return Err(crowd.mismatch(present, "a welcome\n", b"")?.into());
    }
    for got in &got[..present] {
        let rest: Vec<&[u8]> = Framing::Lines.split(got).filter(|line| *line != ARRIVAL.as_bytes()).collect();
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
    let name = session.name(7);
    crowd.expect(0, format!("HELLO {name}\n"), |_| is_in_the_room(&name))?;
    let (first, second) = (session.name(5), session.name(5));
    crowd.expect(1, format!("hello {first} {second}\n"), |_| is_in_the_room(&first))?;
    crowd.expect(2, "Hello\r\n", |_| is_in_the_room(ANONYMOUS))?;
    let other = session.name(6);
    crowd.expect(1, format!("HELLO {other}\n"), |_| is_in_the_room(&other))?;
    crowd.expect(0, "HELLO\n", |_| is_in_the_room(ANONYMOUS))?;
    for length in NAMES {
        let name = session.name(length);
        let client = session.random.usize(..3);
        crowd.expect(client, format!("HELLO {name}\n"), |_| is_in_the_room(&name))?;
    }
    crowd.nothing_more()
}

/// L4.5
pub(super) fn passes_on_what_is_said(session: &mut Session) -> Step {
    let names = [session.name(6), session.name(6)];
    let mut crowd = Crowd::named(session, &names)?;
    let text = format!("{}  two   spaces, Größe, WHO and BYE - {}", session.text(9), session.text(9));
    crowd.expect(0, format!("SAY {text}\n"), |_| says(&names[0], &text))?;
    let text = format!("-{}, dit-il: {}", session.text(9), session.text(3));
    crowd.expect(1, format!("sAy {text}\r\n"), |_| says(&names[1], &text))?;
    crowd.expect(0, "SAY\n", |_| says(&names[0], "nothing..."))?;
    for length in LINES_ABOUT {
        for end in ["\n", "\r\n"] {
            let text = session.text(length - "SAY ".len() - end.len());
            let speaker = session.random.usize(..2);
            crowd.expect(speaker, format!("SAY {text}{end}"), |_| says(&names[speaker], &text))?;
        }
    }
    crowd.nothing_more()
}

/// L4.6
pub(super) fn lists_who_is_there(session: &mut Session) -> Step {
    let count = session.random.usize(3..=5);
    // The clients arrive neither in alphabetical order nor in the order in which they say their names.
    let names: Vec<String> =
        "zwtmc".chars().take(count).map(|first| format!("{first}{}", session.name(5))).collect();
    let mut crowd = Crowd::of(session, count)?;
    for client in (0..count).map(|turn| (turn + count - 1) % count) {
        let name = &names[client];
        crowd.after(client, format!("HELLO {name}\n"), |_| is_in_the_room(name))?;
    }
    let answer = who(&names);
    let first = session.random.usize(..count);
    for (asker, command) in [(first, "WHO\n"), ((first + 1) % count, "wHo\r\n")] {
        crowd.expect(asker, command, |index| if index == asker { answer.as_str() } else { "" })?;
    }
    crowd.nothing_more()
}

/// L4.7
pub(super) fn lists_the_anonymous(session: &mut Session) -> Step {
    let ann = session.name(6);
    let mut crowd = Crowd::of(session, 3)?;
    let named = session.random.usize(..3);
    let (asker, speaker) = ((named + 1) % 3, (named + 2) % 3);
    crowd.after(named, format!("HELLO {ann}\n"), |_| is_in_the_room(&ann))?;
    let mut names = [ANONYMOUS; 3];
    names[named] = &ann;
    let answer = who(&names);
    let got = crowd.after(asker, "WHO\n", |index| if index == asker { answer.as_str() } else { "" })?;
    let list = text(&got[asker]);
    // L4.6 decides about the order and about what stands around the list.
    let listed = |name: &str| list.lines().filter(|line| line.trim_end().ends_with(name)).count();
    if listed(ANONYMOUS) != 2 {
        return Err(crowd.mismatch(asker, answer, &got[asker])?.into());
    }
    let words = session.text(9);
    let line = says(ANONYMOUS, &words);
    let got = crowd.after(speaker, format!("SAY {words}\n"), |_| line.as_str())?;
    let said = text(&got[named]);
    if !said.is_empty() && !said.contains(ANONYMOUS) {
        return Err(crowd.mismatch(named, line, &got[named])?.into());
    }
    Ok(())
}

/// L4.10
pub(super) fn does_not_understand(session: &mut Session) -> Step {
    let count = session.random.usize(2..=4);
    let mut crowd = Crowd::of(session, count)?;
    let mut sender = session.random.usize(..count);
    for line in [format!("{}\n", session.text(7)), "HELLOO you\r\n".to_owned(), "LIST all\n".to_owned()] {
        sender = (sender + 1) % count;
        crowd.expect(sender, line, |index| if index == sender { WHAT } else { "" })?;
    }
    crowd.nothing_more()
}

/// L4.11
pub(super) fn is_killed(session: &mut Session) -> Step {
    let mut crowd = Crowd::of(session, 3)?;
    let killer = session.random.usize(1..3);
    crowd.clients[killer].send("kIll\n")?;
    crowd.clients[killer].expect(KILLED)?;
    crowd.server.expect_exit()?;
    for client in &mut crowd.clients {
        // The handout does not say what else they are told.
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
    let mut counted = vec![Lines::default(); MANY];
    let mut still = None;
    // Each line has its own wait, so a server that needs a little time for each line does not take too long for all of them.
    for count in 1..=said.len() {
        still = receive_all(&mut all, |index, arrived| counted[index].count(arrived) >= count)?;
        if still.is_some() {
            break;
        }
    }
    if still.is_none() {
        receive_until_rested(&mut all)?;
    }
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

/// How many lines have come to a client, in the bytes looked at so far.
#[derive(Clone, Copy, Default)]
struct Lines {
    seen: usize,
    count: usize,
}

impl Lines {
    fn count(&mut self, arrived: &[u8]) -> usize {
        self.count += arrived[self.seen..].iter().filter(|byte| **byte == b'\n').count();
        self.seen = arrived.len();
        self.count
    }
}

/// The failure of a client that did not get each text once, whole and in its speaker's order. Another clause decides what stands before the
/// text in a line.
fn not_all_heard(name: &str, got: &[u8], said: &[String]) -> Option<Stop> {
    let mut next = vec![0; MANY];
    let mut heard = 0;
    for line in Framing::Lines.split(got) {
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
    Framing::Lines.split(got).filter(|got| *got == line.as_bytes()).count()
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
