//! One thread as `/proc/PID/task/TID` shows it.

use crate::kept::{Kept, read};
use std::io;
use std::time::Duration;
use syscalls::Sysno;

/// What a thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// It runs, or waits for a processor: it will go on by itself.
    Running,
    /// It waits in the kernel, for a disk say, and no signal wakes it (state D): it will go on by itself too.
    Disk,
    /// A signal stopped it; it goes on only when somebody tells it to.
    Stopped,
    /// Its process forbids inspection (PR_SET_DUMPABLE in prctl(2)).
    Hidden,
    /// It is blocked in this system call with these arguments.
    Blocked(Sysno, [u64; 6]),
}

/// One thread at the moment of looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Its process.
    pub pid: i32,
    /// Its own id.
    pub tid: i32,
    /// Its name (`comm`), 15 bytes at most.
    pub name: String,
    /// What it is doing.
    pub call: Call,
    /// How often it was given a processor so far. A thread that two looks find blocked with the same count stayed blocked between them:
    /// each look saw it blocked at an instant, with the same count before and after.
    pub turns: u64,
    /// Processor time that it has used, in nanoseconds.
    pub cpu_ns: u64,
    /// Time that it has spent waiting for a processor, in nanoseconds.
    pub delay_ns: u64,
}

impl Thread {
    /// Looks at one thread. `None` if it has ended.
    pub(crate) fn look(pid: i32, tid: i32, kept: &mut Kept, buffer: &mut [u8]) -> io::Result<Option<Thread>> {
        let folder = format!("/proc/{pid}/task/{tid}");
        // The counters come first: if the thread runs after this, the next look shows more turns.
        let Some([cpu_ns, delay_ns, turns]) = counters(&folder, kept, buffer)? else { return Ok(None) };
        // Opened anew each time: the kernel then checks if the process lets others look.
        let call = match read(&format!("{folder}/syscall"), buffer) {
            Ok(Some(text)) => parse_call(text),
            Ok(None) => return Ok(None),
            // The file belongs to root (proc(5)).
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Call::Hidden,
            Err(error) => return Err(error),
        };
        let Some(stat) = kept.read(format!("{folder}/stat"), buffer)? else { return Ok(None) };
        let Some((name, state, has_memory)) = parse_stat(stat) else { return Ok(None) };
        let name = name.to_owned();
        let call = match state {
            'Z' | 'X' => return Ok(None),
            'T' | 't' => Call::Stopped,
            // A process that is just ending and has no memory any more seems hidden too.
            _ if call == Call::Hidden && has_memory => call,
            'S' if call != Call::Hidden => call,
            'D' if call != Call::Hidden => {
                if waits_for_vfork(&folder, buffer)? {
                    call
                } else {
                    Call::Disk
                }
            }
            _ => Call::Running,
        };
        let mut thread = Thread { pid, tid, name, call, turns, cpu_ns, delay_ns };
        // Read again: it may have been woken before this look began, have run since, and be blocked again.
        if thread.is_at_rest() && counters(&folder, kept, buffer)?.is_none_or(|[.., now]| now != turns) {
            thread.call = Call::Running;
        }
        Ok(Some(thread))
    }

    /// How often it has blocked so far, of its own accord (`voluntary_ctxt_switches` in proc(5)). Unlike turns, this does not grow when
    /// others take the processor from it. `None` if it has ended.
    pub(crate) fn waits(&self, buffer: &mut [u8]) -> io::Result<Option<u64>> {
        let status =
            read(&format!("/proc/{}/task/{}/status", self.pid, self.tid), buffer)?.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        Ok(line.and_then(|count| count.trim().parse().ok()))
    }

    /// Whether it goes on only when something happens or some time has passed.
    pub fn is_at_rest(&self) -> bool {
        !matches!(self.call, Call::Running | Call::Disk | Call::Hidden)
    }

    /// The address of the set of signals that it waits for, if it waits for some (rt_sigtimedwait(2)).
    pub(crate) fn awaited_signals(&self) -> Option<u64> {
        match self.call {
            Call::Blocked(call, [set, ..]) if call.name() == "rt_sigtimedwait" => Some(set),
            _ => None,
        }
    }

    /// The name of the call in which it is blocked.
    pub fn call_name(&self) -> &'static str {
        match self.call {
            Call::Running => "running",
            Call::Disk => "waiting for a disk",
            Call::Stopped => "a stop signal",
            Call::Hidden => "hidden",
            Call::Blocked(call, _) => call.name(),
        }
    }
}

