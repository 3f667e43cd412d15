//! What a submission uses: processes, processor time, memory.

use crate::observer::{Observer, Scope};
use crate::thread;
use std::io;
use std::time::Duration;

/// What all processes of a submission use together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processes and threads; one that has ended counts until it was waited for.
    pub tasks: u64,
    /// Processor time so far, with that of processes that have ended and were waited for.
    pub processor: Duration,
    /// Bytes that are resident and page tables. What several processes share counts for each, so that this is what they use at
    /// most; [`Observer::memory`] is more exact, and dearer.
    pub resident: u64,
    /// Page faults so far, with those of processes that have ended and were waited for: each is a page that was new to its process.
    pub faults: u64,
}

/// The unit of times in `/proc/PID/stat` (`_SC_CLK_TCK`), which Linux has fixed for its users at a hundredth of a second.
const TICKS_A_SECOND: u64 = 100;

/// Of the fields in `/proc/PID/stat` those that are of interest here (proc(5)).
struct Stat {
    own_ticks: u64,
    /// Of children that have ended and were waited for.
    children_ticks: u64,
    threads: u64,
    /// Those of such children too.
    faults: u64,
}

impl Observer {
    /// What the submission uses now.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn usage(&mut self) -> io::Result<Usage> {
        let (mut usage, mut ticks) = (Usage::default(), 0);
        for pid in self.processes()? {
            let Some(stat) = stat(pid, &mut self.buffer)? else { continue };
            ticks += stat.own_ticks + stat.children_ticks;
            usage.tasks += stat.threads.max(1);
            usage.faults += stat.faults;
            let status = thread::read(&format!("/proc/{pid}/status"), &mut self.buffer)?.unwrap_or_default();
            usage.resident += kibibytes(status, &["VmRSS:", "VmPTE:"]) * 1024;
        }
        // What the submission orphaned, and what it left behind when it ended, was waited for by the grader's own.
        if let Scope::Namespace(ours) | Scope::Descendants(ours) = self.scope.clone() {
            for pid in ours {
                ticks += stat(pid, &mut self.buffer)?.map_or(0, |stat| stat.children_ticks);
            }
        }
        usage.processor = Duration::from_millis(ticks * 1000 / TICKS_A_SECOND);
        Ok(usage)
    }

    /// The memory that the submission's processes use now, added up, in bytes: their proportional share of what is resident
    /// (Pss in `/proc/PID/smaps_rollup`), so that what several of them share counts once, and their page tables (VmPTE). So
    /// many bytes of `files` lie in memory too, and may be mapped. The kernel's stacks and socket buffers are in none of these.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn memory(&mut self, files: u64) -> io::Result<u64> {
        let (mut total, mut mapped) = (0, 0);
        for pid in self.processes()? {
            let status = thread::read(&format!("/proc/{pid}/status"), &mut self.buffer)?.unwrap_or_default();
            let (resident, tables) = (kibibytes(status, &["VmRSS:"]), kibibytes(status, &["VmPTE:"]));
            let rollup = match thread::read(&format!("/proc/{pid}/smaps_rollup"), &mut self.buffer) {
                Ok(rollup) => rollup.unwrap_or_default(),
                // It forbids to be looked at.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    total += (resident + tables) * 1024;
                    continue;
                }
                Err(error) => return Err(error),
            };
            total += (kibibytes(rollup, &["Pss:"]) + tables) * 1024;
            mapped += kibibytes(rollup, &["Pss_Shmem:"]) * 1024;
        }
        // A file that is mapped counts once.
        Ok(total - mapped.min(total) + mapped.max(files))
    }

    /// The most memory that the submission's processes have had resident, added up, in bytes (VmHWM in proc(5)).
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn peak_memory(&mut self) -> io::Result<u64> {
        let mut total = 0;
        for pid in self.processes()? {
            let status = thread::read(&format!("/proc/{pid}/status"), &mut self.buffer)?.unwrap_or_default();
            total += kibibytes(status, &["VmHWM:"]) * 1024;
        }
        Ok(total)
    }
}

fn stat(pid: i32, buffer: &mut [u8]) -> io::Result<Option<Stat>> {
    let Some(text) = thread::read(&format!("/proc/{pid}/stat"), buffer)? else { return Ok(None) };
    // The name before the parenthesis may hold spaces; the first field behind it is number 3.
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_ascii_whitespace().collect();
    let field =
        |number: usize| fields.get(number - 3).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Ok(Some(Stat {
        own_ticks: field(14) + field(15),
        children_ticks: field(16) + field(17),
        threads: field(20),
        faults: (10..=13).map(field).sum(),
    }))
}

/// The sum of fields such as `VmHWM:` in a text of lines `NAME: NUMBER kB` (proc(5)).
pub(crate) fn kibibytes(text: &str, fields: &[&str]) -> u64 {
    let value = |line: &str| {
        let rest = fields.iter().find_map(|field| line.strip_prefix(field))?;
        rest.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    text.lines().filter_map(value).sum()
}
