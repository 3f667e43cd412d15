//! The room: who is there, and who gets which lines.
//!
//! There is one lock, and everything in the room happens under it, including notifications. So all clients
//! are told of all events in the same order, and nobody arrives, leaves or changes name in the middle of a
//! broadcast. This is acceptable because nothing under the lock waits: a line for a client only goes into an
//! [`Outbox`].

use crate::{Command, Outbox};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const ANONYMOUS: &str = "An anonymous user";

const WELCOME: &str = "\
Welcome. This room understands the following commands, one a line:
HELLO name  tells everybody who you are
SAY words   says something to everybody
WHO         lists those who are here
BYE         leaves the room
KILL        stops the server
";

/// All connected clients. The threads of all sessions share it.
#[derive(Debug, Default)]
pub struct Room {
    members: Mutex<Members>,
}

#[derive(Debug, Default)]
struct Members {
    /// By number of arrival. A `BTreeMap` is sorted, so an iteration over it is in the order of arrival.
    present: BTreeMap<u64, Member>,
    /// How many clients have ever arrived. Numbers are not used again, so a client that leaves slowly cannot
    /// be taken for another.
    arrived: u64,
}

#[derive(Debug)]
struct Member {
    name: Option<String>,
    outbox: Arc<Outbox>,
}

/// One client's place in the room. When it is dropped, however its session ends, the client has left, and the
/// others are told so unless they have been already.
#[derive(Debug)]
pub struct Guest {
    room: Arc<Room>,
    number: u64,
    outbox: Arc<Outbox>,
}

/// Outboxes whose writers have to be woken. They are woken when this is dropped.
///
/// This happens outside the lock: each wake is a system call, and with a thousand clients others would have
/// to wait for a thousand of them. Everything that the others do meanwhile gathers in the outboxes, and is
/// written with the rest.
#[derive(Debug, Default)]
#[must_use = "what is dropped at once wakes at once"]
pub struct Wakes(Vec<Arc<Outbox>>);

impl Drop for Wakes {
    fn drop(&mut self) {
        self.0.iter().for_each(|outbox| outbox.wake());
    }
}

/// How a session goes on after a command.
#[derive(Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// With the next command.
    Stay,
    /// It ends: the client has left, or was dropped.
    Leave,
    /// It ends, and the whole server ends with it.
    Kill,
}

impl Room {
    /// Lets a client in. The others are told of it, and the new client is welcomed, as soon as the writers
    /// are woken.
    pub fn enter(self: &Arc<Self>, outbox: Arc<Outbox>) -> (Guest, Wakes) {
        let mut wakes = Wakes::default();
        let mut members = self.lock();
        members.tell_everyone("Someone has arrived...", &mut wakes);
        // Its writer has not looked into the outbox yet, and need not be woken.
        let _ = outbox.push(WELCOME);
        let number = members.arrived;
        members.arrived += 1;
        members.present.insert(number, Member { name: None, outbox: Arc::clone(&outbox) });
        drop(members);
        (Guest { room: Arc::clone(self), number, outbox }, wakes)
    }

    /// Tells the clients nothing more, and waits, for at most `limit`, until all have got what was meant for
    /// them before.
    pub fn close(&self, limit: Duration) {
        let outboxes: Vec<_> =
            self.lock().present.values().map(|member| Arc::clone(&member.outbox)).collect();
        outboxes.iter().for_each(|outbox| outbox.finish());
        let end = Instant::now() + limit;
        for outbox in &outboxes {
            outbox.wait_until_empty(end.saturating_duration_since(Instant::now()));
        }
    }

    /// In the worst case, a panic under this lock leaves a broadcast that has not reached everybody. The list
    /// itself is intact.
    fn lock(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Members {
    fn tell_everyone(&self, line: &str, wakes: &mut Wakes) {
        let line = format!("{line}\n");
        for member in self.present.values() {
            if member.outbox.push(&line) {
                wakes.0.push(Arc::clone(&member.outbox));
            }
        }
    }

    fn name(&self, number: u64) -> &str {
        self.present.get(&number).map_or(ANONYMOUS, Member::name)
    }

    fn rename(&mut self, number: u64, name: Option<String>) {
        if let Some(member) = self.present.get_mut(&number) {
            member.name = name;
        }
    }

    fn list(&self) -> String {
        let names: String = self.present.values().map(|member| format!(" - {}\n", member.name())).collect();
        // In one piece, so nothing can come between its lines. The empty line at its end comes from `tell`.
        format!("Currently connected users:\n{names}")
    }

    /// Removes a client and tells the others; does nothing when it has left before.
    fn remove(&mut self, number: u64, wakes: &mut Wakes) {
        if let Some(member) = self.present.remove(&number) {
            self.tell_everyone(&format!("{} has left the room.", member.name()), wakes);
        }
    }
}

impl Member {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(ANONYMOUS)
    }
}

impl Guest {
    /// Does what this client's command asks for.
    pub fn obey(&self, command: Command) -> Afterwards {
        // A client that was dropped may have sent many commands before. They are not obeyed any more.
        if !self.outbox.is_open() {
            return Afterwards::Leave;
        }
        // Values are dropped in the reverse order of their declaration: the room is unlocked before any
        // writer is woken.
        let mut wakes = Wakes::default();
        let mut members = self.room.lock();
        match command {
            Command::Hello(name) => {
                members.rename(self.number, name);
                members.tell_everyone(&format!("{} is in the room.", members.name(self.number)), &mut wakes);
            }
            Command::Say(text) => {
                let text = text.as_deref().unwrap_or("nothing...");
                members.tell_everyone(&format!("{} says: {text}", members.name(self.number)), &mut wakes);
            }
            Command::Who => self.tell(&members.list()),
            Command::Bye => {
                let notice = format!("{} is about to leave the room.", members.name(self.number));
                members.tell_everyone(&notice, &mut wakes);
                members.remove(self.number, &mut wakes);
                return Afterwards::Leave;
            }
            Command::Kill => {
                self.tell("KILL command received. Bringing server down...");
                return Afterwards::Kill;
            }
            Command::Unknown => self.tell("What? I only understand HELLO, SAY, WHO, BYE and KILL commands"),
        }
        Afterwards::Stay
    }

    /// Tells only this client.
    pub fn tell(&self, line: &str) {
        if self.outbox.push(&format!("{line}\n")) {
            self.outbox.wake();
        }
    }

    /// The room that this client is in, or was.
    pub fn room(&self) -> &Room {
        &self.room
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut wakes = Wakes::default();
        self.room.lock().remove(self.number, &mut wakes);
    }
}

#[cfg(test)]
mod tests;
