//! A student's prediction of a model, and what the kernel shows of it.

use super::structure::{CROWDS, sockets};
use crate::kit::crowd::connect_silently;
use crate::kit::structure::{Place, Sockets, Workers};
use model::{Failure, Kind, Step};
use serde::Deserialize;
use session::{Program, Session, Worker};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The prediction for one model, or the measurement, with 1, 8 and 32 clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prediction {
    processes: [usize; CROWDS.len()],
    workers: [usize; CROWDS.len()],
    calls: BTreeSet<String>,
}

impl Prediction {
    /// Whether all three are filled in.
    fn is_complete(&self) -> bool {
        let none = [0; CROWDS.len()];
        self.processes != none && self.workers != none && !self.calls.is_empty()
    }
}

impl fmt::Display for Prediction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls: Vec<&str> = self.calls.iter().map(String::as_str).collect();
        let calls = if calls.is_empty() { "none".to_owned() } else { calls.join(" and ") };
        write!(f, "processes {:?}, workers {:?}, calls {calls}", self.processes, self.workers)
    }
}

/// L5.11
pub(super) fn is_as_predicted(session: &mut Session) -> Step {
    let program = session.program();
    let mut server = session.serve(program)?;
    let predicted = prediction(session.document(), program)?;
    if !predicted.is_complete() {
        // After a look at the measurement, an answer would be no prediction any more.
        let summary = format!("the prediction for {program} is not written yet");
        return Err(Failure::new(Kind::Mismatch, summary)
            .expected("processes, workers and calls, before they are measured")
            .got(predicted.to_string())
            .into());
    }
    let measured = measured(&mut server, &predicted)?;
    if measured.contains(&predicted) {
        return Ok(());
    }
    let [measured, _] = measured;
    let summary = format!("with 1, 8 and 32 clients {program} is not as predicted");
    let failure = Failure::new(Kind::Mismatch, summary).expected(format!("measured: {measured}"));
    Err(failure.got(format!("predicted: {predicted}")).into())
}

/// The document's prediction for that program.
fn prediction(document: Option<&str>, program: &str) -> Step<Prediction> {
    let unreadable = |why: String| {
        Failure::new(Kind::Mismatch, format!("predictions.toml cannot be read: {why}"))
            .expected(format!("a table [{program}] with processes, workers and calls"))
    };
    let text = document.ok_or_else(|| unreadable("there is no such file".to_owned()))?;
    let mut tables: BTreeMap<String, toml::Value> =
        toml::from_str(text).map_err(|error| unreadable(error.to_string().trim().to_owned()))?;
    let table = tables.remove(program).ok_or_else(|| unreadable(format!("it has no table [{program}]")))?;
    Ok(table
        .try_into()
        .map_err(|error: toml::de::Error| unreadable(format!("[{program}] {}", error.to_string().trim())))?)
}

/// Returns the measurement twice: with calls named by what they wait for, and by their own names. By the first, a thread in select on one
/// client's socket reads. If the prediction is right, each wait ends as soon as it is met, otherwise when nothing more will change.
fn measured(server: &mut Program, predicted: &Prediction) -> Step<[Prediction; 2]> {
    let mut clients = Vec::new();
    let mut found = [Prediction::default(), Prediction::default()];
    for (index, count) in CROWDS.into_iter().enumerate() {
        connect_silently(server, &mut clients, count)?;
        let (mut workers, mut calls) = (Workers::default(), Vec::new());
        server.wait_until_rests(&mut |server| {
            let (census, sockets) = (server.census()?, sockets(server, &clients)?);
            workers = Workers::of(&census.workers, &sockets);
            calls = census.workers.iter().map(|worker| call(worker, &sockets)).collect();
            Ok(predicted.processes[index] == workers.processes && predicted.workers[index] == workers.count())
        })?;
        for found in &mut found {
            (found.processes[index], found.workers[index]) = (workers.processes, workers.count());
        }
        for (by_place, by_name) in calls {
            found[0].calls.insert(by_place);
            found[1].calls.insert(by_name);
        }
    }
    Ok(found)
}

/// The words that a prediction may use for a worker's call: by what it waits for, and by the name of the call.
fn call(worker: &Worker, sockets: &Sockets) -> (String, String) {
    let by_name = match worker.call {
        "select" | "pselect6" => Some("select"),
        "poll" | "ppoll" => Some("poll"),
        "epoll_wait" | "epoll_pwait" | "epoll_pwait2" => Some("epoll"),
        "io_uring_enter" => Some("io_uring"),
        _ => None,
    };
    let by_place = match sockets.place(worker) {
        Place::Accepting => "accept",
        Place::Selecting | Place::Notified => by_name.unwrap_or("epoll"),
        Place::Reading(_) | Place::Elsewhere => match worker.call {
            "write" | "writev" | "sendto" | "sendmsg" => "write",
            _ => "read",
        },
    };
    (by_place.to_owned(), by_name.unwrap_or(by_place).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Stop;

    fn told(document: Option<&str>) -> String {
        match prediction(document, "server-async") {
            Ok(prediction) => prediction.to_string(),
            Err(Stop::Failed(failure)) => failure.summary,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn predictions_are_read() {
        let text =
            "[server-async]\nprocesses = [1, 1, 1]\nworkers = [2, 9, 33]\ncalls = [\"read\", \"accept\"]\n";
        assert_eq!(told(Some(text)), "processes [1, 1, 1], workers [2, 9, 33], calls accept and read");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (text, words) in [
            (None, "no such file"),
            (Some("[server-threads]\n"), "no table [server-async]"),
            (Some("[server-async]\nprocesses = [1, 1]\nworkers = [1, 1, 1]\ncalls = []\n"), "[server-async]"),
            (Some("processes = "), "line 1"),
            (Some("[server-async]\nprocesses = \"many\"\n"), "[server-async]"),
        ] {
            assert!(told(text).contains(words), "{}", told(text));
        }
    }
}
