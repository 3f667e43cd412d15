//! What a submission uses: processes, processor time, memory.

use crate::files::{duplicate, target};
use crate::kept::{numbers, read};
use crate::observer::{Observer, Scope};
use crate::shares::Shares;
use crate::sockstat::Sockstat;
use rustix::pipe::fcntl_getpipe_size;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::time::Duration;

/// What all processes of a submission use together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processes and threads; one that has ended counts until it was waited for.
    pub tasks: u64,
    /// Processor time so far, also of processes that have ended and were waited for.
    pub processor: Duration,
    /// Resident bytes and page tables. What several processes share counts for each, so this is the most that they use;
    /// [`Observer::memory`] is more exact, but slower.
    pub resident: u64,
    /// Page faults so far, also of processes that have ended and were waited for: each is a page that was new to its process.
    pub faults: u64,
}

/// The unit of times in `/proc/PID/stat` (`_SC_CLK_TCK`), which Linux fixes at a hundredth of a second.
const TICKS_A_SECOND: u64 = 100;

/// Fewer descriptors than this hold little in pipes: a user may have this many pipes of full size (`pipe-user-pages-soft` in pipe(7)).
const FEW: u64 = 1024;
/// More would take too long to look at.
const MANY: usize = 1 << 17;
/// The size of a pipe if a user has many (`pipe-user-pages-soft` in pipe(7)).
const LEAST_PIPE: u64 = 8192;

