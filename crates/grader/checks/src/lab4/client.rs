//! The presence client, a program with two sources of events: its server, which the grader plays, and its standard input.

use super::crowd::{WHAT, contains, gather};
use super::server::LINES_ABOUT;
use crate::kit::leaving::Way;
use model::{Failure, Kind, Step};
use session::{Program, Session, wrong_output};
use std::net::{Ipv4Addr, SocketAddr};
use wire::{Listener, Peer};

const PROGRAM: &str = "presence-client";
const KIBIBYTE: usize = 1024;
/// The longest name in the handout.
const LONGEST_NAME: usize = 100;
const WELCOME: &str = "Welcome! Say HELLO, SAY, WHO, BYE or KILL.\n";

/// A client that has connected to the grader.
struct Visit {
    client: Program,
    server: Peer,
    name: String,
    _listener: Listener,
}

fn values(server: SocketAddr, name: &str) -> [(&'static str, String); 3] {
    [("host", server.ip().to_string()), ("port", server.port().to_string()), ("name", name.to_owned())]
}

impl Visit {
    /// Starts the client, welcomes it, and takes what it says first. The name is random.
    fn begin(session: &mut Session) -> Step<(Visit, Vec<u8>)> {
        let name = session.name(7);
        Visit::begin_as(session, name)
    }

    /// As [`Visit::begin`], with a given name.
    fn begin_as(session: &mut Session, name: String) -> Step<(Visit, Vec<u8>)> {
        let listener = session.listen(Ipv4Addr::LOCALHOST.into())?;
        let client = session.start(PROGRAM, &values(listener.address(), &name))?;
        let mut server = listener.accept()?;
        server.send(WELCOME)?;
        let mut visit = Visit { client, server, name, _listener: listener };
        let said = visit.says(&hello(&visit.name))?;
        Ok((visit, said))
    }

    /// Returns what the client sends now. `expected` is what it should send, see [`gather`].
    fn says(&mut self, expected: &str) -> Step<Vec<u8>> {
        let (mut said, _) = gather(&mut [&mut self.server], &[expected.into()])?;
        Ok(said.swap_remove(0))
    }

    /// Gives the client this on standard input, and returns what it then sends. `expected` is what it should send.
    fn hears(&mut self, input: &str, expected: &str) -> Step<Vec<u8>> {
        self.client.input(input.as_bytes())?;
        self.says(expected)
    }

    /// Gives the client a line on standard input, and expects it to be sent unchanged.
    fn passes_on(&mut self, line: &str) -> Step {
        let got = self.hears(line, line)?;
        if got == line.as_bytes() {
            return Ok(());
        }
        let summary = "what was given on standard input was not sent as it is, when it came";
        Err(Failure::new(Kind::Mismatch, summary).expected(line.as_bytes()).got(&*got).into())
    }

    /// Sends a line to the client, and expects it on standard output before anything else happens.
    fn prints(&mut self, line: &str) -> Step {
        self.server.send(format!("{line}\n"))?;
        self.expect_printed(line)
    }

    /// Expects these lines on standard output, one after the other and unchanged.
    fn expect_printed(&self, lines: &str) -> Step {
        let printed = |client: &Program| -> Step<bool> {
            let output = [b"\n".as_slice(), &client.output()?].concat();
            Ok(contains(&output, format!("\n{lines}\n").as_bytes()))
        };
        let still = self.client.wait_until(&mut |client| printed(client))?;
        if still.is_none() || printed(&self.client)? {
            return Ok(());
        }
        let output = self.client.output()?;
        let summary =
            "a line that came from the server is not on standard output, and nothing more will come";
        let mut failure = wrong_output(summary, lines, &output);
        if let Some(still) = still {
            failure = failure.kernel(still.kernel);
        }
        Err(failure.into())
    }
}

fn hello(name: &str) -> String {
    format!("HELLO {name}\n")
}

/// L4.14
pub(super) fn passes_lines_both_ways(session: &mut Session) -> Step {
    let name = session.name(LONGEST_NAME);
    let (mut visit, said) = Visit::begin_as(session, name)?;
    let hello = hello(&visit.name);
    if said != hello.as_bytes() {
        let failure =
            Failure::new(Kind::Mismatch, "the client does not say HELLO with its name on connecting");
        let failure = failure.expected(hello.as_bytes());
        return Err(failure.got(&*said).into());
    }
    visit.expect_printed(WELCOME.trim_end())?;
    let notice = format!("{} is in the room.", visit.name);
    visit.prints(&notice)?;
    // A line in two pieces, cut within a letter, and two lines in one piece.
    let (first, second, third) =
        (format!("Zoé says: é {}", session.text(9)), session.text(9), session.text(9));
    let cut = "Zo\u{e9}".len() - 1;
    let line = format!("{first}\n");
    visit.server.send_in_pieces([&line.as_bytes()[..cut], &line.as_bytes()[cut..]])?;
    visit.expect_printed(&first)?;
    visit.server.send(format!("{second}\n{third}\n"))?;
    visit.expect_printed(&second)?;
    visit.expect_printed(&third)?;
    // A whole line and half of the next one: the whole one has arrived.
    let (whole, half, rest) = (session.text(9), session.text(5), session.text(5));
    visit.server.send(format!("{whole}\n{half}"))?;
    visit.expect_printed(&whole)?;
    visit.server.send(format!("{rest}\n"))?;
    visit.expect_printed(&format!("{half}{rest}"))?;
    // Two lines that come at once, as when a user pastes them.
    visit.passes_on(&format!("SAY {}\nSAY {}\n", session.text(9), session.text(9)))?;
    for line in ["SAY hello,  world\n", "WHO\n"] {
        visit.passes_on(line)?;
        visit.prints(&session.text(12))?;
    }
    for length in LINES_ABOUT {
        visit.prints(&session.text(length - 1))?;
        visit.passes_on(&format!("SAY {}\n", session.text(length - "SAY \n".len())))?;
    }
    visit.prints(&format!("Currently connected users:\n - {}\n - An anonymous user\n", visit.name))?;
    visit.server.expect_silence()
}

/// L4.15
pub(super) fn leaves_politely(session: &mut Session) -> Step {
    let mixed = ["Bye", "bYe", "byE", "BYe", "ByE", "bYE"][session.random.usize(..6)];
    for word in [Some("BYE"), Some(mixed), None] {
        let (mut visit, _) = Visit::begin(session)?;
        let got = match word {
            Some(word) => {
                if word == mixed {
                    // A line that only contains the word is no farewell. Another clause decides what becomes of it.
                    visit.hears("SAY goodbye\n", "SAY goodbye\n")?;
                    visit.server.offer("somebody says: goodbye\n")?;
                    // A command is a whole word, and this is another one.
                    visit.hears("BYEBYE\n", "BYEBYE\n")?;
                    visit.server.offer(WHAT)?;
                }
                // What the user types after it is not for the server any more.
                visit.hears(&format!("{word}\nSAY more\n"), &format!("{word}\n"))?
            }
            None => {
                visit.client.close_input()?;
                let got = visit.says("BYE\n")?;
                // The server takes its time. A client that leaves by a clock instead has left when nothing more happens by itself.
                visit.client.wait_until_still()?;
                got
            }
        };
        said_bye(word, &got)?;
        let last = format!("{} is about to leave the room.", visit.name);
        // A client that has gone already has not printed what still comes. Its output will show that.
        visit.server.offer(format!("{last}\n"))?;
        visit.server.half_close()?;
        visit.client.expect_success()?;
        // Now that it has ended, nothing more can come.
        let (behind, _) = visit.server.read_until_still(KIBIBYTE)?;
        said_bye(word, &[got, behind].concat())?;
        let mut console = visit.client.console()?;
        // Another clause decides how many lines these are.
        console.retain(|byte| *byte != b'\n');
        if !contains(&console, last.as_bytes()) {
            let summary = "what came after the client had said BYE was not printed";
            return Err(wrong_output(summary, &last, &console).into());
        }
    }
    Ok(())
}

/// The last line that the client sent must be BYE. This clause does not decide what it said before.
fn said_bye(word: Option<&str>, got: &[u8]) -> Step {
    let last = got.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    if last.eq_ignore_ascii_case(b"BYE") {
        return Ok(());
    }
    let when = if word.is_some() { "on the line BYE" } else { "at the end of standard input" };
    let summary = format!("the client does not send BYE {when} and nothing behind it");
    let expected = format!("{}\n", word.unwrap_or("BYE"));
    Err(Failure::new(Kind::Mismatch, summary).expected(expected.as_bytes()).got(got).into())
}

/// L4.16
pub(super) fn notices_that_the_server_is_gone(session: &mut Session) -> Step {
    let nobody = session.unused_address()?;
    let name = session.name(8);
    let client = session.start(PROGRAM, &values(nobody, &name))?;
    client.expect_told_error()?;
    drop(client);
    for way in [Way::Close, Way::Reset] {
        let (visit, _) = Visit::begin(session)?;
        // It has printed the welcome by then, if it ever does. The welcome is no message about the end.
        let welcome = WELCOME.trim_end().as_bytes();
        visit.client.wait_until(&mut |client| Ok(contains(&client.console()?, welcome)))?;
        let before = visit.client.console()?;
        way.leave(visit.server)?;
        visit.client.expect_told_error()?;
        let console = visit.client.console()?;
        if console.len() == before.len() {
            let summary = "the client does not say that the server is gone";
            return Err(wrong_output(summary, "a message in words", &console[before.len()..]).into());
        }
    }
    Ok(())
}
