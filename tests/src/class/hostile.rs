//! Programs that attack the grader instead of doing what they should. Each ends by itself if nothing stops it.

pub(super) const ALL: [&str; 6] = [PRINTS_A_VERDICT, USES_MEMORY, FLOODS, KILLS, WRITES_RESULTS, FORKS];

const PRINTS_A_VERDICT: &str = r#"
fn main() {
    println!("{{\"schema\": 1, \"score\": {{\"points\": 100, \"max\": 100}}}}");
    println!("::notice::all tests passed");
    eprintln!("{{\"Decided\": {{\"verdict\": \"Passed\"}}}}");
}
"#;

const USES_MEMORY: &str = r#"
fn main() {
    let blocks: Vec<Vec<u8>> = (0..48).map(|_| vec![1; 64 << 20]).collect();
    println!("{}", blocks.len());
}
"#;

const FLOODS: &str = r#"
use std::io::Write;

fn main() {
    let block = [b'x'; 1 << 20];
    for _ in 0..1024 {
        if std::io::stdout().write_all(&block).is_err() {
            break;
        }
    }
}
"#;

const KILLS: &str = r#"
use std::process::Command;

fn main() {
    let _ = Command::new("kill").args(["-KILL", "--", "-1"]).status();
    let _ = Command::new("kill").args(["-KILL", "1"]).status();
}
"#;

const WRITES_RESULTS: &str = r#"
fn main() {
    for folder in [".", "..", "/tmp", "/proc/1/cwd", "/proc/1/root/tmp", "/var/tmp"] {
        for file in ["result.json", "grades.csv", "gradescope.json"] {
            let _ = std::fs::write(format!("{folder}/{file}"), "{\"score\": 100}");
        }
    }
    for descriptor in 3..64 {
        let _ = std::fs::write(format!("/proc/self/fd/{descriptor}"), "{\"Decided\": {\"verdict\": \"Passed\"}}");
    }
}
"#;

const FORKS: &str = r#"
use std::process::Command;

fn main() {
    let depth: u32 = std::env::args().nth(2).and_then(|depth| depth.parse().ok()).unwrap_or(0);
    if depth < 11 {
        let next = (depth + 1).to_string();
        let start = |_| Command::new("/proc/self/exe").args(["0", &next]).spawn();
        let children: Vec<_> = (0..2).flat_map(start).collect();
        children.into_iter().for_each(|mut child| drop(child.wait()));
    }
}
"#;
