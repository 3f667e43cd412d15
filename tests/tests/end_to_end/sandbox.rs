//! What a check leaves behind, and what it does not do to other processes.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use std::fs;
use std::process::{Command, Stdio};
use tests::{needs, xtask, xtask_path};

/// Starts a check of a program that never listens, with `mark` among its arguments, and waits until it runs.
fn start(mark: &str) -> (std::process::Child, Vec<OwnedFd>) {
    let mut child = Command::new(xtask_path())
        .args(["check", "lab3", "--only=L3.2", "--seed=1", "--isolation=full"])
        // It wakes too often to look asleep, so the check goes on for a while.
        .arg(format!("--program=echo-server=sh -c 'while sleep 0.5; do :; done' {mark}"))
        .current_dir(runner::workspace_root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    loop {
        let found = with_argument(mark);
        // The grader's command line itself, and the submission.
        if found.len() >= 2 {
            return (child, found);
        }
        assert!(child.try_wait().unwrap().is_none(), "the check was over before it could be interrupted");
        std::thread::yield_now();
    }
}

/// Handles on all processes that have `mark` among their arguments.
fn with_argument(mark: &str) -> Vec<OwnedFd> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let marked = processes.filter_map(|entry| {
        let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
        let arguments = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
        arguments.contains(mark).then(|| pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok())?
    });
    marked.collect()
}

fn wait_for_the_end_of(processes: &[OwnedFd]) {
    for process in processes {
        // A pidfd is readable once its process has ended.
        poll(&mut [PollFd::new(process, PollFlags::IN)], None).unwrap();
    }
}

#[test]
fn an_interrupted_check_leaves_no_process_behind() {
    tests::needs!("sh");
    // Not SIGINT: if the tests run in the background it is ignored, and children inherit that.
    for signal in [Signal::TERM, Signal::KILL] {
        let mark = format!("mark-{}-{}", std::process::id(), signal.as_raw());
        let (mut child, processes) = start(&mark);
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        child.wait().unwrap();
        // A child that is just being started still shows its parent's arguments, until it is killed as well.
        let mut left = processes;
        while !left.is_empty() {
            wait_for_the_end_of(&left);
            left = with_argument(&mark);
        }
    }
}

#[test]
fn two_checks_on_the_same_fixed_port_do_not_meet() {
    needs!("python3");
    // Without the placeholder both servers listen on the port that is built in.
    let server = "python3 -c 'import socket; s = socket.create_server((\"\", 3232))\nwhile True:\n c = s.accept()[0]\n c.sendall(b\"HELLO\\n\"); c.recv(100); c.close()'";
    let option = format!("--program=echo-server={server}");
    let children: Vec<_> = (0..4)
        .map(|_| {
            Command::new(xtask_path())
                .args(["check", "lab3", "--only=L3.2", "--seed=1", "--isolation=full", &option])
                .current_dir(runner::workspace_root())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn without_namespaces_the_same_checks_run_and_what_needs_them_is_skipped() {
    let output = xtask()
        .args(["check", "lab1", "--reference", "--isolation=none", "--format=json"])
        .assert()
        // A skipped core clause does not count as passed, but all clauses that need a namespace are stretch clauses.
        .code(0);
    let result: serde_json::Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    let status = |id: &str| {
        let checks = result["checks"].as_array().unwrap();
        checks.iter().find(|check| check["id"] == id).unwrap()["status"].clone()
    };
    assert_eq!(status("L1.3"), "passed");
    assert_eq!(status("L1.S2"), "skipped");
    assert_eq!(result["environment"]["isolation"], "none");
}

#[test]
fn without_namespaces_too_a_daemon_ends_with_its_check() {
    needs!("python3");
    let mark = format!("mark-{}-daemon", std::process::id());
    // It leaves its session, and its parent is gone before the server listens.
    let server = "import os, signal, socket, sys\nif os.fork() == 0:\n os.setsid()\n if os.fork() == 0:\n  signal.alarm(120)\n  signal.pause()\n os._exit(0)\nos.wait()\nclient = socket.create_server((\"127.0.0.1\", int(sys.argv[1]))).accept()[0]\nclient.sendall(b\"HELLO\\n\")\nclient.recv(1)";
    let option = format!("--program=echo-server=python3 -c '{server}' {{port}} {mark}");
    xtask()
        .args(["check", "lab3", "--only=L3.2", "--isolation=none", &option])
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .assert()
        .code(0);
    assert!(with_argument(&mark).is_empty());
}

#[test]
fn a_submission_cannot_write_outside_its_own_folders() {
    needs!("sh");
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("written");
    let script = format!(
        "--program=echo-server=sh -c 'mount -o remount,rw / 2> /dev/null; echo x > {0}; echo x > /etc/written; id -u; ls {0} /etc/written' {{port}}",
        target.display()
    );
    let output = xtask().args(["check", "lab3", "--only=L3.1", "--seed=1", &script]).assert().code(1);
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    assert!(!target.exists() && !std::path::Path::new("/etc/written").exists());
    assert!(text.contains("Read-only file system") || text.contains("Permission denied"), "{text}");
    assert!(text.contains("1000"), "it should run as an ordinary user:\n{text}");
}

#[test]
fn a_program_in_a_folder_that_only_its_owner_may_enter_runs() {
    needs!("python3");
    // The folders that `tempfile` makes are of this kind, and so are many home folders.
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("server.py");
    let server = "import socket\nclient = socket.create_server(('', 3232)).accept()[0]\nclient.sendall(b'HELLO\\n')\nclient.recv(1)";
    fs::write(&script, server).unwrap();
    let option = format!("--program=echo-server=python3 {}", script.display());
    xtask().args(["check", "lab3", "--only=L3.2", "--seed=1", "--isolation=full", &option]).assert().code(0);
}
