//! What programs use together, compared with what they may use. Looks into the kernel now and then. When a look comes depends on the
//! clock; what it finds does not: what stays within its limits does so at every look.

use observe::Observer;
use sandbox::{Entrance, Kill, Limits, Overrun, Room};
use std::cell::Cell;
use std::fs;
use std::io;
use std::time::{Duration, Instant};

/// How often the kernel is asked at most.
const INTERVAL: Duration = Duration::from_millis(10);
/// The rest after a look at all that is used, as a multiple of its time.
const REST: u32 = 30;
/// The longest such rest, except after looks so long that the grader would do nothing else.
const LONGEST_REST: (Duration, u32) = (Duration::from_millis(200), 4);
/// How often it is asked what sockets hold: it looks through its table of all sockets for that.
const INTERVAL_OF_BUFFERS: Duration = Duration::from_millis(500);
/// The same for counting processes, which is cheap: a bomb is seen while it still grows.
const REST_FROM_COUNTING: u32 = 5;
/// If the machine's free memory has shrunk by this part of the limit since the last look, the next one comes early.
const GREED: u64 = 16;
/// How long at most nobody asks whether a look is due.
pub const LONGEST_PAUSE: Duration = Duration::from_millis(15);

/// The limits of programs that run, and when they are looked at next.
#[derive(Debug)]
pub struct Watch {
    limits: Limits,
    processes: Pace,
    all: Pace,
    buffers: Pace,
    /// What the buffers of sockets and pipes held at the last look.
    in_buffers: Cell<u64>,
    /// When the shares of all processes are read again, even of those that seem unchanged.
    shares: Pace,
    /// The most memory that the machine had left since the last look.
    free: Cell<u64>,
    /// What [`memory_kills`] and [`shared_memory`] were at first; 0 if there is a group: then nobody asks.
    memory_kills: u64,
    shared_memory: u64,
    /// The control group of the programs.
    group: Option<Entrance>,
}

/// When something that takes a while is done next.
#[derive(Debug)]
struct Pace {
    due: Cell<Instant>,
    /// When it may be done at the earliest, if it is to be soon.
    earliest: Cell<Instant>,
    interval: Duration,
    rest: u32,
}

impl Pace {
    fn new(interval: Duration, rest: u32) -> Pace {
        let now = Instant::now();
        Pace { due: Cell::new(now + interval), earliest: Cell::new(now), interval, rest }
    }

    /// Lets it be done at once.
    fn force(&self) {
        self.due.set(Instant::now());
    }

    /// Lets it be done soon.
    fn hurry(&self) {
        self.due.set(self.earliest.get().min(self.due.get()));
    }

    /// Does it if it is due.
    fn take<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let began = Instant::now();
        (began >= self.due.get()).then(|| {
            let done = work();
            let (now, taken) = (Instant::now(), began.elapsed());
            let rest = (taken * self.rest).min(LONGEST_REST.0.max(taken * LONGEST_REST.1));
            self.due.set(now + self.interval.max(rest));
            self.earliest.set(now + taken);
            done
        })
    }
}