/// The fields of `/proc/PID/stat` that matter here (proc(5)).
struct Stat {
    own_ticks: u64,
    /// Of children that have ended and were waited for.
    children_ticks: u64,
    threads: u64,
    own_faults: u64,
    /// Those of children included.
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
            let resident = |status: &str| kibibytes(status, &["VmRSS:", "VmPTE:"]);
            usage.resident += self.status(pid, resident)?.map_or(0, |(_, resident)| resident) * 1024;
        }
        // The grader's own processes waited for what the submission orphaned, or left behind when it ended.
        if let Scope::Namespace(ours) | Scope::Descendants(ours) = self.scope.clone() {
            for pid in ours {
                ticks += stat(pid, &mut self.buffer)?.map_or(0, |stat| stat.children_ticks);
            }
        }
        usage.processor = Duration::from_millis(ticks * 1000 / TICKS_A_SECOND);
        Ok(usage)
    }

    /// The memory that the submission's processes use now, in bytes: the sum of their proportional shares of resident memory (Pss in
    /// `/proc/PID/smaps_rollup`), so that what several of them share counts once, and of their page tables (VmPTE). `files` bytes of
    /// files lie in memory too, and may be mapped.
    ///
    /// Shares are slow to read where much is shared. Those of a process that has touched nothing since are not read again unless `anew`:
    /// they grow when others give up what they shared with it.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn memory(&mut self, files: u64, anew: bool) -> io::Result<u64> {
        let (mut total, mut mapped) = (0, 0);
        let mut known = std::mem::take(&mut self.shares);
        for pid in self.processes()? {
            let faults = stat(pid, &mut self.buffer)?.map_or(0, |stat| stat.own_faults);
            let sizes = |status: &str| (kibibytes(status, &["VmRSS:"]), kibibytes(status, &["VmPTE:"]));
            let Some((thread, (resident, tables))) = self.status(pid, sizes)? else { continue };
            let before = known.remove(&pid).filter(|before| !anew && before.is_as(resident, faults));
            let shares = match before {
                Some(before) => before,
                None => self.shares_of(thread, resident, faults)?,
            };
            total += (shares.proportional + tables) * 1024;
            mapped += shares.shared * 1024;
            self.shares.insert(pid, shares);
        }
        // A file that is mapped counts once.
        Ok(total - mapped.min(total) + mapped.max(files))
    }

    fn shares_of(&mut self, thread: i32, resident: u64, faults: u64) -> io::Result<Shares> {
        let (proportional, shared) = match read(&format!("/proc/{thread}/smaps_rollup"), &mut self.buffer) {
            Ok(rollup) => {
                let rollup = rollup.unwrap_or_default();
                (kibibytes(rollup, &["Pss:"]), kibibytes(rollup, &["Pss_Shmem:"]))
            }
            // It forbids inspection.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => (resident, 0),
            Err(error) => return Err(error),
        };
        Ok(Shares { resident, faults, proportional, shared })
    }

    /// What the kernel keeps in the buffers of all sockets of this network and of the submission's pipes, in bytes. No process's memory
    /// shows it.
    ///
    /// # Errors
    /// When `/proc` or sock_diag cannot be read.
    pub fn buffers(&mut self) -> io::Result<u64> {
        let descriptors: u64 = self.open_files_each()?.iter().sum();
        // A program with many sockets may be closing one: don't look at it (see `files`).
        let pipes =
            if descriptors < FEW || descriptors < FEW + sockets()? { 0 } else { self.pipes(descriptors)? };
        Ok(self.diag.buffers()? + netlink_buffers()? + pipes)
    }

    /// The size of all pipes that the submission has open (F_GETPIPE_SZ in fcntl(2)). If there are too many descriptors to look at, the
    /// rest are taken to hold as many pipes as those looked at.
    fn pipes(&mut self, descriptors: u64) -> io::Result<u64> {
        let processes = self.processes()?;
        let most = (MANY / processes.len().max(1)).max(1);
        let (mut pipes, mut looked, mut total) = (HashSet::new(), 0, 0);
        for pid in processes {
            let Some((tid, ())) = self.status(pid, |_| ())? else { continue };
            let descriptors = match numbers(&format!("/proc/{tid}/fd")) {
                // It is just ending, or forbids inspection (proc(5)).
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => continue,
                other => other?,
            };
            for descriptor in descriptors.into_iter().rev().take(most) {
                looked += 1;
                let pipe = target(tid, descriptor).filter(|target| target.starts_with("pipe:"));
                if pipe.is_some_and(|pipe| pipes.insert(pipe)) {
                    let size = duplicate(pid, tid, descriptor).and_then(|pipe| fcntl_getpipe_size(pipe).ok());
                    total += size.map_or(0, |size| size as u64);
                }
            }
        }
        let others = descriptors.saturating_sub(looked);
        Ok(total + others * pipes.len() as u64 / looked.max(1) * LEAST_PIPE)
    }

    /// The sum of the peak resident memory of the submission's processes, in bytes (VmHWM in proc(5)).
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn peak_memory(&mut self) -> io::Result<u64> {
        self.peak("VmHWM:")
    }

    /// The largest address spaces that the processes have had so far, together, in bytes (`VmPeak` in `/proc/PID/status`, proc(5)).
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn peak_mapped(&mut self) -> io::Result<u64> {
        self.peak("VmPeak:")
    }

    /// The sum of that line of each process's status, in bytes.
    fn peak(&mut self, line: &str) -> io::Result<u64> {
        let mut total = 0;
        for pid in self.processes()? {
            let peak = |status: &str| kibibytes(status, &[line]) * 1024;
            total += self.status(pid, peak)?.map_or(0, |(_, peak)| peak);
        }
        Ok(total)
    }

    /// The most files that any process has open. A process that is just ending, or that forbids inspection, counts as if it had none
    /// (proc(5)).
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn open_files(&mut self) -> io::Result<u64> {
        Ok(self.open_files_each()?.into_iter().max().unwrap_or(0))
    }

    /// How many files each process has open.
    fn open_files_each(&mut self) -> io::Result<Vec<u64>> {
        let mut counts = Vec::new();
        for pid in self.processes()? {
            if let Some((thread, ())) = self.status(pid, |_| ())? {
                counts.push(files_of(thread)?);
            }
        }
        Ok(counts)
    }

    /// Reads `/proc/TID/status` of a thread that still has its memory, and returns that thread: the first one of a process may have ended
    /// alone (pthread_exit(3) in `main`), and then has none. `None` if all have ended.
    fn status<T>(&mut self, pid: i32, what: impl Fn(&str) -> T) -> io::Result<Option<(i32, T)>> {
        let mut read = |tid: i32| -> io::Result<Option<(i32, T)>> {
            let status = read(&format!("/proc/{tid}/status"), &mut self.buffer)?;
            let living = status.filter(|status| status.contains("\nVmRSS:"));
            Ok(living.map(|status| (tid, what(status))))
        };
        if let Some(found) = read(pid)? {
            return Ok(Some(found));
        }
        for tid in numbers(&format!("/proc/{pid}/task"))?.into_iter().filter(|tid| *tid != pid) {
            if let Some(found) = read(tid)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// How many sockets there are in this network at least that are not the grader's.
fn sockets() -> io::Result<u64> {
    // The grader's own files may all be sockets.
    let own = numbers("/proc/self/fd")?.len() as u64;
    Ok(Sockstat::read()?.number("sockets:", "used").saturating_sub(own))
}

/// What the kernel keeps in the buffers of this network's netlink sockets, in bytes: the fifth and the sixth word of each line in
/// `/proc/net/netlink`, after a line of names.
fn netlink_buffers() -> io::Result<u64> {
    let text = fs::read_to_string("/proc/net/netlink")?;
    let sizes = text.lines().skip(1).flat_map(|line| line.split_ascii_whitespace().skip(4).take(2));
    Ok(sizes.filter_map(|size| size.parse::<u64>().ok()).sum())
}

/// How many files a thread's process has open.
fn files_of(tid: i32) -> io::Result<u64> {
    let folder = format!("/proc/{tid}/fd");
    // Since Linux 6.2 the folder's size is the number.
    match rustix::fs::stat(&folder) {
        Ok(folder) if folder.st_size > 0 => Ok(u64::try_from(folder.st_size).unwrap_or(0)),
        Ok(_) => match numbers(&folder) {
            // It forbids inspection (proc(5)).
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(0),
            files => Ok(files?.len() as u64),
        },
        // It has ended.
        Err(_) => Ok(0),
    }
}

fn stat(pid: i32, buffer: &mut [u8]) -> io::Result<Option<Stat>> {
    let Some(text) = read(&format!("/proc/{pid}/stat"), buffer)? else { return Ok(None) };
    // The name before the parenthesis may hold spaces; the first field behind it is number 3.
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_ascii_whitespace().collect();
    let field =
        |number: usize| fields.get(number - 3).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Ok(Some(Stat {
        own_ticks: field(14) + field(15),
        children_ticks: field(16) + field(17),
        threads: field(20),
        own_faults: field(10) + field(12),
        faults: (10..=13).map(field).sum(),
    }))
}

/// The sum of fields such as `VmHWM:` in a text of lines `NAME: NUMBER kB` (proc(5)).
pub fn kibibytes(text: &str, fields: &[&str]) -> u64 {
    let value = |line: &str| {
        let rest = fields.iter().find_map(|field| line.strip_prefix(field))?;
        rest.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    text.lines().filter_map(value).sum()
}
