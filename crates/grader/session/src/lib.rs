//! One check's surroundings: the programs that it started, the peers that talk to them, the random source and the record; and the
//! loop in which the grader waits. Knows nothing of labs, nor of what is right or wrong.

mod capture;
mod guard;
mod pauses;
mod program;
mod trace;
mod watch;
pub mod words;
mod world;

pub use program::{Census, Program, Worker};
pub use watch::{LONGEST_PAUSE, Watch};

use fastrand::Rng;
use model::{Action, Decision, Event, Failure, Fault, Kind, Placeholder, Step, Stop, Verdict};
use observe::{Observer, Scope};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sandbox::{Entrance, Limits, Room, Template};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Duration;
use wire::{Capture, Listener, Peer};
use world::World;

/// What a check is given.
#[derive(Debug)]
pub struct Setup {
    /// Where it runs.
    pub room: Room,
    /// The program that the clause is decided for; in a lab without programs, the document.
    pub program: &'static str,
    /// How each program of the lab is started.
    pub templates: BTreeMap<String, Template>,
    /// The placeholders of each program, with their defaults.
    pub programs: &'static [model::Program],
    /// What is handed in beside the programs, if the lab asks for it and it is there.
    pub document: Option<String>,
    /// What its programs may use.
    pub limits: Limits,
    /// The control group that they are started in, if there is one.
    pub group: Option<Entrance>,
    /// How many processes and threads the machine allows at all.
    pub tasks_allowed: u64,
    /// Where its random values come from.
    pub seed: u64,
}

/// What a clause needs of the machine. Without it the clause cannot be decided, whatever the program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// How many files the grader and each process of the program must be able to have open; 0: as many as usual.
    pub files: u64,
    /// How many processes and threads there must be room for; 0: as many as usual.
    pub tasks: u64,
    /// Whether it needs a network of its own.
    pub network: bool,
}

impl Needs {
    /// Nothing but what every clause needs.
    pub const USUAL: Needs = Needs { files: 0, tasks: 0, network: false };
    /// A network of its own.
    pub const NETWORK: Needs = Needs { network: true, ..Needs::USUAL };
}

/// One check while it runs.
pub struct Session {
    world: Rc<World>,
    setup: Setup,
    starts: usize,
    open_files: Option<u64>,
    finding: Option<String>,
    /// The ports already given out.
    ports: HashSet<u16>,
    /// Random payloads; the same seed gives the same.
    pub random: Rng,
}

impl Session {
    /// Makes the surroundings of one check.
    ///
    /// # Errors
    /// When the kernel offers no view of sockets.
    pub fn new(mut setup: Setup) -> Result<Session, Fault> {
        let observer = Observer::new(Scope::Namespace(Vec::new()))?;
        // The pauses between looks are shorter than the 50 µs by which the kernel usually lets a timer be late.
        rustix::thread::set_current_timer_slack(NonZero::new(1000)).map_err(std::io::Error::from)?;
        let random = Rng::with_seed(setup.seed);
        Ok(Session {
            world: Rc::new(World::new(setup.room, observer, setup.limits, setup.group.take())),
            setup,
            starts: 0,
            open_files: None,
            finding: None,
            ports: HashSet::new(),
            random,
        })
    }

