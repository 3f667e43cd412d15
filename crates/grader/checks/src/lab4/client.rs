//! The presence client, a program with two sources of events: its server, played by the grader, and its standard input.

use super::crowd::contains;
use crate::session::wrong_output;
use crate::{Program, Session};
use model::{Failure, Kind, Step};
use std::net::{Ipv4Addr, SocketAddr};
use wire::{Listener, Peer};

const PROGRAM: &str = "presence-client";
const KIBIBYTE: usize = 1024;
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
    /// Starts the client, welcomes it, and takes what it says first.
    fn begin(session: &mut Session) -> Step<(Visit, Vec<u8>)> {
        let listener = session.listen(Ipv4Addr::LOCALHOST.into())?;
        let name = session.text(7);
        let client = session.start(PROGRAM, &values(listener.address(), &name))?;
        let mut server = listener.accept()?;
        server.send(WELCOME)?;
        let (said, _) = server.read_until_still(KIBIBYTE)?;
        Ok((Visit { client, server, name, _listener: listener }, said))
    }

    /// Sends a line to the client, and expects it on standard output before anything else happens.
    fn prints(&mut self, line: &str) -> Step {
        self.server.send(format!("{line}\n"))?;
        self.expect_printed(line)
    }

    /// Expects these lines on standard output, one after the other and as they are.
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

    /// What the server gets after the client was given this on standard input.
    fn hears(&mut self, input: &str) -> Step<Vec<u8>> {
        self.client.input(input.as_bytes())?;
        Ok(self.server.read_until_still(KIBIBYTE)?.0)
    }
}

/// L4.14
pub(super) fn passes_lines_both_ways(session: &mut Session) -> Step {
    let (mut visit, said) = Visit::begin(session)?;
    let hello = format!("HELLO {}\n", visit.name);
    if said != hello.as_bytes() {
        let failure =
            Failure::new(Kind::Mismatch, "the client does not say HELLO with its name on connecting");
        let failure = failure.expected(hello.as_bytes());
        return Err(failure.got(&*said).into());
    }
    visit.expect_printed(WELCOME.trim_end())?;
    let notice = format!("{} is in the room.", visit.name);
    visit.prints(&notice)?;
    // A line that comes in pieces, cut within a letter, and two that come in one.
    let (first, second, third) =
        (format!("Zoé says: é {}", session.text(9)), session.text(9), session.text(9));
    let cut = "Zo\u{e9}".len() - 1;
    let line = format!("{first}\n");
    visit.server.send_in_pieces([&line.as_bytes()[..cut], &line.as_bytes()[cut..]])?;
    visit.expect_printed(&first)?;
    visit.server.send(format!("{second}\n{third}\n"))?;
    visit.expect_printed(&second)?;
    visit.expect_printed(&third)?;
    for text in ["SAY hello,  world", "WHO"] {
        let line = format!("{text}\n");
        let got = visit.hears(&line)?;
        if got != line.as_bytes() {
            let summary = "a line of standard input was not sent as it is, when it came";
            let failure = Failure::new(Kind::Mismatch, summary).expected(line.as_bytes());
            return Err(failure.got(&*got).into());
        }
        visit.prints(&session.text(12))?;
    }
    visit.prints(&format!("Currently connected users:\n - {}\n - An anonymous user\n", visit.name))
}

/// L4.15
pub(super) fn leaves_politely(session: &mut Session) -> Step {
    for word in [Some("BYE\n"), Some("bye\n"), None] {
        let (mut visit, _) = Visit::begin(session)?;
        let got = match word {
            // What the user types behind it is not for the server any more.
            Some(word) => visit.hears(&format!("{word}SAY more\n"))?,
            None => {
                visit.client.close_input()?;
                visit.server.read_until_still(KIBIBYTE)?.0
            }
        };
        // What it said before is not this clause's matter.
        let last = got.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        if !last.eq_ignore_ascii_case(b"BYE") {
            let when = if word.is_some() { "on the line BYE" } else { "at the end of standard input" };
            let summary = format!("the client does not send BYE {when} and nothing behind it");
            let failure = Failure::new(Kind::Mismatch, summary);
            let failure = failure.expected(word.unwrap_or("BYE\n").as_bytes());
            return Err(failure.got(&*got).into());
        }
        let last = format!("{} is about to leave the room.", visit.name);
        // A client that has gone already has not printed what still comes: its output will show that.
        visit.server.offer(format!("{last}\n"))?;
        visit.server.half_close()?;
        visit.client.expect_success()?;
        let mut console = visit.client.console()?;
        // In how many lines is another clause's matter.
        console.retain(|byte| *byte != b'\n');
        if !contains(&console, last.as_bytes()) {
            let summary = "what came after the client had said BYE was not printed";
            return Err(wrong_output(summary, &last, &console).into());
        }
    }
    Ok(())
}

/// L4.16
pub(super) fn notices_that_the_server_is_gone(session: &mut Session) -> Step {
    let nobody = session.unused_address()?;
    let client = session.start(PROGRAM, &values(nobody, "somebody"))?;
    client.expect_told_error()?;
    drop(client);
    for reset in [false, true] {
        let (visit, _) = Visit::begin(session)?;
        let before = visit.client.console()?;
        if reset {
            visit.server.reset()?;
        } else {
            visit.server.close();
        }
        visit.client.expect_told_error()?;
        let console = visit.client.console()?;
        if console.len() == before.len() {
            let summary = "the client does not say that the server is gone";
            return Err(wrong_output(summary, "a message in words", &console[before.len()..]).into());
        }
    }
    Ok(())
}
