//! Pictures of running programs.

use predicates::prelude::*;
use rstest::rstest;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::net::{TcpListener, TcpStream};
use tests::{needs, xtask};

fn picture(arguments: &[&str]) -> Value {
    let output = xtask().arg("xray").args(arguments).args(["--format=json"]).assert().code(0);
    serde_json::from_slice(&output.get_output().stdout).unwrap()
}

/// How many threads, of all processes, are in each call.
fn calls(picture: &Value) -> HashMap<String, usize> {
    let mut calls = HashMap::new();
    for process in picture["processes"].as_array().unwrap() {
        for thread in process["threads"].as_array().unwrap() {
            *calls.entry(thread["call"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    calls
}

#[rstest]
#[case("server-sequential", 1, &[("recvfrom", 1)])]
#[case("server-processes", 9, &[("accept4", 1), ("recvfrom", 8)])]
#[case("server-threads", 1, &[("accept4", 1), ("recvfrom", 8)])]
fn a_labs_program_is_shown_with_its_clients(
    #[case] program: &str,
    #[case] processes: usize,
    #[case] expected: &[(&str, usize)],
) {
    let picture = picture(&["lab5", program, "--reference", "--clients=8"]);
    assert_eq!(picture["schema"], 1);
    assert_eq!(picture["processes"].as_array().unwrap().len(), processes);
    let expected: HashMap<String, usize> =
        expected.iter().map(|(call, count)| ((*call).to_owned(), *count)).collect();
    assert_eq!(calls(&picture), expected);
    let sockets = picture["sockets"].as_array().unwrap();
    let waiting = sockets.iter().filter(|socket| socket["holders"].as_array().unwrap().is_empty()).count();
    assert_eq!((sockets.len(), waiting), (9, if program == "server-sequential" { 7 } else { 0 }));
}

#[test]
fn a_thousand_connections_are_counted_where_they_have_no_room() {
    let many = ["xray", "lab5", "server-multiplexed", "--reference", "--clients=1000"];
    xtask()
        .args(many)
        .assert()
        .code(0)
        .stdout(predicate::str::contains("1 process · 1 thread · 1 listening socket · 1000 connections"))
        .stdout(predicate::str::contains("… and 960 more: 960 ESTABLISHED"));
}

#[test]
fn a_process_is_looked_at_and_left_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let _client = TcpStream::connect(address).unwrap();
    let own = std::process::id().to_string();
    let picture = picture(&["--pid", &own]);
    let sockets = picture["sockets"].as_array().unwrap();
    let listening = sockets.iter().find(|socket| socket["local"] == address.to_string()).unwrap();
    assert_eq!((&listening["state"], &listening["receive_queue"]), (&"LISTEN".into(), &1.into()));
    assert!(sockets.iter().any(|socket| socket["remote"] == address.to_string()));
}

#[test]
fn a_command_ends_with_its_picture_and_its_children_with_it() {
    needs!("sh");
    let script = "sleep 600 & exec sleep 600";
    let output = xtask()
        .args(["xray", "--format=json", "--", "sh", "-c", script])
        .assert()
        .code(0)
        .get_output()
        .clone();
    let picture: Value = serde_json::from_slice(&output.stdout).unwrap();
    let processes = picture["processes"].as_array().unwrap();
    assert_eq!(processes.len(), 2);
    for process in processes {
        // Only the machine's first process is left to wait for the inner one, and that may take it a moment.
        let stat = fs::read_to_string(format!("/proc/{}/stat", process["pid"])).unwrap_or_default();
        assert!(stat.is_empty() || stat.contains(") Z "), "{stat}");
    }
}

#[rstest]
#[case::nothing(&[], "name a lab")]
#[case::lab(&["lab55"], "lab5")]
#[case::program(&["lab5", "server-thread"], "server-threads")]
#[case::which(&["lab5"], "server-async")]
#[case::process(&["--pid", "2147483647"], "2147483647")]
#[case::command(&["--", "no-such-command"], "no-such-command")]
#[case::ended(&["--", "true"], "ended")]
#[case::live(&["lab5", "server-threads", "--live"], "terminal")]
fn wrong_use_gets_one_line(#[case] arguments: &[&str], #[case] names: &str) {
    tests::needs!("sh");
    xtask()
        .arg("xray")
        .args(arguments)
        .assert()
        .code(2)
        .stdout("")
        .stderr(predicate::str::starts_with("error: ").and(predicate::str::contains(names)));
}
