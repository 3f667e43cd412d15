//! Programs that are started by others: `timeout`, `setsid`, shells, and daemons, which are there when their first process is gone. And
//! what they find in their room.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tests::xtask_path;

/// Where `python3` is the interpreter itself, in no home.
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
fn start(clauses: &str, name: &str, command: &str, isolation: &str) -> Child {
    Command::new(xtask_path())
        .args([
            "check",
            "lab3",
            "--seed=1",
            &format!("--only={clauses}"),
            &format!("--isolation={isolation}"),
        ])
        .arg(format!("--program={name}={command}"))
        .current_dir(runner::workspace_root())
        .env("PATH", SEARCH_PATH)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The exit status and what it printed.
fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_program_below_a_wrapper_is_judged_as_without_it() {
    let wrapped = [
        |command: &str| format!("timeout 30 {command}"),
        |command: &str| format!("timeout --foreground 30 {command}"),
        |command: &str| format!("setsid -w {command}"),
        |command: &str| format!("nohup {command}"),
        |command: &str| format!("env LANG=C {command}"),
        |command: &str| format!("nice -n 5 {command}"),
        |command: &str| format!("sh -c '{command} & wait $!'"),
        |command: &str| format!("bash -c 'set -m; {command} & fg > /dev/null'"),
    ];
    // A server that answers and a client that is right and wrong: the status of a client must come through.
    for isolation in ["full", "none"] {
        // Without namespaces a server's port would be the next one's.
        for wrap in wrapped {
            let checks = [
                ("L3.2,L3.3,L3.6", "echo-server", wrap(&server())),
                ("L3.11,L3.12,L3.13", "echo-client", wrap(&client())),
            ];
            let started: Vec<_> = checks
                .iter()
                .map(|(clauses, name, command)| (command, start(clauses, name, command, isolation)))
                .collect();
            for (command, child) in started {
                let (status, printed) = end(child);
                assert_eq!(status, Some(0), "{command}, isolation {isolation}:\n{printed}");
            }
        }
    }
}

#[test]
fn a_server_that_has_gone_to_the_background_serves_on() {
    let to_background = [
        format!("sh -c '{} &'", server()),
        format!("sh -c '(setsid {} < /dev/null > /dev/null 2>&1 &)'", server()),
        format!("setsid --fork {}", server()),
        format!("setsid --fork timeout 30 {}", server()),
    ];
    for isolation in ["full", "none"] {
        for command in &to_background {
            let (status, printed) = end(start("L3.1,L3.2,L3.3,L3.6,L3.9", "echo-server", command, isolation));
            assert_eq!(status, Some(0), "{command}, isolation {isolation}:\n{printed}");
        }
    }
}

#[test]
fn a_daemon_that_fails_is_explained_by_its_own_end_or_by_none() {
    let server = |then: &str| {
        format!(
            "setsid --fork python3 -c 'import os, socket\nclient = socket.create_server((\"\", 3232)).accept()[0]\n{then}'"
        )
    };
    let (status, printed) = end(start("L3.2", "echo-server", &server("os.abort()"), "full"));
    assert_eq!(status, Some(1));
    assert!(printed.contains("the last process of echo-server was ended by signal 6"), "{printed}");
    let lives_on = "client.close()\nsocket.create_server((\"\", 3233)).accept()";
    let (status, printed) = end(start("L3.2", "echo-server", &server(lives_on), "full"));
    assert_eq!(status, Some(1));
    assert!(!printed.contains("was ended by"), "{printed}");
    let summary = printed.lines().skip_while(|line| !line.starts_with("✗ L3.2")).nth(2).unwrap_or_default();
    assert!(!summary.contains("exited with status 0"), "{printed}");
}

#[test]
fn the_room_has_a_host_name_a_user_with_a_home_and_no_name_that_it_does_not_know() {
    let server = r#"python3 -c 'import getpass, os, pwd, socket, sys, time
assert socket.gethostbyname(socket.gethostname()) == "127.0.0.1"
assert socket.gethostbyaddr("127.0.0.1")[0] == "localhost"
user = pwd.getpwuid(os.getuid())
assert user.pw_name == getpass.getuser() == os.environ["USER"]
open(os.path.join(user.pw_dir, "note"), "w").close()
assert time.tzname[0] == "UTC"
try:
    sys.exit(f"found {socket.getaddrinfo(chr(110) * 9 + ".invalid", 80)}")
except socket.gaierror as error:
    assert error.errno in (socket.EAI_NONAME, socket.EAI_AGAIN)
client = socket.create_server(("", 3232)).accept()[0]
client.sendall(b"HELLO\n")
client.recv(1)'"#;
    let (status, printed) = end(start("L3.2", "echo-server", server, "full"));
    assert_eq!(status, Some(0), "{printed}");
}
