//! Lab 5's verdicts on programs that need more than a single file.

use tests::{reference_document, xtask};

#[test]
fn a_runtime_with_several_worker_threads_is_an_asynchronous_server() {
    let command = format!("server-async={} {{port}}", env!("CARGO_BIN_EXE_tokio-workers"));
    let document = reference_document("lab5").expect("lab 5 asks for predictions");
    xtask()
        .args(["check", "lab5", "--seed=1", "--program", &command, "--document"])
        .arg(document)
        .assert()
        .code(0)
        .stdout(predicates::str::contains("points 21/21 · stars 4/4"));
}
