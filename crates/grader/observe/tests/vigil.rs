//! What a wait comes to, for small programs that block, sleep, spin, tick or end.

mod python;

use observe::{End, Link, Observer, Scope, Vigil};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A shell whose descendants are looked at. Its standard input is a pipe that stays empty.
struct Shell(Child);

impl Shell {
    fn run(script: &str) -> Shell {
        let shell = Command::new("/bin/sh")
            .args(["-c", script])
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        Shell(shell)
    }

    /// Waits for what the descendants come to; a script prints a line once they all run.
    fn end(&mut self, cpu_budget: Duration) -> End {
        self.end_of(cpu_budget, |_| Vec::new())
    }

    /// The same, with the links made from the line.
    fn end_of(&mut self, cpu_budget: Duration, links: impl FnOnce(&str) -> Vec<Link>) -> End {
        let mut line = String::new();
        let output = self.0.stdout.as_mut().expect("its output is piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("a line");
        let mut links = links(line.trim());
        let pid = i32::try_from(self.0.id()).expect("a process id");
        let mut observer = Observer::new(Scope::Descendants(vec![pid])).expect("sock_diag");
        let mut vigil = Vigil::new(cpu_budget, None);
        loop {
            let none = Duration::ZERO;
            let end = vigil.look(&mut observer, &mut links, none, none).expect("/proc");
            if let Some(end) = end {
                return end;
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // The scripts end with their standard input; their shell's trap ends those that do not look at it.
        drop(self.0.stdin.take());
        let _ = Command::new("/bin/kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

const BUDGET: Duration = Duration::from_secs(2);

#[test]
fn a_program_that_waits_for_input_is_settled() {
    // The shell reads the line's end from `cat`, which then blocks in a read.
    assert_eq!(Shell::run("(echo ready; exec cat); true").end(BUDGET), End::Settled);
}

#[test]
fn a_long_sleep_is_told_at_once_by_its_declared_length() {
    let script = "trap 'kill $!' TERM; (echo ready; exec sleep 1000) & wait";
    assert_eq!(Shell::run(script).end(BUDGET), End::Asleep);
}

#[test]
fn a_loop_without_end_is_busy_once_it_has_used_its_processor_time() {
    let script = "trap 'kill $!' TERM; (echo ready; while :; do :; done) & wait";
    assert_eq!(Shell::run(script).end(Duration::from_millis(50)), End::Busy);
}

#[test]
fn what_children_used_that_have_ended_counts_too() {
    // Each uses some hundredths of a second.
    let child = "(i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done)";
    let script = format!("trap 'kill $!' TERM; (echo ready; while :; do {child}; done) & wait");
    assert_eq!(Shell::run(&script).end(Duration::from_millis(300)), End::Busy);
}

#[test]
fn a_program_that_wakes_again_and_again_without_effect_ticks() {
    if !python::is_there() {
        return;
    }
    let program =
        "import select, sys\nprint('ready', flush=True)\nwhile True: select.select([0], [], [], 0.01)";
    let script = format!("trap 'kill $!' TERM; exec 3<&0; python3 -c \"{program}\" <&3 & wait");
    assert_eq!(Shell::run(&script).end(BUDGET), End::Ticking);
}

/// A program in Python that the kernel suspends until its child, which does `work`, executes a program or ends. Unlike a child of
/// vfork(2) it has its own memory, so that an interpreter can go on in it.
fn suspended_by_a_child(work: &str) -> String {
    let program = format!(
        "import ctypes, os, platform, signal
number = 56 if platform.machine() == 'x86_64' else 220
CLONE_VFORK, parent = 0x4000, os.getpid()
print('ready', flush=True)
if ctypes.CDLL(None).syscall(number, CLONE_VFORK | signal.SIGCHLD, 0, 0, 0, 0) == 0:
    {work}
    os._exit(0)"
    );
    format!("trap 'kill $!' TERM; exec 3<&0; python3 -c \"{program}\" <&3 & wait")
}

#[test]
fn a_program_that_is_suspended_by_a_child_which_waits_is_settled() {
    if !python::is_there() {
        return;
    }
    assert_eq!(Shell::run(&suspended_by_a_child("os.read(0, 1)")).end(BUDGET), End::Settled);
}

#[test]
fn a_program_that_is_suspended_by_a_child_which_works_is_as_busy_as_that() {
    if !python::is_there() {
        return;
    }
    let script = suspended_by_a_child("while os.getppid() == parent: pass");
    assert_eq!(Shell::run(&script).end(Duration::from_millis(300)), End::Busy);
}

/// A program in Python with so many threads that a look at all of them takes longer than the pause of one thread, which does `work` each
/// time it wakes; another waits to be woken by it.
fn restless_in_a_crowd(work: &str) -> String {
    let program = format!(
        "import threading, time
threading.stack_size(65536)
idle, woken = threading.Event(), threading.Semaphore(0)
def wake():
    while True:
        time.sleep(0.002)
        {work}
def wait():
    while True: woken.acquire()
for target in [idle.wait] * 400 + [wait, wake]: threading.Thread(target=target, daemon=True).start()
print('ready', flush=True)
idle.wait()"
    );
    format!("trap 'kill $!' TERM; python3 -c \"{program}\" & wait")
}

#[test]
fn one_thread_that_wakes_again_and_again_without_effect_ticks_in_a_crowd_too() {
    if !python::is_there() {
        return;
    }
    assert_eq!(Shell::run(&restless_in_a_crowd("pass")).end(Duration::from_secs(20)), End::Ticking);
}

#[test]
fn a_crowd_in_which_threads_wake_each_other_for_a_moment_sleeps() {
    if !python::is_there() {
        return;
    }
    assert_eq!(Shell::run(&restless_in_a_crowd("woken.release()")).end(Duration::from_secs(20)), End::Asleep);
}

#[test]
fn a_program_that_has_ended_is_gone() {
    assert_eq!(Shell::run("(echo ready); read line").end(BUDGET), End::Gone);
}

#[test]
fn a_shell_that_waits_for_one_short_child_after_the_other_is_not_settled_before_the_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let over = folder.path().join("over");
    // While those that wait for input are looked at, a child that began after the list may end.
    let crowd = "exec 3<&0; n=0; while [ $n -lt 200 ]; do cat <&3 & n=$((n+1)); done";
    let child = "j=0; while [ $j -lt 4000 ]; do j=$((j+1)); done";
    let children = format!("i=0; while [ $i -lt 100 ]; do x=$({child}); i=$((i+1)); done");
    let script = format!("({crowd}; echo ready; {children}; : >{}; exec cat); true", over.display());
    assert_eq!(Shell::run(&script).end(Duration::from_secs(60)), End::Settled);
    assert!(over.exists(), "it was said to be settled while it had children to come");
}

#[test]
fn who_may_be_woken_by_a_timer_s_signal_is_idle_only_when_none_has_come_for_the_whole_budget() {
    if !python::is_there() {
        return;
    }
    let catch = "import ctypes, os, select, signal\nsignal.signal(signal.SIGALRM, lambda *_: None)";
    let block = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])";
    for program in [
        format!("{catch}\nprint('ready', flush=True)\nsignal.pause()"),
        format!("{catch}\nprint('ready', flush=True)\nselect.select([0], [], [])"),
        format!("{block}\nprint('ready', flush=True)\nsignal.sigwait([signal.SIGALRM])"),
        "import ctypes\nt = ctypes.c_void_p()\nctypes.CDLL('librt.so.1').timer_create(1, None, ctypes.byref(t))
print('ready', flush=True)\nimport os; os.read(0, 1)"
            .to_owned(),
    ] {
        let script = format!("trap 'kill $!' TERM; exec 3<&0; python3 -c \"{program}\" <&3 & wait");
        assert_eq!(Shell::run(&script).end(BUDGET), End::Idle, "{program}");
    }
}

#[test]
fn what_a_runtime_catches_for_whatever_may_come_is_no_timer() {
    if !python::is_there() {
        return;
    }
    let program = "import os, signal
for name in 'ALRM HUP USR1 USR2 TERM'.split(): signal.signal(getattr(signal, 'SIG' + name), lambda *_: os._exit(0))
print('ready', flush=True)
os.read(0, 1)";
    let script = format!("trap 'kill $!' TERM; exec 3<&0; python3 -c \"{program}\" <&3 & wait");
    assert_eq!(Shell::run(&script).end(BUDGET), End::Settled);
}

#[test]
fn one_pause_that_is_made_of_many_short_ones_is_waited_for() {
    if !python::is_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let over = folder.path().join("over");
    let program = format!(
        "import time
print('ready', flush=True)
for _ in range(60): time.sleep(0.01)
open('{}', 'w').close()
while True: time.sleep(0.01)",
        over.display()
    );
    let script = format!("trap 'kill $!' TERM; python3 -c \"{program}\" & wait");
    assert_eq!(Shell::run(&script).end(BUDGET), End::Ticking);
    assert!(over.exists(), "it was said to do nothing more while it was in its pause");
}

#[test]
fn a_program_between_two_beats_of_a_timer_is_not_settled() {
    if !python::is_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let over = folder.path().join("over");
    let program = format!(
        "import ctypes, os
c = ctypes.CDLL(None)
timer = c.timerfd_create(1, 0)
c.timerfd_settime(timer, 0, (ctypes.c_long * 4)(0, 1000000, 0, 1000000), None)
print('ready', flush=True)
for _ in range(2000): os.read(timer, 8)
os.close(timer)
open('{}', 'w').close()
os.read(0, 1)",
        over.display()
    );
    let script = format!("trap 'kill $!' TERM; exec 3<&0; python3 -c \"{program}\" <&3 & wait");
    assert_eq!(Shell::run(&script).end(BUDGET), End::Settled);
    assert!(over.exists(), "a beat that came between two looks was not noticed");
}

#[test]
fn a_server_whose_kernel_holds_a_client_back_until_it_speaks_is_idle() {
    if !python::is_there() {
        return;
    }
    let program = "import socket
listener = socket.create_server(('127.0.0.1', 0))
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 600)
print(listener.getsockname()[1], flush=True)
listener.accept()";
    let script = format!("trap 'kill $!' TERM; python3 -c \"{program}\" & wait");
    let mut client = None;
    let end = Shell::run(&script).end_of(BUDGET, |port| {
        let theirs: SocketAddr = format!("127.0.0.1:{port}").parse().expect("a port");
        let stream = client.insert(TcpStream::connect(theirs).expect("a listener"));
        vec![Link { theirs, ours: stream.local_addr().expect("an address") }]
    });
    assert_eq!(end, End::Idle);
}

#[test]
fn a_program_that_keeps_a_disk_busy_is_told_when_nothing_comes_of_it() {
    if !python::is_there() {
        return;
    }
    // The test's own file, dropped from memory before each read.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let file = folder.path().join("read-again");
    std::fs::write(&file, vec![1; 4 << 20]).expect("a file");
    let program = format!(
        "import os
file = os.open('{}', os.O_RDONLY)
os.fsync(file)
print('ready', flush=True)
while True:
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_RANDOM)
    for page in range(0, 4 << 20, 1 << 16): os.pread(file, 1, page)",
        file.display()
    );
    let script = format!("trap 'kill $!' TERM; python3 -c \"{program}\" & wait");
    assert!(matches!(Shell::run(&script).end(BUDGET), End::Disk | End::Busy));
}
