//! Looks at a running program, again and again: a lab's own program, started in a room like a check's with some clients connected, or any
//! process of this machine.

use crate::worker::{Answer, CheckRequest, Task, fault};
use crate::{Order, RunError, prepare, request_for};
use model::{Fault, Isolation, Notice, Picture};
use observe::{Observer, Scope};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use sandbox::worker::Worker;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a command may take to come to rest before its first picture. Nothing is decided by it.
const START: Duration = Duration::from_secs(5);
/// The time between two looks at whether it is at rest.
const PAUSE: Duration = Duration::from_millis(20);

/// A program that is being looked at. It is killed when this is dropped, unless it ran before.
#[derive(Debug)]
pub struct Xray(Place);

#[derive(Debug)]
enum Place {
    /// In its own room, behind a process like a check's.
    Room(Worker<CheckRequest>),
    /// On this machine.
    Machine(Box<Machine>),
}

/// Processes of this machine.
#[derive(Debug)]
struct Machine {
    observer: Observer,
    command: Option<Child>,
}

impl Xray {
    /// Starts one of a lab's programs and connects this number of clients to it.
    ///
    /// # Errors
    /// When the program cannot be built or started.
    pub fn program(
        order: &Order,
        program: &'static str,
        clients: usize,
        notify: &(dyn Fn(Notice) + Sync),
    ) -> Result<Xray, RunError> {
        let (hand_in, isolation) = prepare(order, notify)?;
        let lab = order.suite.lab.name();
        let task = Task::Show { lab, program: program.to_owned(), clients };
        let request = request_for(task, program, order.seed, &hand_in, isolation == Isolation::Full);
        Ok(Xray(Place::Room(Worker::start(&request).map_err(|error| fault(&error))?)))
    }

    /// Looks at an existing process and at all its descendants.
    ///
    /// # Errors
    /// When there is no such process, or when this user may not inspect it.
    pub fn process(pid: i32) -> Result<Xray, RunError> {
        let usage = |message: String| RunError::Usage(message);
        let path = format!("/proc/{pid}");
        match fs::read(format!("{path}/syscall")) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(usage(format!("there is no process {pid}")));
            }
            Err(error) => {
                return Err(usage(format!(
                    "process {pid} cannot be looked into ({error}); run this as root, or allow it for your own processes \
                     with `sudo sysctl -w kernel.yama.ptrace_scope=0`"
                )));
            }
        }
        let fault = |what: &str, error: io::Error| Fault::at(what, &error);
        let network = |of: &str| fs::read_link(format!("/proc/{of}/ns/net"));
        if network("self").ok() != network(&pid.to_string()).ok() {
            // Its sockets belong to another network. A view that is opened from now on shows that network.
            let other = File::open(format!("{path}/ns/net")).map_err(|error| fault("its network", error))?;
            move_into_link_name_space(other.as_fd(), Some(LinkNameSpaceType::Network)).map_err(|error| {
                usage(format!("process {pid} is in another network namespace ({error}); run this as root"))
            })?;
        }
        let observer = Observer::new(Scope::Tree(pid)).map_err(|error| fault("the kernel's view", error))?;
        Ok(Xray(Place::Machine(Box::new(Machine { observer, command: None }))))
    }

    /// Starts a command on this machine, as a shell would, and waits until it has come to rest. Its standard error is shown, unless it
    /// should be `quiet`.
    ///
    /// # Errors
    /// When it cannot be started, or ends at once.
    pub fn command(words: &[String], quiet: bool) -> Result<Xray, RunError> {
        let Some((first, arguments)) = words.split_first() else {
            return Err(RunError::Usage("there is no command".to_owned()));
        };
        let child = Command::new(first)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(if quiet { Stdio::null() } else { Stdio::inherit() })
            .spawn()
            .map_err(|error| RunError::Usage(format!("`{first}` cannot be started: {error}")))?;
        let pid = i32::try_from(child.id()).unwrap_or_default();
        let observer = Observer::new(Scope::Tree(pid)).map_err(Fault::from)?;
        let mut machine = Machine { observer, command: Some(child) };
        machine.wait_until_at_rest()?;
        Ok(Xray(Place::Machine(Box::new(machine))))
    }

    /// Takes a picture; `None` when the program is gone.
    ///
    /// # Errors
    /// When the program could not be started, or the grader fails.
    pub fn look(&mut self) -> Result<Option<Picture>, RunError> {
        match &mut self.0 {
            Place::Room(worker) => match worker.ask_again().map_err(|error| fault(&error))? {
                Answer::Shown(picture) => Ok(Some(*picture).filter(|picture| !picture.processes.is_empty())),
                Answer::Refused(fault) => Err(fault.into()),
                Answer::Decided(decision) => match decision.verdict {
                    model::Verdict::Failed(failure) => Err(RunError::Usage(failure.summary)),
                    model::Verdict::Error(fault) => Err(fault.into()),
                    other => Err(Fault::new(format!("no picture but {other:?}")).into()),
                },
            },
            Place::Machine(machine) => {
                let picture = machine.observer.picture().map_err(Fault::from)?;
                let is_alive = picture.processes.iter().any(|process| !process.is_zombie);
                Ok(Some(picture).filter(|_| is_alive))
            }
        }
    }
}

impl Machine {
    fn wait_until_at_rest(&mut self) -> Result<(), RunError> {
        let began = Instant::now();
        let mut rests = 0;
        while rests < 3 && began.elapsed() < START {
            thread::sleep(PAUSE);
            if let Some(child) = &mut self.command
                && let Some(status) = child.try_wait().map_err(Fault::from)?
            {
                self.command = None;
                return Err(RunError::Usage(format!("the command has ended already: {status}")));
            }
            rests = if self.observer.is_at_rest().map_err(Fault::from)? { rests + 1 } else { 0 };
        }
        Ok(())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let Some(mut command) = self.command.take() else { return };
        // Its descendants first, since they are known only while it lives.
        let descendants = self.observer.processes().unwrap_or_default();
        for pid in descendants.into_iter().rev().filter_map(Pid::from_raw) {
            // A process that has ended already need not be killed. The others end soon: a killed process runs no more.
            let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
            let _ = pidfd_send_signal(&process, Signal::KILL);
            let _ = poll(&mut [PollFd::new(&process, PollFlags::IN)], None);
        }
        let _ = command.wait();
    }
}
