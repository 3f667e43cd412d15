//! How cargo is called here: the toolchain's own cargo, offline, with only the grader's settings, and in the same way wherever something is
//! compiled, so that cargo accepts what was compiled before.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The compiler's description of its version (`rustc -vV`).
pub(super) fn compiler() -> io::Result<String> {
    rustc(&["-vV"])
}

fn rustc(arguments: &[&str]) -> io::Result<String> {
    let output = Command::new("rustc").args(arguments).stderr(Stdio::inherit()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A Rust toolchain.
#[derive(Clone, Debug)]
pub(super) struct Toolchain {
    folder: PathBuf,
    version: String,
}

impl Toolchain {
    /// The toolchain of this user's `rustc`.
    pub(super) fn of_this_user() -> io::Result<Toolchain> {
        let toolchain = Toolchain { folder: rustc(&["--print", "sysroot"])?.into(), version: compiler()? };
        if toolchain.cargo().exists() {
            Ok(toolchain)
        } else {
            Err(io::Error::other(format!("there is no cargo in {}", toolchain.folder.display())))
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn cargo(&self) -> PathBuf {
        self.folder.join("bin/cargo")
    }

    /// The environment of a compilation; `home` holds the settings.
    pub(super) fn environment(&self, home: &Path) -> Vec<(String, String)> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let bin = self.folder.join("bin");
        [
            ("CARGO_HOME", text(home)),
            ("CARGO_INCREMENTAL", "0".to_owned()),
            ("CARGO_TERM_COLOR", "never".to_owned()),
            // The real compiler, not rustup's proxy, which may look for another one.
            ("RUSTC", text(&bin.join("rustc"))),
            ("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// A call of cargo for trusted code, outside a room.
    pub(super) fn command(&self, home: &Path, arguments: &[String]) -> Command {
        let mut command = Command::new(self.cargo());
        command
            .args(arguments)
            .env_clear()
            .envs(self.environment(home))
            .current_dir("/")
            .stdin(Stdio::null());
        command
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.folder.display(), self.version)
    }
}

/// The arguments that build all programs of a package, and go on if one does not compile.
pub(super) fn build(manifest: &Path, output: &Path) -> Vec<String> {
    arguments(&["build", "--bins", "--keep-going"], manifest, output)
}

/// The arguments that remove what was built from a package itself.
pub(super) fn clean(manifest: &Path, output: &Path, package: &str) -> Vec<String> {
    arguments(&["clean", "--package", package], manifest, output)
}

fn arguments(command: &[&str], manifest: &Path, output: &Path) -> Vec<String> {
    let (manifest, output) = (manifest.to_string_lossy(), output.to_string_lossy());
    let common = ["--quiet", "--offline", "--manifest-path", &manifest, "--target-dir", &output];
    command.iter().chain(&common).map(|word| (*word).to_owned()).collect()
}

/// Cargo's settings: every crate comes from this folder.
pub(super) fn settings(vendor: &Path) -> String {
    let folder = toml::Value::from(vendor.to_string_lossy().into_owned());
    format!("[source.crates-io]\nreplace-with = \"vendor\"\n[source.vendor]\ndirectory = {folder}\n")
}
