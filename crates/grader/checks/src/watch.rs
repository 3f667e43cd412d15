//! What programs use together, held against what they may use. Looks into the kernel now and then: when a look comes depends on
//! the clock, what it finds does not, since what stays within its limits does so whenever it is looked at.

use observe::Observer;
use sandbox::{Limits, Overrun, Room};
use std::cell::Cell;
use std::fs;
use std::io;
use std::time::{Duration, Instant};

/// How often the kernel is asked at most.
const INTERVAL: Duration = Duration::from_millis(10);
/// How many times as long as a look at all that is used takes there is none after it.
const REST: u32 = 30;
/// The same for counting processes, which is cheap, so that a bomb is seen while it still grows.
const REST_FROM_COUNTING: u32 = 5;

/// The limits of programs that run, and when they are looked at next.
#[derive(Debug)]
pub struct Watch {
    limits: Limits,
    processes: Pace,
    all: Pace,
}

/// When something is done next that takes a while.
#[derive(Debug)]
struct Pace {
    due: Cell<Instant>,
    rest: u32,
}

impl Pace {
    fn new(rest: u32) -> Pace {
        Pace { due: Cell::new(Instant::now() + INTERVAL), rest }
    }

    /// Does it if it is due.
    fn take<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let began = Instant::now();
        (began >= self.due.get()).then(|| {
            let done = work();
            self.due.set(Instant::now() + INTERVAL.max(began.elapsed() * self.rest));
            done
        })
    }
}

/// How many processes of this machine were ended for want of memory (`oom_kill` in `/proc/vmstat`, proc(5)). While that grows,
/// nobody knows whether what was killed was at fault. 0 where the kernel does not count them.
pub fn memory_kills() -> u64 {
    let text = fs::read_to_string("/proc/vmstat").unwrap_or_default();
    let count = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

impl Watch {
    /// Watches over these limits from now on.
    pub fn new(limits: Limits) -> Watch {
        Watch { limits, processes: Pace::new(REST_FROM_COUNTING), all: Pace::new(REST) }
    }

    /// What they are held to.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Lets the next look come at once.
    pub fn hurry(&self) {
        self.all.due.set(Instant::now());
    }

    /// The limit on tasks, processor time, memory or folders that is overrun, and by what; nothing before the next look is due.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn overrun(&self, observer: &mut Observer, room: Room) -> io::Result<Option<(Overrun, String)>> {
        let processes =
            self.processes.take(|| observer.processes()).transpose()?.map_or(0, |all| all.len() as u64);
        if let Some(overrun) = self.too_many(processes) {
            return Ok(Some(overrun));
        }
        self.all.take(|| self.used_too_much(observer, room)).unwrap_or(Ok(None))
    }

    fn too_many(&self, tasks: u64) -> Option<(Overrun, String)> {
        let limit = self.limits.tasks;
        (tasks > limit).then(|| (Overrun::Tasks(limit), format!("{tasks} of them")))
    }

    fn used_too_much(&self, observer: &mut Observer, room: Room) -> io::Result<Option<(Overrun, String)>> {
        let limits = &self.limits;
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
        if usage.resident + files <= limits.memory {
            return Ok(None);
        }
        let memory = observer.memory(files)?;
        let got = || match usage.tasks {
            1 => format!("{} MiB", memory >> 20),
            tasks => format!("{} MiB, with {tasks} processes and threads", memory >> 20),
        };
        Ok((memory > limits.memory).then(|| (Overrun::Memory(limits.memory), got())))
    }
}
