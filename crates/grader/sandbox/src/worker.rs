//! A worker: the grader's own binary again, since what makes a room must be small and have one thread. It reads a request from its
//! standard input and writes its answer to its standard output, each as one line of JSON. A worker that can be asked again does that for
//! each further line, and ends with its input.

use crate::{Entrance, Group, Limits, Refusal, Room, View, enter};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::Duration;

/// What a worker can be asked to do.
pub trait Request: Serialize + DeserializeOwned {
    /// The first argument that makes the binary a worker for such requests.
    const ARGUMENT: &'static str;

    /// What a worker has to say to it.
    type Answer: Serialize + DeserializeOwned;

    /// The limits of the control group for all that is started; `None`: there is no group.
    fn limits(&self) -> Option<&Limits>;

    /// What the room shows of the file system; `None`: there is no room, and the worker stays where it is.
    fn view(&self) -> Option<View>;
}

/// What goes to a worker.
#[derive(Serialize, Deserialize)]
struct Envelope<R> {
    request: R,
    /// The folders of the control group, where there is one.
    group: Vec<PathBuf>,
}

/// A worker that is at work. It dies with the thread that started it, and its input ends when this is dropped.
#[derive(Debug)]
pub struct Worker<R> {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    request: PhantomData<R>,
    /// Dropped after the process.
    _group: Option<Group>,
}

/// Makes a request to a new worker and waits for its answer, for at most `limit` if there is one. What the worker has started ends with
/// it.
///
/// # Errors
/// When no worker can be had, or it breaks; [`ErrorKind::TimedOut`] if it takes longer.
pub fn ask<R: Request>(request: &R, limit: Option<Duration>) -> io::Result<R::Answer> {
    let mut worker = Worker::start(request)?;
    worker.input = None;
    worker.answer(limit)
}

impl<R: Request> Worker<R> {
    /// Makes a request to a new worker that can be asked again.
    ///
    /// # Errors
    /// When no process can be started.
    pub fn start(request: &R) -> io::Result<Worker<R>> {
        let group = request.limits().and_then(Group::make);
        let folders = group.as_ref().map(|group| group.folders().to_vec()).unwrap_or_default();
        let mut process = Command::new("/proc/self/exe")
            .arg(R::ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (Some(mut input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("it has no pipes"));
        };
        // One that has broken already says why on standard error.
        let _ = input.write_all(&line(&Envelope { request, group: folders })?);
        let (input, output) = (Some(input), BufReader::new(output));
        Ok(Worker { process, input, output, request: PhantomData, _group: group })
    }

    /// Asks for one more answer.
    ///
    /// # Errors
    /// When it breaks.
    pub fn ask_again(&mut self) -> io::Result<R::Answer> {
        if let Some(input) = &mut self.input {
            // As above.
            let _ = input.write_all(b"\n");
        }
        self.answer(None)
    }

    fn answer(&mut self, limit: Option<Duration>) -> io::Result<R::Answer> {
        if let Some(limit) = limit {
            let limit =
                Timespec { tv_sec: limit.as_secs().cast_signed(), tv_nsec: limit.subsec_nanos().into() };
            // A worker says nothing before its answer, and that at once.
            if poll(&mut [PollFd::new(self.output.get_ref(), PollFlags::IN)], Some(&limit))? == 0 {
                self.process.kill()?;
                return Err(ErrorKind::TimedOut.into());
            }
        }
        let mut line = Vec::new();
        self.output.read_until(b'\n', &mut line)?;
        serde_json::from_slice(&line).map_err(|_| self.broke())
    }

    /// What is known of a worker that gave no answer.
    fn broke(&mut self) -> io::Error {
        self.input = None;
        let mut words = Vec::new();
        if let Some(error) = &mut self.process.stderr {
            // What cannot be read is left out.
            let _ = error.read_to_end(&mut words);
        }
        let status = self.process.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        io::Error::other(format!("it broke ({status}): {}", String::from_utf8_lossy(&words).trim()))
    }
}

impl<R> Drop for Worker<R> {
    fn drop(&mut self) {
        // It ends by itself when it has answered, or when there is nothing more to read.
        self.input = None;
        let _ = self.process.wait();
    }
}

/// The worker itself: opens what is needed while that is possible, since in the room it is another user and everything is read-only. Then
/// it makes the room, works there, and writes the answer.
pub fn main<R: Request, O>(
    open: impl FnOnce(&R) -> io::Result<O>,
    work: impl FnOnce(R, O, Option<Entrance>, Result<Room, Refusal>) -> R::Answer,
) -> ExitCode {
    let Envelope { request, group } = match read::<R>() {
        Ok(envelope) => envelope,
        Err(error) => {
            eprintln!("error: {} is for the grader's own use ({error})", R::ARGUMENT);
            return ExitCode::from(2);
        }
    };
    let (opened, entrance) = match open(&request).and_then(|opened| Ok((opened, Entrance::open(&group)?))) {
        Ok(both) => both,
        Err(error) => return broken(&error).into(),
    };
    let view = request.view();
    let body =
        |room| tell::<R>(&work(request, opened, entrance, room)).map_or_else(|error| broken(&error), |()| 0);
    let status = match view {
        Some(view) => enter(&view, |room| body(room).into()),
        None => Room::shared().map_or_else(|error| broken(&error), |room| body(Ok(room))).into(),
    };
    u8::try_from(status).unwrap_or(BROKEN).into()
}

/// The exit status of a worker that has no answer.
const BROKEN: u8 = 3;

fn broken(error: &io::Error) -> u8 {
    eprintln!("{error}");
    BROKEN
}

fn read<R: Request>() -> io::Result<Envelope<R>> {
    let mut text = String::new();
    io::stdin().read_line(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}

/// Tells an answer, for a worker that can be asked again.
///
/// # Errors
/// When nobody reads it.
pub fn tell<R: Request>(answer: &R::Answer) -> io::Result<()> {
    io::stdout().write_all(&line(answer)?)?;
    io::stdout().flush()
}

fn line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    Ok(text)
}
