//! Programs that are started by others: `timeout`, `setsid`, shells, and daemons, which still run after their first process has ended. And
//! what programs find in their room.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use tests::{needs, xtask_path};

/// A search path on which `python3` is the interpreter itself, and not in a home folder.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

fn program(path: &str) -> PathBuf {
    runner::workspace_root().join("tests/programs/lab3").join(path)
}

fn server() -> String {
    format!("python3 {} {{port}}", program("echo-server/correct/bytearray.py").display())
}

fn client() -> String {
    format!(
        "python3 {} {{host}} {{port}} {{timeout_ms}}",
        program("echo-client/correct/partition.py").display()
    )
}

/// Starts a check of these clauses for a program of lab 3.
fn start(clauses: &str, name: &str, command: &str, options: &[&str]) -> Child {
    Command::new(xtask_path())
        .args(["check", "lab3", &format!("--only={clauses}")])
        .arg(format!("--program={name}={command}"))
        .args(options)
        .current_dir(runner::workspace_root())
        .env("PATH", SEARCH_PATH)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The exit status and the output.
fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// A test holds this while its programs are on the machine's own network, where their ports may collide.
static NETWORK: Mutex<()> = Mutex::new(());

/// Expects that the checks of these programs pass. They run side by side if each has its own network.
fn expect_passed(checks: &[(&str, &str, String)]) {
    let _network = NETWORK.lock();
    for isolation in ["--isolation=full", "--isolation=none"] {
        let together = if isolation.ends_with("full") { checks.len() } else { 1 };
        for checks in checks.chunks(together) {
            let start =
                |(clauses, name, command): &(&str, &str, String)| start(clauses, name, command, &[isolation]);
            let started: Vec<Child> = checks.iter().map(start).collect();
            for (child, (_, _, command)) in started.into_iter().zip(checks) {
                let (status, printed) = end(child);
                assert_eq!(status, Some(0), "{command}, {isolation}:\n{printed}");
            }
        }
    }
}

#[test]
fn a_program_below_a_wrapper_is_judged_as_without_it() {
    needs!("python3", "sh", "bash", "setsid", "timeout");
    let wrapped = [
        |command: &str| format!("timeout 30 {command}"),
        |command: &str| format!("setsid -w {command}"),
        |command: &str| format!("nohup {command}"),
        |command: &str| format!("env LANG=C {command}"),
        |command: &str| format!("nice -n 5 {command}"),
        |command: &str| format!("sh -c '{command} & wait $!'"),
        |command: &str| format!("bash -c 'set -m; {command} & fg > /dev/null'"),
    ];
    // The exit status of a client must be passed on, also after a failure.
    let both = |wrap: &fn(&str) -> String| {
        [("L3.2,L3.3", "echo-server", wrap(&server())), ("L3.11,L3.13", "echo-client", wrap(&client()))]
    };
    expect_passed(&wrapped.map(|wrap| both(&(wrap as fn(&str) -> String))).concat());
}

#[test]
fn a_server_that_has_gone_to_the_background_serves_on() {
    needs!("python3", "sh", "bash", "setsid", "timeout");
    let to_background = [
        format!("sh -c '{} &'", server()),
        format!("sh -c '(setsid {} < /dev/null > /dev/null 2>&1 &)'", server()),
        format!("setsid --fork timeout 30 {}", server()),
    ];
    expect_passed(&to_background.map(|command| ("L3.2,L3.3,L3.9", "echo-server", command)));
}

#[test]
fn a_daemon_that_fails_is_explained_by_its_own_end_or_by_none() {
    needs!("python3", "sh", "bash", "setsid", "timeout");
    let summary = |server: &str| {
        let command = format!("setsid --fork python3 -c 'import os, socket\n{server}'");
        let (status, printed) = end(start("L3.2", "echo-server", &command, &["--format=json"]));
        assert_eq!(status, Some(1), "{printed}");
        let result: serde_json::Value = serde_json::from_str(&printed).unwrap();
        result["checks"][0]["failure"]["summary"].as_str().unwrap().to_owned()
    };
    let told = summary("os.abort()");
    assert!(told.contains("the last process of echo-server was ended by signal 6"), "{told}");
    let told = summary(
        "listener = socket.create_server((\"\", 3232))\nlistener.accept()[0].close()\nlistener.accept()",
    );
    assert!(!told.contains("exited") && !told.contains("ended by"), "{told}");
}

#[test]
fn the_room_has_a_host_name_a_user_with_a_home_and_no_name_that_it_does_not_know() {
    needs!("python3", "sh", "bash", "setsid", "timeout");
    let server = r#"python3 -c 'import getpass, os, pwd, socket, sys, time
assert socket.gethostbyname(socket.gethostname()) == "127.0.0.1"
assert socket.gethostbyaddr("127.0.0.1")[0] == "localhost"
user = pwd.getpwuid(os.getuid())
assert user.pw_name == getpass.getuser() == os.environ["USER"]
open(os.path.join(user.pw_dir, "note"), "w").close()
assert time.tzname[0] == "CET"
try:
    sys.exit(str(socket.getaddrinfo("no-such-host.invalid", 80)))
except socket.gaierror as error:
    assert error.errno in (socket.EAI_NONAME, socket.EAI_AGAIN)
client = socket.create_server(("", 3232)).accept()[0]
client.sendall(b"HELLO\n")
client.recv(1)'"#;
    let (status, printed) = end(start("L3.2", "echo-server", server, &["--isolation=full"]));
    assert_eq!(status, Some(0), "{printed}");
}
