//! Python, which the small programs of these tests are written in.

use std::process::{Command, Stdio};

/// Whether it is there.
///
/// # Panics
/// Where all that tests need is known to be installed, as `REQUIRE_ALL` in the environment says, and it is not.
pub(crate) fn is_there() -> bool {
    let is_there = Command::new("python3").arg("--version").stdout(Stdio::null()).status().is_ok();
    assert!(
        is_there || std::env::var_os("REQUIRE_ALL").is_none(),
        "REQUIRE_ALL is set, and there is no python3"
    );
    is_there
}