/// How many processes of this machine were ended for lack of memory (`oom_kill` in `/proc/vmstat`, proc(5)). 0 if the kernel does not
/// count them.
fn memory_kills() -> u64 {
    let text = fs::read_to_string("/proc/vmstat").unwrap_or_default();
    let count = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// The memory that files in a memory file system and shared mappings take up on this machine, in bytes (`Shmem` in `/proc/meminfo`,
/// proc(5)): all that processes have shared, still mapped or not.
fn shared_memory() -> u64 {
    observe::kibibytes(&fs::read_to_string("/proc/meminfo").unwrap_or_default(), &["Shmem:"]) * 1024
}

/// The memory that nobody uses, in bytes (sysinfo(2)). The kernel need not look anywhere for it.
fn free_memory() -> u64 {
    let system = rustix::system::sysinfo();
    system.freeram * u64::from(system.mem_unit)
}

impl Watch {
    /// Watches over these limits from now on. If the programs have a control group, they must be started in it.
    pub fn new(limits: Limits, group: Option<Entrance>) -> Watch {
        let without_group = |count: fn() -> u64| if group.is_none() { count() } else { 0 };
        Watch {
            limits,
            processes: Pace::new(INTERVAL, REST_FROM_COUNTING),
            all: Pace::new(INTERVAL, REST),
            buffers: Pace::new(INTERVAL_OF_BUFFERS, REST),
            in_buffers: Cell::default(),
            shares: Pace::new(INTERVAL_OF_BUFFERS, REST),
            free: Cell::new(free_memory()),
            memory_kills: without_group(memory_kills),
            shared_memory: without_group(shared_memory),
            group,
        }
    }

    /// The control group of the programs.
    pub fn group(&self) -> Option<&Entrance> {
        self.group.as_ref()
    }

    /// Whether some process was ended because the machine ran out of memory, not because the programs had as much as they may. Without a
    /// group of their own, nobody knows whether it was theirs.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn ran_out_of_memory(&self) -> io::Result<bool> {
        match &self.group {
            Some(group) => Ok(group.kills()? == Some(Kill::Shortage)),
            None => Ok(memory_kills() > self.memory_kills),
        }
    }

    /// The programs' limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Lets the next look come at once.
    pub fn hurry(&self) {
        self.all.force();
    }

    /// Lets the next look come at once if the machine has less memory left than at the last one, or the kernel has ended a program. For a
    /// caller about to end them.
    pub fn hurry_if_greedy(&self) {
        let has_killed =
            self.group.as_ref().is_some_and(|group| group.kills().is_ok_and(|kill| kill.is_some()));
        if has_killed || self.is_greedy(free_memory()) {
            self.hurry();
            self.buffers.force();
        }
    }

    fn is_greedy(&self, free: u64) -> bool {
        self.free.get().saturating_sub(free) > self.limits.memory / GREED
    }

    /// The limit on tasks, processor time, memory or folders that is overrun, and by what; nothing before the next look is due.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn overrun(&self, observer: &mut Observer, room: Room) -> io::Result<Option<(Overrun, String)>> {
        let free = free_memory();
        self.free.set(self.free.get().max(free));
        // Others may have taken it. Then one look was in vain.
        if self.is_greedy(free) {
            self.all.hurry();
            self.buffers.hurry();
        }
        let processes =
            self.processes.take(|| observer.processes()).transpose()?.map_or(0, |all| all.len() as u64);
        if let Some(overrun) = self.too_many(processes) {
            return Ok(Some(overrun));
        }
        let look = || {
            self.free.set(free);
            self.used_too_much(observer, room)
        };
        self.all.take(look).unwrap_or(Ok(None))
    }

    /// No process shows what it has shared and maps no more, though the kernel keeps it while a part is mapped. A control group counts
    /// it. Without one, it is only known that somebody has taken it.
    ///
    /// # Errors
    /// When so much more is shared than before that it would be too much, whoever took it.
    fn look_for_what_nobody_maps(&self, files: u64) -> io::Result<()> {
        /// This many other programs may each use their whole limit.
        const OTHERS: u64 = 4;
        if self.group.is_some() {
            return Ok(());
        }
        let grown = shared_memory().saturating_sub(self.shared_memory + files);
        if grown <= OTHERS * self.limits.memory {
            return Ok(());
        }
        let words = format!("somebody has put {} MiB into shared memory meanwhile", grown >> 20);
        Err(io::Error::new(io::ErrorKind::OutOfMemory, words))
    }

    fn too_many(&self, tasks: u64) -> Option<(Overrun, String)> {
        let limit = self.limits.tasks;
        (tasks > limit).then(|| (Overrun::Tasks(limit), format!("{tasks} of them")))
    }

    fn used_too_much(&self, observer: &mut Observer, room: Room) -> io::Result<Option<(Overrun, String)>> {
        let limits = &self.limits;
        if let Some(group) = &self.group
            && group.kills()? == Some(Kill::OwnLimit)
        {
            return Ok(Some((
                Overrun::Memory(limits.memory),
                "more than that, so that the kernel ended a process".to_owned(),
            )));
        }
        let usage = observer.usage()?;
        let (files, full) = room.files()?;
        if let Some(overrun) = full {
            return Ok(Some((overrun, "a folder that is full".to_owned())));
        }
        if let Some(overrun) = self.too_many(usage.tasks) {
            return Ok(Some(overrun));
        }
        if usage.processor > Duration::from_secs(limits.processor) {
            let time = format!("{:.1} s", usage.processor.as_secs_f64());
            return Ok(Some((Overrun::Processor(limits.processor), time)));
        }
        // On the machine's own network there are others' sockets.
        if let (Room::Isolated, Some(buffers)) = (room, self.buffers.take(|| observer.buffers())) {
            self.in_buffers.set(buffers?);
        }
        let buffers = self.in_buffers.get();
        self.look_for_what_nobody_maps(files)?;
        if usage.resident + files + buffers <= limits.memory {
            return Ok(None);
        }
        let anew = self.shares.take(|| ()).is_some();
        let mut memory = observer.memory(files, anew)? + buffers;
        if memory > limits.memory && !anew {
            // What few shared when it was read may be shared by many now.
            memory = observer.memory(files, true)? + buffers;
        }
        let got = || {
            let mut got = format!("{} MiB", memory >> 20);
            if usage.tasks > 1 {
                got += &format!(", with {} processes and threads", usage.tasks);
            }
            if buffers > memory / 4 {
                got += &format!(", {} MiB of it in the buffers of sockets and pipes", buffers >> 20);
            }
            got
        };
        Ok((memory > limits.memory).then(|| (Overrun::Memory(limits.memory), got())))
    }
}
