//! The measuring program from end to end, on small servers. The tests do not decide how fast they are.

use assert_cmd::Command;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use tests::needs;

fn bench() -> Command {
    let mut command = Command::new(tests::bench_path());
    command.current_dir(runner::workspace_root().join("tests/bench")).arg("--quick");
    command
}

fn rows(folder: &Path) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join("bench.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn every_point_is_in_the_table_the_sheet_and_the_chart() {
    needs!("python3");
    let folder = tempfile::tempdir().unwrap();
    let output = bench()
        .args(["--program=threads=python3 server.py {port} threads", "--clients=4,1", "--output"])
        .arg(folder.path())
        .assert()
        .code(0)
        .stderr("")
        .get_output()
        .clone();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("CONNECTIONS/s") && table.contains("processor"));
    let rows = rows(folder.path());
    let points: Vec<(&str, &str)> = rows.iter().map(|row| (&*row["program"], &*row["clients"])).collect();
    assert_eq!(points, [("threads", "1"), ("threads", "4")], "{table}");
    for row in &rows {
        assert_eq!(row["stopped_because"], "");
        for column in ["connections_per_second", "lines_per_second", "latency_p50_us", "latency_p99_us"] {
            assert!(row[column].parse::<f64>().unwrap() > 0.0, "{column}: {row:?}");
        }
    }
    // One thread that accepts, and one for each client.
    assert_eq!((&*rows[1]["processes"], &*rows[1]["threads"]), ("1", "5"));
    let chart = fs::read_to_string(folder.path().join("bench.svg")).unwrap();
    assert!(chart.starts_with("<svg") && chart.contains("threads"));
}

#[test]
fn who_takes_turns_is_found_out_and_rows_end_with_a_reason() {
    needs!("python3", "sh");
    let output = bench()
        .args(["--program=turns=python3 server.py {port} turns", "--clients=4,100", "--format=json"])
        .args(["--program=none=sh -c 'exit 7' {port}"])
        .assert()
        .code(0)
        .get_output()
        .clone();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema"], 1);
    let row = |index: usize| &report["rows"][index];
    assert_eq!(row(0)["takes_turns"], true);
    assert!(row(0)["points"][0][1]["measured"]["threads"].is_number(), "{report:#}");
    assert!(row(0)["points"][1][1]["stopped"].as_str().unwrap().contains("backlog of 64"));
    for point in row(1)["points"].as_array().unwrap() {
        assert_eq!(point[1]["stopped"], "it exited with status 7");
    }
}

#[test]
fn wrong_use_is_told_before_anything_runs() {
    let cases: [(&[&str], &str); 7] = [
        (&[], "--program"),
        (&["--program=server"], "NAME='COMMAND {port}'"),
        (&["--program=server=/bin/sleep 1"], "{port}"),
        (&["--program=server=/bin/sleep {host} {port}"], "{port}"),
        (&["--program=server=no-such-program {port}"], "no-such-program"),
        (&["--program=server=/bin/sleep {port}", "--clients=0"], "--clients"),
        (&["--program=server=/bin/sleep {port}", "--output=/proc/none"], "/proc/none"),
    ];
    for (arguments, names) in cases {
        let output = bench().args(arguments).assert().code(2).stdout("").get_output().clone();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("error: ") && told.contains(names), "{told}");
    }
}
