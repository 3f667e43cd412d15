//! What threads are found to wait on, for small programs that wait in every way that there is.

mod python;

use observe::{Observer, Scope, Thread, Vigil};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// A program in Python that has said that it is about to wait; it ends with this.
struct Waiting(Child, BufReader<ChildStdout>);

impl Waiting {
    fn new(program: &str) -> Waiting {
        let prelude = "import ctypes, os, select, socket, threading
listener = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(listener.getsockname())
served, _ = listener.accept()
reading, writing = os.pipe()
ours, theirs = socket.socketpair()
libc = ctypes.CDLL(None, use_errno=True)
print('ready', flush=True)
";
        let mut child = Command::new("python3")
            .args(["-c", &format!("{prelude}{program}")])
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let output = child.stdout.take().expect("its output is piped");
        let mut waiting = Waiting(child, BufReader::new(output));
        assert_eq!(waiting.line(), "ready\n");
        waiting
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.1.read_line(&mut line).expect("a line");
        line
    }

    /// How many TCP sockets each thread waits on, once all rest, and whether any does so through an epoll set.
    fn sockets(&self) -> (Vec<usize>, bool) {
        let pid = i32::try_from(self.0.id()).expect("a process id");
        let mut observer = Observer::new(Scope::Tree(pid)).expect("sock_diag");
        loop {
            let threads = observer.threads().expect("/proc");
            if threads.iter().all(Thread::is_at_rest) && observer.have_rested(&threads).expect("/proc") {
                let waits = observer.waits(&threads).expect("sock_diag");
                let through_epoll = waits.iter().any(|waits| waits.through_epoll);
                return (waits.into_iter().map(|waits| waits.sockets.len()).collect(), through_epoll);
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn waits(program: &str) -> (Vec<usize>, bool) {
    Waiting::new(program).sockets()
}

#[test]
fn a_call_counts_by_its_tcp_sockets_and_not_by_its_entries() {
    if !python::is_there() {
        return;
    }
    for (program, sockets) in [
        ("listener.accept()", 1),
        ("served.recv(1)", 1),
        (
            "p = select.poll(); [p.register(x) for x in []]; p.register(listener, 1); p.register(reading, 1); p.poll()",
            1,
        ),
        ("select.select([listener], [], [])", 1),
        ("select.select([listener, reading, ours], [], [])", 1),
        ("select.select([served, listener], [], [])", 2),
        ("select.select([served], [], [served])", 1),
        ("os.read(reading, 1)", 0),
        ("ours.recv(1)", 0),
        ("select.select([ours, reading], [], [])", 0),
        ("threading.Event().wait()", 0),
    ] {
        assert_eq!(waits(program), (vec![sockets], false), "{program}");
    }
}

#[test]
fn epoll_sets_are_followed_into_each_other_and_through_poll_and_select() {
    if !python::is_there() {
        return;
    }
    let set = "e = select.epoll(); [e.register(x, 1) for x in (listener, served, reading)]\n";
    for wait in [
        "e.poll()",
        "p = select.poll(); p.register(e, 1); p.poll()",
        "select.select([e], [], [])",
        "o = select.epoll(); o.register(e.fileno(), 1); o.poll()",
        "o = select.epoll(); o.register(e.fileno(), 1); select.select([o], [], [])",
    ] {
        assert_eq!(waits(&format!("{set}{wait}")), (vec![2], true), "{wait}");
    }
}

#[test]
fn calls_that_nobody_has_heard_of_wait_on_their_descriptor() {
    if !python::is_there() {
        return;
    }
    let buffer = "b = ctypes.create_string_buffer(4096)\n";
    // Messages for recvmmsg(2): one of 64 bytes, zeroed, is enough for the kernel to wait.
    for wait in [
        "libc.recvmmsg(served.fileno(), b, 1, 0, None)",
        "libc.splice(served.fileno(), None, writing, None, 1, 0)",
        "v = (ctypes.c_size_t * 2)(ctypes.addressof(b), 8); libc.preadv2(served.fileno(), v, 1, ctypes.c_long(-1), 0)",
    ] {
        assert_eq!(waits(&format!("{buffer}{wait}")), (vec![1], false), "{wait}");
    }
}

#[test]
fn a_thread_is_asked_itself_when_its_process_s_first_one_has_ended() {
    if !python::is_there() {
        return;
    }
    let program = "threading.Thread(target=served.recv, args=(1,)).start()
libc.syscall(60 if os.uname().machine == 'x86_64' else 93, 0)";
    assert_eq!(waits(program), (vec![1], false));
}

/// A look that held a socket open while the program closes it would keep it in the epoll set: servers that free their data about the
/// client would crash, once in some thousand clients.
#[test]
fn what_is_closed_leaves_its_epoll_set_whoever_looks() {
    if !python::is_there() {
        return;
    }
    let program = "served.close(); client.close()
e, clients, late = select.epoll(), {}, 0
e.register(listener, 1)
e.register(reading, 1)
def come_and_go():
    for _ in range(40000):
        with socket.create_connection(listener.getsockname()) as client:
            client.send(b'x'), client.recv(1)
    os.close(writing)
threading.Thread(target=come_and_go).start()
while True:
    for fd, _ in e.poll():
        if fd == reading:
            print(late, flush=True)
            os._exit(0)
        elif fd == listener.fileno():
            served, _ = listener.accept()
            clients[served.fileno()] = served
            e.register(served, 1)
        elif fd not in clients:
            late += 1
        elif data := clients[fd].recv(1):
            clients[fd].send(data)
        else:
            clients.pop(fd).close()";
    let mut waiting = Waiting::new(program);
    let pid = i32::try_from(waiting.0.id()).expect("a process id");
    let mut observer = Observer::new(Scope::Tree(pid)).expect("sock_diag");
    let mut vigil = Vigil::new(Duration::from_secs(600), None);
    while waiting.0.try_wait().expect("our child").is_none() {
        let threads = observer.threads().expect("/proc");
        observer.waits(&threads).expect("sock_diag");
        vigil.look(&mut observer, &mut Vec::new(), Duration::ZERO, Duration::ZERO).expect("/proc");
    }
    assert_eq!(waiting.line(), "0\n", "so often a socket was reported that had been closed");
}
