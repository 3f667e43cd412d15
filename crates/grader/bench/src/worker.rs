//! The process of one point. Like a check's process it makes a room, which contains a server and all its clients.

use crate::load::Manners;
use crate::point::{self, Times};
use crate::results::Figures;
use crate::server::LIMITS;
use crate::unmeasured::Unmeasured;
use sandbox::worker::{self, Request};
use sandbox::{Limits, Refusal, Room, Template, View};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::process::ExitCode;
use std::time::Duration;

/// The first argument that makes the binary a worker.
pub(crate) const ARGUMENT: &str = "__point";

/// The request to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PointRequest {
    pub(crate) template: Template,
    pub(crate) task: Task,
}

/// What to do with the program of the request.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Find out how it behaves.
    Probe,
    /// Measure it with `clients` clients.
    Measure { clients: usize, manners: Manners, times: Times },
}

/// The answer of a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Behaves(Manners),
    Measured(Box<Figures>),
    Stopped(String),
    Fault(String),
}

impl Request for PointRequest {
    const ARGUMENT: &'static str = ARGUMENT;
    type Answer = Answer;

    fn limits(&self) -> Option<&Limits> {
        None
    }

    fn view(&self) -> Option<View> {
        let exposed = self.template.paths();
        Some(View { exposed, hidden: Vec::new(), folder_size: LIMITS.folder })
    }
}

/// Makes a request to a new worker and waits for its answer, for no longer than `limit`.
///
/// # Errors
/// When no worker can be started, or it fails.
pub(crate) fn ask(request: &PointRequest, limit: Duration) -> Result<Answer, Unmeasured> {
    match worker::ask(request, Some(limit)) {
        Err(error) if error.kind() == ErrorKind::TimedOut => {
            Ok(Answer::Stopped(format!("this point does not end within {} s", limit.as_secs())))
        }
        Err(error) => Err(Unmeasured::Fault(format!("the process of a point: {error}"))),
        Ok(answer) => Ok(answer),
    }
}

/// The main function of a worker.
pub(crate) fn main() -> ExitCode {
    worker::main(
        |_| Ok(()),
        |request, (), _, room| {
            work(&request, room).unwrap_or_else(|why| match why {
                Unmeasured::Row(reason) => Answer::Stopped(reason),
                Unmeasured::Fault(what) => Answer::Fault(what),
            })
        },
    )
}

fn work(request: &PointRequest, room: Result<Room, Refusal>) -> Result<Answer, Unmeasured> {
    let room = room.map_err(|refusal| Unmeasured::Fault(refusal.to_string()))?;
    Ok(match &request.task {
        Task::Probe => Answer::Behaves(point::probe(room, &request.template)?),
        Task::Measure { clients, manners, times } => {
            Answer::Measured(Box::new(point::measure(room, &request.template, *clients, manners, *times)?))
        }
    })
}
