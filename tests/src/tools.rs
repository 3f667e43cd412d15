//! What some tests need beside Rust and a C compiler. Where it is not installed they are left out, and what they lacked is told by the
//! last line of `cargo test --test collection`, which has programs in many languages to leave out as well.

use runner::collection;

/// What tests use, with what they use it for.
pub const TOOLS: &[(&str, &str)] = &[
    ("python3", "programs of students, hostile ones above all"),
    ("sh", "scripts of submissions and of students"),
    ("tshark", "the packets that `--keep` writes"),
    ("bash", "scripts and the files for CI services"),
    ("git", "the repository that students get"),
    ("setsid", "programs that others start"),
    ("timeout", "programs that others start"),
    ("unshare", "machines that refuse or lack something"),
    ("setpriv", "ordinary users"),
];

/// Whether all of these are on the PATH. A test that finds one missing ends there.
///
/// # Panics
/// Where all that tests need is known to be installed (`REQUIRE_ALL`), and something is not; and for what is not in [`TOOLS`].
pub fn has(tools: &[&str]) -> bool {
    for tool in tools {
        assert!(TOOLS.iter().any(|(known, _)| known == tool), "{tool} stands in no list of tools");
        if !collection::is_there(tool) {
            eprintln!("left out: there is no {tool}");
            return false;
        }
    }
    true
}

/// Ends a test here where one of these tools is missing, see [`tools::has`](crate::tools::has).
#[macro_export]
macro_rules! needs {
    ($($tool:literal),+) => {
        if !$crate::tools::has(&[$($tool),+]) {
            return;
        }
    };
}

/// What is not here, and what is not tested therefore.
pub fn missing() -> impl Iterator<Item = String> {
    let missing = TOOLS.iter().filter(|(tool, _)| !collection::is_on_path(tool));
    missing.map(|(tool, about)| format!("{about} ({tool})"))
}
