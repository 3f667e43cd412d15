//! Clients that leave: by bye, by an end of file, by a reset, and while the server writes. For each situation the check waits until the
//! kernel shows that the server has reached it. It never depends on which side is faster.

use super::protocol::{converse, expect_answer, is_answered, is_served, line_of, serves_another};
use super::stuck::{self, Stuck};
use crate::kit::holds;
use crate::kit::leaving::{Way, expect_released};
use model::{Failure, Kind, Step, Stop};
use session::{Program, Session};
use wire::{Framing, Peer};

const KIBIBYTE: usize = 1 << 10;
/// How many clients try to leave before they are accepted.
const TRIES: usize = 64;

/// How a client ends its conversation.
struct End {
    /// Whether only a server that finds the ends of lines, whatever comes together, can pass.
    glued: bool,
    /// A whole line that it sends first.
    line: &'static str,
    /// What it sends with that, in one segment.
    last: &'static str,
    /// Whether it then closes its sending side.
    closes: bool,
    /// What this shows when it goes wrong.
    remark: &'static str,
}

const ENDS: [End; 6] = [
    End { glued: false, line: "", last: "bye\n", closes: false, remark: "the client has said bye" },
    End {
        glued: false,
        line: "",
        last: "BYE\r\n",
        closes: false,
        remark: "the client has said BYE, ended by \\r\\n",
    },
    End {
        glued: true,
        line: "",
        last: "bYe\nnot to be answered\nnor this\n",
        closes: false,
        remark: "what comes behind bye gets no answer",
    },
    End { glued: false, line: "", last: "", closes: true, remark: "the client has closed its sending side" },
    End { glued: true, line: "", last: "half a line", closes: true, remark: HALF },
    End { glued: true, line: "a whole one", last: "half", closes: true, remark: HALF },
];
const HALF: &str = "a line that is not whole gets no answer";

/// L5.3
pub(super) fn says_goodbye(session: &mut Session) -> Step {
    let mut server = session.serve(session.program())?;
    let mut sockets = Vec::new();
    let knows_lines = knows_lines(session, &mut server)?;
    for end in ENDS.iter().filter(|end| knows_lines || !end.glued) {
        let mut client = server.connect()?;
        is_served(&mut client, &line_of(session, 9))?;
        sockets.extend(server.accepted_socket(&client)?);
        // The answer to the next line shows that the connection has survived this one.
        let contains = "a line of which bye is only a part is no bye";
        let lines = ["goodbye, and not yet bye", "bye bye, says it to nobody"].map(str::to_owned);
        for line in lines.into_iter().chain([line_of(session, 9)]) {
            converse(&mut client, &line).map_err(|stop| stop.remark(contains))?;
        }
        // Nothing that belongs to this client may keep the next client's connection open. The next client is accepted, or waits in the
        // queue of a server that serves one client at a time.
        let mut next = server.connect()?;
        server.wait_until_rested()?;
        expect_end(&server, &mut client, end)?;
        client.close();
        is_served(&mut next, &line_of(session, 9))
            .map_err(|stop| stop.remark("the client before it has left"))?;
        sockets.extend(server.accepted_socket(&next)?);
        next.close();
    }
    expect_released(&server, &sockets, 0)
}

/// Whether the server finds the lines in bytes that come together. Another clause decides that it should.
fn knows_lines(session: &mut Session, server: &mut Program) -> Step<bool> {
    let mut client = server.connect()?;
    let (first, second, third) = (line_of(session, 9), line_of(session, 8), line_of(session, 7));
    client.send(format!("{first}\n{second}\n{}", &third[..3]))?;
    let mut all = is_answered(&mut client, &first)? && holds(expect_answer(&mut client, &second))?;
    all = all && client.read_until_rested()?.0.is_empty();
    client.offer(format!("{}\n", &third[3..]))?;
    all = all && holds(expect_answer(&mut client, &third))?;
    client.read_until_rested()?;
    client.close();
    Ok(all)
}

fn expect_end(server: &Program, client: &mut Peer, end: &End) -> Step {
    let whole = if end.line.is_empty() { String::new() } else { format!("{}\n", end.line) };
    let sent = format!("{whole}{}", end.last);
    if !sent.is_empty() {
        client.send(sent)?;
    }
    if end.closes {
        // This clause does not decide that an end of file may come together with bytes, in one event.
        server.wait_until_rested()?;
        client.half_close()?;
    }
    if !end.line.is_empty() {
        expect_answer(client, end.line)?;
    }
    // The handout does not say whether bye is answered.
    let (most, expected) =
        if end.closes { (0, "end of file") } else { (1, "one line at the most, and end of file") };
    let (said, _) = client.read_to_end(64 * KIBIBYTE).map_err(|stop| stop.remark(end.remark))?;
    if Framing::Lines.split(&said).count() > most {
        let summary = format!("{} got more than the end of the connection", client.name());
        let failure = Failure::new(Kind::Unexpected, summary).expected(expected).got(&*said);
        return Err(Stop::from(failure).remark(end.remark));
    }
    Ok(())
}

