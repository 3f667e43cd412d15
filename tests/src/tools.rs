//! Tools that some tests need beside Rust and a C compiler. If a tool is not installed, these tests are left out. The last line of `cargo
//! test --test collection` reports the missing tools, and also leaves out programs in many languages.

use runner::collection;

/// The tools of the tests, with their purpose.
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

/// Whether all of these are on the PATH. A test ends here if one is missing.
///
/// # Panics
/// When everything that tests need is known to be installed (`REQUIRE_ALL`), and a tool is missing; and for a tool that is not in
/// [`TOOLS`].
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

/// Ends a test here if one of these tools is missing, see [`tools::has`](crate::tools::has).
#[macro_export]
macro_rules! needs {
    ($($tool:literal),+) => {
        if !$crate::tools::has(&[$($tool),+]) {
            return;
        }
    };
}

/// The missing tools, and what is not tested for that reason.
pub fn missing() -> impl Iterator<Item = String> {
    let missing = TOOLS.iter().filter(|(tool, _)| !collection::is_on_path(tool));
    missing.map(|(tool, about)| format!("{about} ({tool})"))
}
