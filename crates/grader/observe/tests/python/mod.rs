//! Python, the language of the small programs in these tests.

use std::process::{Command, Stdio};

/// Whether it is there.
///
/// # Panics
/// If Python is missing although `REQUIRE_ALL` in the environment says that all that tests need is installed.
pub(crate) fn is_there() -> bool {
    let is_there = Command::new("python3").arg("--version").stdout(Stdio::null()).status().is_ok();
    assert!(
        is_there || std::env::var_os("REQUIRE_ALL").is_none(),
        "REQUIRE_ALL is set, and there is no python3"
    );
    is_there
}
