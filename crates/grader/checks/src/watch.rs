//! What programs use together, held against what they may use. Looks into the kernel now and then: when a look comes depends on
//! the clock, what it finds does not, since what stays within its limits does so whenever it is looked at.

use observe::Observer;
use sandbox::{Limits, Overrun, Room};
use std::cell::Cell;
use std::fs;
use std::io;
use std::time::{Duration, Instant};

/// How often the kernel is asked at most, and how many times as long as that takes nothing is asked after it.
const INTERVAL: Duration = Duration::from_millis(10);
const REST: u32 = 30;

/// The limits of programs that run, and when they are looked at next.
#[derive(Debug)]
pub struct Watch {
    limits: Limits,
    due: Cell<Instant>,
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
        Watch { limits, due: Cell::new(Instant::now() + INTERVAL) }
    }

    /// What they are held to.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Lets the next look come at once.
    pub fn hurry(&self) {
        self.due.set(Instant::now());
    }

    /// The limit on tasks, processor time, memory or folders that is overrun, and by what; nothing before the next look is due.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn overrun(&self, observer: &mut Observer, room: Room) -> io::Result<Option<(Overrun, String)>> {
        let began = Instant::now();
        if began < self.due.get() {
            return Ok(None);
        }
        let found = self.used_too_much(observer, room);
        self.due.set(Instant::now() + INTERVAL.max(began.elapsed() * REST));
        found
    }

    fn used_too_much(&self, observer: &mut Observer, room: Room) -> io::Result<Option<(Overrun, String)>> {
        let limits = &self.limits;
        let usage = observer.usage()?;
        let (files, full) = room.files()?;
        if let Some(overrun) = full {
            return Ok(Some((overrun, "a folder that is full".to_owned())));
        }
        if usage.tasks > limits.tasks {
            return Ok(Some((Overrun::Tasks(limits.tasks), format!("{} of them", usage.tasks))));
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
