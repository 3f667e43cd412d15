//! The collection of wrong and of correct programs that the checks themselves are tested with:
//! `tests/programs/LAB/PROGRAM/{wrong,correct}/NAME.EXTENSION`, each a single file whose first comment lines say
//! what it is.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One program of the collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specimen {
    /// Its file.
    pub path: PathBuf,
    /// The lab's name, `lab3`.
    pub lab: String,
    /// The program that it is handed in as.
    pub program: String,
    /// What is special about it, or what its author got wrong.
    pub about: String,
    /// The clauses that it fails; none for a correct program.
    pub fails: Vec<String>,
}

impl Specimen {
    /// Reads the first comment lines of a file of the collection.
    ///
    /// # Errors
    /// When the file cannot be read, does not lie where the collection's files lie, or lacks a line.
    pub fn read(path: &Path) -> io::Result<Specimen> {
        let invalid =
            |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()));
        let text = fs::read_to_string(path)?;
        let header = |key: &str| {
            let lines = text.lines().map(|line| line.trim_start_matches(['/', '#', '*', ' ']));
            lines.take(8).find_map(|line| {
                line.strip_prefix(key)?.strip_prefix(':').map(|value| value.trim().to_owned())
            })
        };
        let folder =
            |up: usize| path.ancestors().nth(up).and_then(Path::file_name).and_then(|name| name.to_str());
        let (Some(kind), Some(program), Some(lab)) = (folder(1), folder(2), folder(3)) else {
            return Err(invalid("it is not in a folder of the collection"));
        };
        let (about, fails) = match kind {
            "correct" => (header("correct"), Some(String::new())),
            _ => (header("mistake"), header("fails")),
        };
        let about = about.ok_or_else(|| invalid("its first lines do not say what it is"))?;
        let fails = fails.ok_or_else(|| invalid("its first lines do not say which clauses it fails"))?;
        let fails = fails.split_ascii_whitespace().map(str::to_owned).collect();
        Ok(Specimen { path: path.to_owned(), lab: lab.to_owned(), program: program.to_owned(), about, fails })
    }

    /// Compiles the program if its language wants that, into a folder below `cache` named for its content, and returns the
    /// command that runs it, with `arguments` (placeholders, usually) at the end.
    ///
    /// # Errors
    /// When a compiler is missing or does not succeed.
    pub fn command(&self, cache: &Path, arguments: &str) -> io::Result<String> {
        let source = self.path.canonicalize()?;
        let source = source.to_str().ok_or_else(|| io::Error::other("a path is not UTF-8"))?;
        let extension = self.path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let folder = cache.join(format!("{:016x}", content_hash(&self.path)?));
        let binary = folder.join("program").to_string_lossy().into_owned();
        let command = match extension {
            "py" => format!("{} {source}", python()?),
            "js" => format!("node {source}"),
            "rs" => {
                compile(
                    &folder,
                    "rustc",
                    &["--edition=2024", "-Copt-level=1", "-Cdebuginfo=0", "-o", &binary, source],
                )?;
                binary
            }
            "c" => {
                compile(&folder, "cc", &["-O1", "-pthread", "-o", &binary, source])?;
                binary
            }
            "java" => {
                let classes = folder.to_string_lossy().into_owned();
                compile(&folder, "javac", &["-d", &classes, source])?;
                format!("java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp {classes} Main")
            }
            other => {
                return Err(io::Error::other(format!("{source}: no way is known to run a .{other} file")));
            }
        };
        Ok(format!("{command} {arguments}"))
    }
}

/// All files of the collection below `folder`, in order of their paths.
///
/// # Errors
/// When a folder cannot be read, or a file's first lines are not as they should be.
pub fn collection(folder: &Path) -> io::Result<Vec<Specimen>> {
    let mut specimens = Vec::new();
    for lab in folders(folder)? {
        for program in folders(&lab)? {
            for kind in folders(&program)? {
                for entry in fs::read_dir(kind)? {
                    specimens.push(Specimen::read(&entry?.path())?);
                }
            }
        }
    }
    specimens.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(specimens)
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.is_dir()).collect())
}

fn content_hash(path: &Path) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    fs::read(path)?.hash(&mut hasher);
    Ok(hasher.finish())
}

/// Runs a compiler in a new folder, which gets its final name only when that has succeeded: two runs at once do not see each
/// other's half-made files.
fn compile(folder: &Path, compiler: &str, arguments: &[&str]) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let unfinished =
        folder.with_extension(format!("{}-{:?}", std::process::id(), std::thread::current().id()));
    fs::create_dir_all(&unfinished)?;
    let (from, to) = (folder.to_string_lossy().into_owned(), unfinished.to_string_lossy().into_owned());
    let arguments = arguments.iter().map(|argument| argument.replace(&from, &to));
    let output = Command::new(compiler)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| io::Error::other(format!("{compiler}: {error}")))?;
    if !output.status.success() {
        fs::remove_dir_all(&unfinished)?;
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(io::Error::other(format!("{compiler} failed: {words}")));
    }
    match fs::rename(&unfinished, folder) {
        // Another run was faster; its result is the same.
        Err(_) if folder.is_dir() => fs::remove_dir_all(&unfinished),
        other => other,
    }
}

/// The interpreter itself, where `python3` on the PATH is a script that looks for it: that costs more than most checks.
fn python() -> io::Result<String> {
    let output = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output()?;
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if path.is_empty() { Err(io::Error::other("python3 does not run")) } else { Ok(path) }
}

/// Where the collection lies in the workspace.
pub fn folder() -> PathBuf {
    crate::workspace_root().join("tests/programs")
}

/// Where its compiled programs are kept.
pub fn cache() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| crate::workspace_root().join("target"), PathBuf::from)
        .join("collection")
}