    /// Decides a clause: runs the check and adds the evidence to its result. Recording the check and keeping its packets does not change
    /// the result.
    pub fn decide(
        mut self,
        needs: Needs,
        check: fn(&mut Session) -> Step,
        keep: Option<Option<File>>,
    ) -> Decision {
        let is_kept = keep.is_some();
        if is_kept {
            self.world.start_record();
        }
        let capture = match keep.flatten() {
            None => None,
            Some(file) => match self.setup.room.packets().and_then(|packets| Capture::start(packets, file)) {
                Ok(capture) => Some(capture),
                Err(error) => return Fault::at("capturing packets", &error).into(),
            },
        };
        let mut verdict = Verdict::from(self.need(needs).and_then(|()| check(&mut self)));
        // This outweighs all else.
        if let Some(stopped) = self.world.guard.stopped() {
            verdict = Verdict::Failed(Box::new(stopped));
        } else if let Verdict::Failed(failure) = &verdict {
            match self.world.guard.ran_out_of_memory() {
                // It may have been one of the programs' own, with all that followed from that.
                Ok(true) => {
                    let what = "the machine ran out of memory and ended some process";
                    verdict = Verdict::Error(Fault::scarcity(format!("{what}: {}", failure.summary)));
                }
                Ok(false) => {}
                Err(error) => verdict = Verdict::Error(Fault::at("looking at the control group", &error)),
            }
        } else if let Verdict::Error(fault) = &verdict
            && let Some(failure) = self.world.hoards_sockets(fault)
        {
            verdict = Verdict::Failed(Box::new(failure));
        }
        if let Verdict::Failed(failure) = &mut verdict {
            self.explain(failure);
            failure.shorten();
            if let Some(template) = self.setup.templates.get(self.setup.program) {
                failure.tell_from_within(&template.directory().to_string_lossy());
            }
        }
        // It ends the record, but not the evidence of a failure, which shows it as what was expected.
        if let Some(finding) = &self.finding {
            self.note(finding);
        }
        if let Some(Err(error)) = capture.map(Capture::finish) {
            return Fault::at("writing captured packets", &error).into();
        }
        Decision {
            verdict,
            finding: self.finding,
            starts: self.starts,
            record: is_kept.then(|| self.world.take_record()),
            lacked: self.world.guard.lacked(),
            used: self.world.used(),
            stopped_at_start: self.world.guard.stopped_at_start(),
        }
    }

    /// Decides a part of a clause as if it were all of the check: the record and what programs print begin anew, and its failure is
    /// explained by what happened in this part.
    ///
    /// # Errors
    /// Those of `decide`.
    pub fn part(&mut self, decide: impl FnOnce(&mut Session) -> Step) -> Step {
        self.take_record();
        self.world.forget_console();
        let mut outcome = decide(self);
        if let Err(Stop::Failed(failure)) = &mut outcome {
            self.explain(failure);
        }
        // What ended a program in this part explains nothing in another.
        self.world.last_end();
        outcome
    }

    /// Adds to a failure what happened, where it does not say that yet.
    fn explain(&self, failure: &mut Failure) {
        // A connection that was lost because its program ended is explained by that end.
        let lost = matches!(failure.kind, Kind::Ended | Kind::Reset | Kind::NotListening);
        if let (true, Some((kind, words))) = (lost, self.world.last_end()) {
            failure.kind = kind;
            failure.summary = format!("{}: {words}", failure.summary);
        }
        if failure.transcript.is_empty() {
            failure.transcript = self.world.transcript.take();
        }
        if failure.output.is_empty() {
            failure.output = self.world.console();
        }
    }

    /// Starts a program `times` times, each until it can be talked to, and does nothing else: a check's least cost.
    ///
    /// # Errors
    /// As [`Session::serve`] and [`Listener::accept`].
    pub fn start_only(mut self, program: &str, times: usize) -> Step {
        for _ in 0..times {
            self.start_somehow(program)?;
        }
        Ok(())
    }

    /// Starts the program, connects `clients` clients to it if it is a server, waits until it rests, and lets `look` look at it for as
    /// long as it wants.
    ///
    /// # Errors
    /// As [`Session::serve`] and [`Listener::accept`], and those of `look`.
    pub fn show(mut self, clients: usize, mut look: impl FnMut(&Program) -> Step<bool>) -> Step {
        self.need_files(clients as u64 + 1024)?;
        let (mut program, _server) = self.start_somehow(self.program())?;
        let mut peers = Vec::new();
        while program.address().is_ok() && peers.len() < clients {
            // A server that leaves them in the accept queue is shown as it is.
            peers.extend(program.connect_group(clients - peers.len())?);
        }
        program.wait_until_still()?;
        while look(&program)? {}
        Ok(())
    }

