//! The process of one point. Like a check it starts as this binary once again, so that it is small and has one thread when
//! it makes its room; the plan comes on standard input, and the answer goes to standard output as one line.

use crate::load::Manners;
use crate::point::{self, Times};
use crate::results::Figures;
use crate::server::LIMITS;
use crate::stop::Stop;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use sandbox::{Refusal, Room, Template, View};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The first argument that makes the binary a worker.
pub(crate) const ARGUMENT: &str = "__point";

/// What a worker is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) template: Template,
    pub(crate) task: Task,
}

/// With the program of the plan.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Find out how it behaves.
    Probe,
    /// Measure it with so many clients.
    Measure { clients: usize, manners: Manners, times: Times },
}

/// What a worker has found.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Behaves(Manners),
    Measured(Box<Figures>),
    Stopped(String),
    Fault(String),
}

/// Gives a plan to a new worker and waits for its answer, for no longer than `limit`. Whatever the worker has started ends
/// with it.
///
/// # Errors
/// When there is no worker to be had, or it breaks.
pub(crate) fn ask(plan: &Plan, limit: Duration) -> Result<Answer, Stop> {
    let mut process = Command::new("/proc/self/exe")
        .arg(ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()?;
    let answer = exchange(&mut process, plan, limit);
    // It has ended by itself, or must.
    let _ = process.kill();
    let _ = process.wait();
    answer
}

fn exchange(process: &mut Child, plan: &Plan, limit: Duration) -> Result<Answer, Stop> {
    if let Some(mut input) = process.stdin.take() {
        input.write_all(&serde_json::to_vec(plan).map_err(io::Error::from)?)?;
    }
    let Some(mut output) = process.stdout.take() else { return Err(Stop::Fault("no pipe".to_owned())) };
    let end = Instant::now() + limit;
    let mut text = Vec::new();
    while !text.ends_with(b"\n") {
        let left = end.saturating_duration_since(Instant::now());
        let left = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
        if poll(&mut [PollFd::new(&output, PollFlags::IN)], Some(&left))? == 0 {
            return Ok(Answer::Stopped(format!("this point does not end within {} s", limit.as_secs())));
        }
        let mut buffer = [0; 4096];
        match output.read(&mut buffer)? {
            0 => return Err(Stop::Fault("the process of a point ended without an answer".to_owned())),
            count => text.extend_from_slice(&buffer[..count]),
        }
    }
    Ok(serde_json::from_slice(&text).map_err(io::Error::from)?)
}

/// The worker itself; returns its exit status.
///
/// # Errors
/// When there is no plan.
pub(crate) fn main() -> io::Result<i32> {
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    let plan: Plan = serde_json::from_slice(&text)?;
    let view = View { exposed: plan.template.paths(), hidden: Vec::new(), folder_size: LIMITS.folder };
    Ok(sandbox::enter(&view, |room| {
        let answer = work(&plan, room).unwrap_or_else(|stop| match stop {
            Stop::Row(reason) => Answer::Stopped(reason),
            Stop::Fault(what) => Answer::Fault(what),
        });
        i32::from(tell(&answer).is_err())
    }))
}

fn work(plan: &Plan, room: Result<Room, Refusal>) -> Result<Answer, Stop> {
    let room = room.map_err(|refusal| Stop::Fault(refusal.to_string()))?;
    Ok(match &plan.task {
        Task::Probe => Answer::Behaves(point::probe(room, &plan.template)?),
        Task::Measure { clients, manners, times } => {
            Answer::Measured(Box::new(point::measure(room, &plan.template, *clients, manners, *times)?))
        }
    })
}

fn tell(answer: &Answer) -> io::Result<()> {
    let mut text = serde_json::to_vec(answer)?;
    text.push(b'\n');
    io::stdout().write_all(&text)?;
    io::stdout().flush()
}