/// A client leaves. A client that only closed its sending side then resets: a write to such a client fails with EPIPE, and not with
/// ECONNRESET.
fn leaves(server: &Program, client: Peer, way: Way) -> Step {
    let Some(client) = way.leave(client)? else { return Ok(()) };
    server.wait_until_rests(&mut |server| {
        Ok(server.socket_of(&client)?.is_none_or(|socket| socket.state.peer_is_done()))
    })?;
    client.reset()
}

/// L5.4
pub(super) fn survives_clients_that_leave(session: &mut Session) -> Step {
    session.narrow_buffers()?;
    let mut server = session.serve(session.program())?;
    let orderly = leaves_orderly(session, &mut server)?;
    let mut sockets = Vec::new();
    let mut last_way = Way::Close;
    for said in ["", "half a li", "a line\n"] {
        for way in [Way::Close, Way::Reset] {
            let mut client = server.connect()?;
            client.offer(said)?;
            sockets.extend(is_awaited(&server, &client, last_way)?);
            leaves(&server, client, way)?;
            last_way = way;
            serves_another(session, &mut server)?;
        }
    }
    for way in [Way::Close, Way::Reset, Way::HalfClose] {
        session.note("a client sends lines and reads no answer, until the server cannot write any more");
        let mut client = server.connect()?;
        if stuck::fill(session, &server, &mut client, 200, 64 * KIBIBYTE)? == Stuck::Closed {
            // A server that turns away a client that does not read has nothing to write to it when it leaves.
            session.note("the server has closed its connection");
        }
        sockets.extend(server.accepted_socket(&client)?);
        leaves(&server, client, way)?;
        serves_another(session, &mut server)?;
    }
    leave_the_queue(session, &mut server)?;
    server.wait_until_rested()?;
    // Another clause reports a server that never closes a socket.
    if server.holds(orderly.as_slice())? > 0 { Ok(()) } else { expect_released(&server, &sockets, 0) }
}

/// Serves a client, which then closes. Returns the server's socket.
fn leaves_orderly(session: &mut Session, server: &mut Program) -> Step<Option<u32>> {
    let mut client = server.connect()?;
    is_served(&mut client, &line_of(session, 9))?;
    let socket = server.accepted_socket(&client)?;
    client.close();
    Ok(socket)
}

/// Waits until the server has accepted the client, has read everything that it sent, and rests: it waits for this client to go on. Returns
/// the server's socket. The client before it has left in this way.
fn is_awaited(server: &Program, client: &Peer, last_way: Way) -> Step<Option<u32>> {
    let mut found = None;
    let still = server.wait_until_rests(&mut |server| {
        found = server.socket_of(client)?.filter(|socket| socket.inode != 0);
        Ok(found.is_some_and(|socket| socket.receive_queue == 0))
    })?;
    if let Some(still) = still.filter(|still| !still.kind.is_still()) {
        let what = format!("after {last_way}, the server does not wait for {}", client.name());
        return Err(still.failure(&what).into());
    }
    Ok(found.map(|socket| socket.inode))
}

fn leave_the_queue(session: &mut Session, server: &mut Program) -> Step {
    session.note("clients send a few lines and leave before they are accepted");
    for _ in 0..TRIES {
        server.wait_until(&mut |server| Ok(server.listening_socket()?.receive_queue == 0))?;
        let mut client = server.connect()?;
        client.offer("a few\nlines\n".repeat(20))?;
        client.close();
        if server.listening_socket()?.receive_queue > 0 {
            break;
        }
    }
    serves_another(session, server)?;
    session.note("a client leaves while it waits in the accept queue, or as soon as it is accepted");
    let mut first = server.connect()?;
    is_served(&mut first, &line_of(session, 9))?;
    for _ in 0..TRIES {
        server.connect()?.reset()?;
        if server.listening_socket()?.receive_queue > 0 {
            break;
        }
    }
    // The departure of the first client affects the server, for example by the signal that its process has ended. That must find the server
    // waiting for clients, and not busy with one.
    server.wait_until_rested()?;
    let socket = server.accepted_socket(&first)?;
    first.reset()?;
    server.wait_until_released(socket.as_slice(), 0)?;
    server.wait_until_rested()?;
    serves_another(session, server)
}