/// For how long the calling thread has waited for a processor since it began.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn own_delay() -> io::Result<Duration> {
    let delays = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let delay = delays.split_ascii_whitespace().nth(1).and_then(|word| word.parse().ok());
    Ok(Duration::from_nanos(delay.unwrap_or(0)))
}

/// A thread's processor time and its wait for a processor, in nanoseconds, and its turns. `None` if it has ended.
fn counters(folder: &str, kept: &mut Kept, buffer: &mut [u8]) -> io::Result<Option<[u64; 3]>> {
    let Some(schedstat) = kept.read(format!("{folder}/schedstat"), buffer)? else { return Ok(None) };
    let mut counters = schedstat.split_ascii_whitespace().map(|word| word.parse().unwrap_or(0));
    Ok(Some(std::array::from_fn(|_| counters.next().unwrap_or(0))))
}

/// Whether a thread that no signal wakes (state D) waits for its child of vfork(2), or of clone(2) with CLONE_VFORK, to execute a program
/// or to end. The kernel function that it waits in tells (`wchan` in proc(5)). The call alone does not: on the way to that child the
/// thread may wait for memory or a kernel lock, like any other in D.
fn waits_for_vfork(folder: &str, buffer: &mut [u8]) -> io::Result<bool> {
    // The wait is in `wait_for_vfork_done`, which compilers inline into its only caller: `kernel_clone`, before Linux 5.10 `_do_fork`.
    // What comes before the wait is a function of its own, `copy_process`.
    const FUNCTIONS: [&str; 3] = ["kernel_clone", "_do_fork", "wait_for_vfork_done"];
    // A kernel without the names of its functions (CONFIG_KALLSYMS) has no such file either.
    let function = read(&format!("{folder}/wchan"), buffer)?;
    Ok(function.is_some_and(|function| FUNCTIONS.contains(&function.trim())))
}

/// `/proc/PID/task/TID/syscall`: `running`, or `NUMBER ARGUMENT×6 SP PC`, or `-1 SP PC` outside of any call.
fn parse_call(text: &str) -> Call {
    let mut words = text.split_ascii_whitespace();
    let number = words.next().and_then(|word| word.parse::<usize>().ok()).and_then(Sysno::new);
    let Some(number) = number else { return Call::Running };
    let mut arguments = [0; 6];
    for (argument, word) in arguments.iter_mut().zip(words) {
        *argument = u64::from_str_radix(word.trim_start_matches("0x"), 16).unwrap_or(0);
    }
    Call::Blocked(number, arguments)
}

/// The name, the state and whether there is any memory in `/proc/PID/task/TID/stat`. The name stands in parentheses and may hold any
/// character.
fn parse_stat(text: &str) -> Option<(&str, char, bool)> {
    // The size of its memory is field 23, and the state number 3.
    const SIZE: usize = 23 - 3;
    let (head, tail) = text.rsplit_once(')')?;
    let (_, name) = head.split_once('(')?;
    let mut fields = tail.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((name, state, fields.nth(SIZE - 1).is_some_and(|size| size != "0")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_with_their_arguments() {
        let text = format!("{} 0x3 0x0 0x10 0x0 0x0 0x7f 0x7ffe 0x7f00\n", Sysno::accept4.id());
        assert_eq!(parse_call(&text), Call::Blocked(Sysno::accept4, [3, 0, 16, 0, 0, 0x7f]));
        assert_eq!(parse_call("running\n"), Call::Running);
        assert_eq!(parse_call("-1 0x7ffe 0x7f00\n"), Call::Running);
    }

    #[test]
    fn a_name_with_parentheses_does_not_hide_the_state() {
        let fields = "0 ".repeat(19);
        let text = format!("12 (a) R (b) S {fields}4096 7");
        assert_eq!(parse_stat(&text), Some(("a) R (b", 'S', true)));
        assert_eq!(parse_stat(&text.replace("4096", "0")), Some(("a) R (b", 'S', false)));
    }

    #[test]
    fn what_is_not_text_hides_nothing() {
        let folder = std::env::temp_dir().join(format!("not-text-{}", std::process::id()));
        std::fs::write(&folder, b"12 (\xff\xfe) S 1").unwrap();
        let text = read(folder.to_str().unwrap(), &mut [0; 64]).unwrap().map(str::to_owned);
        std::fs::remove_file(&folder).unwrap();
        assert_eq!(text.as_deref(), Some("12 (??) S 1"));
    }
}
