//! What programs use together, held against what they may use. Looks into the kernel now and then: when a look comes depends on
//! the clock, what it finds does not, since what stays within its limits does so whenever it is looked at.

use observe::Observer;
use sandbox::{Entrance, Kill, Limits, Overrun, Room};
use std::cell::Cell;
use std::fs;
use std::io;
use std::time::{Duration, Instant};

/// How often the kernel is asked at most.
const INTERVAL: Duration = Duration::from_millis(10);
/// How many times as long as a look at all that is used takes there is none after it.
const REST: u32 = 30;
/// The longest such rest, but for looks that take so long that the grader would do nothing else.
const LONGEST_REST: (Duration, u32) = (Duration::from_millis(200), 4);
/// How often it is asked what sockets hold, for which it looks through the table of all that there are.
const INTERVAL_OF_BUFFERS: Duration = Duration::from_millis(500);
/// The same for counting processes, which is cheap, so that a bomb is seen while it still grows.
const REST_FROM_COUNTING: u32 = 5;
/// Whatever else takes long: the machine has so much less memory left than at the last look, as a part of the limit, and so the
/// next one comes at once.
const GREED: u64 = 16;
/// For how long at most nobody asks whether a look is due.
pub const LONGEST_PAUSE: Duration = Duration::from_millis(15);

/// The limits of programs that run, and when they are looked at next.
#[derive(Debug)]
pub struct Watch {
    limits: Limits,
    processes: Pace,
    all: Pace,
    buffers: Pace,
    /// What there was in buffers of sockets and pipes when they were looked at last.
    in_buffers: Cell<u64>,
    /// When the shares of all processes are read again, of those too that seem to be as they were.
    shares: Pace,
    /// The most memory that the machine had left since the last look.
    free: Cell<u64>,
    /// What [`memory_kills`] and [`shared_memory`] were in the beginning; 0 where there is a group, in which nobody asks.
    memory_kills: u64,
    shared_memory: u64,
    /// The control group of the programs.
    group: Option<Entrance>,
}

/// When something is done next that takes a while.
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

/// How many processes of this machine were ended for want of memory (`oom_kill` in `/proc/vmstat`, proc(5)). 0 where the kernel does
/// not count them.
fn memory_kills() -> u64 {
    let text = fs::read_to_string("/proc/vmstat").unwrap_or_default();
    let count = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// The memory that files of a file system in memory and shared mappings take up on this machine, in bytes (`Shmem` in
/// `/proc/meminfo`, proc(5)): all that processes have shared, mapped still or not.
fn shared_memory() -> u64 {
    observe::kibibytes(&fs::read_to_string("/proc/meminfo").unwrap_or_default(), &["Shmem:"]) * 1024
}

/// The memory that nobody uses, in bytes (sysinfo(2)), for which the kernel need not look anywhere.
fn free_memory() -> u64 {
    let system = rustix::system::sysinfo();
    system.freeram * u64::from(system.mem_unit)
}

impl Watch {
    /// Watches over these limits from now on. Where there is a control group for the programs, they must be started in it.
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

    /// Whether some process was ended since the machine ran out of memory, and not since the programs had as much as they may. Where they
    /// have no group of their own, nobody knows whether it was theirs.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn ran_out_of_memory(&self) -> io::Result<bool> {
        match &self.group {
            Some(group) => Ok(group.kills()? == Some(Kill::Shortage)),
            None => Ok(memory_kills() > self.memory_kills),
        }
    }

    /// What they are held to.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Lets the next look come at once.
    pub fn hurry(&self) {
        self.all.force();
    }

    /// Lets the next look come at once if the machine has less memory left than at the last one, or the kernel has ended one of the
    /// programs. For who is about to end them.
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

    /// No process shows what it has shared and maps no more, though the kernel keeps it as long as a part is mapped. A control group counts
    /// it. Where there is none, no more is known than that somebody has taken it.
    ///
    /// # Errors
    /// Where so much more is shared than before that it would be too much, for whoever it is.
    fn look_for_what_nobody_maps(&self, files: u64) -> io::Result<()> {
        /// As many programs may have the whole of their limit beside these.
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
            // What was shared among few when it was read may be shared among many by now.
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