    /// Starts a program with usual values until it can be talked to; a client is connected to a server of the grader's.
    fn start_somehow(&mut self, program: &str) -> Step<(Program, Option<(Listener, Peer)>)> {
        let usual = self.usual_values(program);
        if self.placeholder(program, "host").is_none() {
            return Ok((self.serve_with(program, &usual)?, None));
        }
        let listener = self.listen(Ipv4Addr::LOCALHOST.into())?;
        let address = listener.address();
        let mut values = vec![("host", address.ip().to_string()), ("port", address.port().to_string())];
        values.extend(usual);
        let client = self.start(program, &values)?;
        let server = listener.accept()?;
        Ok((client, Some((listener, server))))
    }

    /// Tells the reader what was measured and what was predicted, whatever the verdict.
    pub fn tell_finding(&mut self, words: String) {
        self.finding = Some(words);
    }

    /// A socket that sees every packet of the check's network from now on, if that is its own.
    ///
    /// # Errors
    /// The clause cannot be decided elsewhere; a fault when the kernel refuses.
    pub fn packets(&self) -> Step<OwnedFd> {
        self.needs_isolation()?;
        Ok(self.setup.room.packets()?)
    }

    /// The program that the clause is decided for.
    pub fn program(&self) -> &'static str {
        self.setup.program
    }

    /// What is handed in beside the programs; `None` if it is missing.
    pub fn document(&self) -> Option<&str> {
        self.setup.document.as_deref()
    }

    /// Starts a server on a port of its own and waits until the kernel shows that it listens.
    ///
    /// # Errors
    /// A failure when it ends, or will never listen.
    pub fn serve(&mut self, program: &str) -> Step<Program> {
        self.serve_with(program, &[])
    }

    /// As [`Session::serve`], with these values for its other placeholders.
    ///
    /// # Errors
    /// As [`Session::serve`].
    pub fn serve_with(&mut self, program: &str, values: &[(&str, String)]) -> Step<Program> {
        let port = self.port(program)?;
        self.serve_on(program, port, values)
    }

    fn serve_on(&mut self, program: &str, port: u16, values: &[(&str, String)]) -> Step<Program> {
        let started = self.start(program, &[values, &[("port", port.to_string())]].concat())?;
        started.wait_until_ready(port)
    }

    /// Kills a server, whatever it is doing, and starts it again on the port that it had.
    ///
    /// # Errors
    /// As [`Session::serve`].
    pub fn restart(&mut self, server: Program, values: &[(&str, String)]) -> Step<Program> {
        let (program, port) = (server.name().to_owned(), server.address()?.port());
        drop(server);
        self.note("the server was killed with a client connected; it is started again on the same port");
        self.serve_on(&program, port, values)
    }

    /// Starts a program with these values for its placeholders.
    ///
    /// # Errors
    /// A failure when it cannot be started at all.
    pub fn start(&mut self, program: &str, values: &[(&str, String)]) -> Step<Program> {
        self.starts += 1;
        let mut command = self.template(program)?.fill(values, self.setup.limits);
        command.open_files = self.open_files;
        Program::start(&self.world, program, &command)
    }

    /// Limits the open file descriptors of each process of the programs that are started from now on.
    pub fn limit_files(&mut self, limit: u64) {
        self.open_files = Some(limit);
    }

    /// Listens for a program that is a client, on a port of the kernel's choice.
    ///
    /// # Errors
    /// A fault when the address cannot be had.
    pub fn listen(&mut self, host: IpAddr) -> Step<Listener> {
        let address = SocketAddr::new(host, 0);
        Listener::bind(address, self.world.clone(), self.world.transcript.clone())
    }

    /// As [`Session::listen`], on a port that is known.
    ///
    /// # Errors
    /// As [`Session::listen`].
    pub fn listen_at(&mut self, address: SocketAddr) -> Step<Listener> {
        Listener::bind(address, self.world.clone(), self.world.transcript.clone())
    }

    /// An address of this machine on which nobody listens.
    ///
    /// # Errors
    /// A fault when no port is free.
    pub fn unused_address(&mut self) -> Step<SocketAddr> {
        let port = self.free_port()?;
        Ok(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port))
    }

    /// Writes a remark into the transcript.
    pub fn note(&self, words: &str) {
        self.world.transcript.record("grader", Action::Note, words.as_bytes());
    }

    /// Lets time pass while the submission is held up. Nothing is decided by it.
    pub fn let_pass(&self, time: Duration) {
        std::thread::sleep(time);
    }

    /// From now on lets programs sleep for `budget` in each wait, longer or shorter than usual: for clauses about time. A program that
    /// wakes again and again then does not count as one that does nothing else.
    pub fn allow_sleep(&self, budget: Duration) {
        self.world.sleep_budget.set(Some(budget));
    }

    /// Whether a program is of the lab's crate, which cargo builds: the handout may ask more of it than of a program in another language.
    ///
    /// # Errors
    /// A fault for a program that the lab does not have.
    pub fn is_of_the_crate(&self, program: &str) -> Step<bool> {
        Ok(self.template(program)?.is_of_the_crate())
    }

    /// Whether the program is told a value for this placeholder, and has none built in.
    ///
    /// # Errors
    /// A fault for a program that the lab does not have.
    pub fn is_told(&self, program: &str, name: &str) -> Step<bool> {
        Ok(self.template(program)?.has(name))
    }

    /// The value that a program takes for a placeholder: `value`, or the default if its command has it built in.
    ///
    /// # Errors
    /// A fault for a program or placeholder that the lab does not have.
    pub fn effective(&self, program: &str, name: &str, value: u64) -> Step<u64> {
        if self.is_told(program, name)? {
            return Ok(value);
        }
        let default =
            self.placeholder(program, name).and_then(|placeholder| placeholder.default?.parse().ok());
        Ok(default.ok_or_else(|| Fault::new(format!("{program} has no default for {name}")))?)
    }

    /// Gives all sockets made from now on the smallest possible buffers, if the network is the check's own: a write to a peer that does
    /// not read soon blocks.
    ///
    /// # Errors
    /// A fault when the kernel refuses.
    pub fn narrow_buffers(&self) -> Step {
        match self.setup.room {
            Room::Isolated => Ok(self.setup.room.narrow_buffers()?),
            Room::Shared => Ok(()),
        }
    }

    /// As [`Session::narrow_buffers`], but wide enough for a client to send much in little time.
    ///
    /// # Errors
    /// A fault when the kernel refuses.
    pub fn small_buffers(&self) -> Step {
        match self.setup.room {
            Room::Isolated => Ok(self.setup.room.small_buffers()?),
            Room::Shared => Ok(()),
        }
    }

    /// What has been recorded so far; the next step begins a new record. For a check that tries more than once and shows one try.
    pub fn take_record(&self) -> Vec<Event> {
        self.world.transcript.take()
    }

    /// Ends the check as undecided unless it runs in a network of its own.
    ///
    /// # Errors
    /// Always, in that case.
    pub fn needs_isolation(&self) -> Step {
        match self.setup.room {
            Room::Isolated => Ok(()),
            Room::Shared => Err(Stop::Skipped("it needs a network namespace of its own".to_owned())),
        }
    }

    /// A word of printable ASCII for the wire, without spaces, that begins with a letter. None can be a command by chance.
    pub fn text(&mut self, length: usize) -> String {
        words::text(&mut self.random, length)
    }

    /// A word that may stand on a command line too: letters and digits, a letter first.
    pub fn name(&mut self, length: usize) -> String {
        words::name(&mut self.random, length)
    }

    /// Any bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.random.fill(&mut bytes);
        bytes
    }

    /// Ends the check as undecided if the machine lacks what it needs.
    fn need(&mut self, needs: Needs) -> Step {
        if needs.network {
            self.needs_isolation()?;
        }
        if needs.tasks > 0 {
            self.need_tasks(needs.tasks)?;
        }
        if needs.files > 0 { self.need_files(needs.files) } else { Ok(()) }
    }

    /// Lets the grader and each program started from now on have `count` files open.
    ///
    /// # Errors
    /// The clause cannot be decided where the system allows fewer.
    fn need_files(&mut self, count: u64) -> Step {
        let limit = getrlimit(Resource::Nofile);
        if limit.maximum.is_some_and(|maximum| maximum < count) {
            let maximum = limit.maximum.unwrap_or_default();
            let reason =
                format!("it needs {count} open files, and the system allows {maximum}; raise `ulimit -Hn`");
            return Err(Stop::Skipped(reason));
        }
        setrlimit(Resource::Nofile, Rlimit { current: Some(count), maximum: limit.maximum })
            .map_err(std::io::Error::from)?;
        self.open_files = Some(count);
        Ok(())
    }

    /// The clause cannot be decided if the machine allows fewer processes and threads: what a program then lacks is not its own fault.
    ///
    /// # Errors
    /// Always, in that case.
    fn need_tasks(&self, count: u64) -> Step {
        let allowed = self.setup.tasks_allowed;
        if allowed >= count {
            return Ok(());
        }
        Err(Stop::Skipped(format!(
            "it needs {count} processes and threads, and this machine has {allowed} left; raise `ulimit -u`, `kernel.pid_max`, or \
             `--pids-limit` of the container"
        )))
    }

    /// The defaults of a program's placeholders, and any word for one that has none.
    fn usual_values(&self, program: &str) -> Vec<(&'static str, String)> {
        let programs = self.setup.programs.iter().filter(|candidate| candidate.name == program);
        let others = programs
            .flat_map(|program| program.arguments)
            .filter(|argument| !matches!(argument.name, "host" | "port"));
        others.map(|argument| (argument.name, argument.default.unwrap_or("somebody").to_owned())).collect()
    }

    fn template(&self, program: &str) -> Step<&Template> {
        let missing = || Fault::new(format!("no command is known for {program}"));
        Ok(self.setup.templates.get(program).ok_or_else(missing)?)
    }

    fn placeholder(&self, program: &str, name: &str) -> Option<&'static Placeholder> {
        let program = self.setup.programs.iter().find(|candidate| candidate.name == program)?;
        program.arguments.iter().find(|argument| argument.name == name)
    }

    /// The port that a server will listen on: a random one, or the one that its command has built in.
    fn port(&mut self, program: &str) -> Step<u16> {
        if self.template(program)?.has("port") {
            return self.free_port();
        }
        let port = self.effective(program, "port", 0)?;
        Ok(u16::try_from(port).map_err(|_| Fault::new(format!("{port} is not a port")))?)
    }

    /// A port outside the kernel's range for clients' ports, another one each time: the last server's connections may still be in
    /// TIME_WAIT.
    fn free_port(&mut self) -> Step<u16> {
        for _ in 0..100 {
            let port = self.random.u16(10_000..30_000);
            if !self.ports.insert(port) {
                continue;
            }
            match TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)) {
                Ok(_) => return Ok(port),
                Err(error) if error.kind() == ErrorKind::AddrInUse => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::scarcity("no port is free").into())
    }
}

/// The failure of a program that did something else than it should, with its output as what came.
pub fn wrong_output(summary: impl Into<String>, expected: &str, printed: &[u8]) -> Failure {
    Failure::new(Kind::Output, summary).expected(expected).got(printed)
}
