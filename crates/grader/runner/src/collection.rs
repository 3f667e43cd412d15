//! The collection of wrong and correct programs that test the checks themselves:
//! `tests/programs/LAB/PROGRAM/{wrong,correct}/NAME.EXTENSION`, each a single file whose first comment lines say what it is. A `.toml` file
//! is the document that a lab asks for beside its programs. A `.same` file names another file of its lab that is handed in as this program.
//! A `.patch` file says what to change in a correct program (`patch`). The other extensions are explained in `language`.

mod language;
mod patch;
mod tools;

pub use language::{LANGUAGES, Language};

use checks::Suite;
use patch::header;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// One program of the collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specimen {
    /// Its file.
    pub path: PathBuf,
    /// The lab's name, `lab3`.
    pub lab: String,
    /// The program that it is handed in as.
    pub program: String,
    /// What is special about it, or the mistake that it contains.
    pub about: String,
    /// The clauses that it fails; none for a correct program.
    pub fails: Vec<String>,
    /// What the report on the first of these must say; nothing is required if it is missing.
    pub says: Option<String>,
    /// The end of its command, in place of a placeholder for each argument that its lab names.
    pub arguments: Option<String>,
}

impl Specimen {
    /// Reads the first comment lines of a file of the collection.
    ///
    /// # Errors
    /// When the file cannot be read, is not where the collection's files are, or lacks a line.
    pub fn read(path: &Path) -> io::Result<Specimen> {
        let invalid = |what: &str| invalid(path, what);
        let text = fs::read_to_string(path)?;
        let text = if is_patch(path) { patched(path, &text)? } else { text };
        let header = |key: &str| header(&text, key);
        let folder =
            |up: usize| path.ancestors().nth(up).and_then(Path::file_name).and_then(|name| name.to_str());
        let (Some(kind), Some(program), Some(lab)) = (folder(1), folder(2), folder(3)) else {
            return Err(invalid("it is not in a folder of the collection"));
        };
        let (about, fails) = match kind {
            "correct" => (header("correct"), Some(String::new())),
            "wrong" => (header("mistake"), header("fails").filter(|ids| !ids.is_empty())),
            _ => return Err(invalid("it lies neither in `wrong` nor in `correct`")),
        };
        let about = about.ok_or_else(|| invalid("its first lines do not say what it is"))?;
        let fails = fails.ok_or_else(|| invalid("its first lines do not say which clauses it fails"))?;
        let fails = fails.split_ascii_whitespace().map(str::to_owned).collect();
        Ok(Specimen {
            path: path.to_owned(),
            lab: lab.to_owned(),
            program: program.to_owned(),
            about,
            fails,
            says: header("says"),
            arguments: header("arguments"),
        })
    }

    /// The lab, and the name of the program or document as which it is handed in.
    ///
    /// # Errors
    /// When there is no such program.
    pub fn place(&self) -> io::Result<(&'static Suite, &'static str)> {
        let suite = checks::suite(&self.lab);
        let place = |suite: &'static Suite| {
            Some((suite, suite.lab.subjects().find(|subject| *subject == self.program)?))
        };
        suite.and_then(place).ok_or_else(|| {
            io::Error::other(format!(
                "{}: there is no program {} in {}",
                self.path.display(),
                self.program,
                self.lab
            ))
        })
    }

    /// Whether it is not a program but a document that is handed in beside one, or alone.
    pub fn is_document(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "toml")
    }

    /// Compiles the program if its language needs that, into a folder below `cache` that is named after its content. Returns the command
    /// template that runs it, with a placeholder for each argument that its lab gives it, or with the words that its first lines give. A
    /// word that is a placeholder's name stands for it, in braces or without.
    ///
    /// # Errors
    /// When it is no program of a lab, when its language's compiler or interpreter is missing, or when it does not compile.
    pub fn command(&self, cache: &Path) -> io::Result<String> {
        let (suite, program) = self.place()?;
        let command = self
            .run_by(cache)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.path.display())))?;
        let placeholders = suite.lab.program(program).map_or(&[][..], |program| program.arguments);
        let braced = |name: &str| format!(" {{{name}}}");
        let arguments: String = match &self.arguments {
            None => placeholders.iter().map(|placeholder| braced(placeholder.name)).collect(),
            Some(words) => {
                let is_name = |word: &str| placeholders.iter().any(|placeholder| placeholder.name == word);
                let argument = |word| if is_name(word) { braced(word) } else { format!(" {word}") };
                words.split_ascii_whitespace().map(argument).collect()
            }
        };
        Ok(command + &arguments)
    }

    /// The program that this one is the same as. Its path is relative to the lab's folder in the collection.
    fn other(&self) -> io::Result<Specimen> {
        let text = fs::read_to_string(&self.path)?;
        let other = header(&text, "same as").ok_or_else(|| io::Error::other("it does not say what it is"))?;
        let lab = self.path.ancestors().nth(3).unwrap_or(Path::new("."));
        Specimen::read(&lab.join(other))
    }

    /// The language that it is written in; none for a document.
    ///
    /// # Errors
    /// When its extension belongs to no language, or when it is the same as another file that cannot be read.
    pub fn language(&self) -> io::Result<Option<&'static Language>> {
        let extension = self.path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension {
            _ if self.is_document() => Ok(None),
            SAME => self.other()?.language(),
            PATCH => Specimen::read(&changed(&self.path)?)?.language(),
            _ => Language::of(extension).map(Some).ok_or_else(|| {
                io::Error::other(format!(
                    "{}: no way is known to run a .{extension} file",
                    self.path.display()
                ))
            }),
        }
    }

    fn run_by(&self, cache: &Path) -> io::Result<String> {
        let source = self.path.canonicalize()?;
        if source.to_str().is_none() {
            return Err(io::Error::other("the path is not UTF-8"));
        }
        if self.path.extension().is_some_and(|extension| extension == SAME) {
            return self.other()?.run_by(cache);
        }
        let Some(language) = self.language()? else {
            return Err(io::Error::other("a document does not run"));
        };
        if !is_patch(&self.path) {
            return language.run(&source, cache);
        }
        let name = self.path.with_extension(language.extension);
        language.run_text(&self.text()?, Path::new(name.file_name().unwrap_or_default()), cache)
    }

    /// The whole program or document. For a patch, the program that it makes.
    ///
    /// # Errors
    /// When a file cannot be read, or a patch does not apply exactly.
    pub fn text(&self) -> io::Result<String> {
        let text = fs::read_to_string(&self.path)?;
        if is_patch(&self.path) { patched(&self.path, &text) } else { Ok(text) }
    }
}

/// The extension of a file that names another file of its lab to hand in as this program.
const SAME: &str = "same";
/// The extension of a file that says what to change in a correct program.
pub const PATCH: &str = "patch";

/// Whether a file of the collection says what to change in a correct program, and is not a program itself.
pub fn is_patch(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == PATCH)
}

/// The correct program that a patch changes.
///
/// # Errors
/// When the patch cannot be read, or does not name the program.
pub fn changed(path: &Path) -> io::Result<PathBuf> {
    let name = header(&fs::read_to_string(path)?, patch::CHANGES);
    let folder = path.ancestors().nth(2).unwrap_or(Path::new("."));
    let name = name.ok_or_else(|| invalid(path, "its first lines do not say which program it changes"))?;
    Ok(folder.join(name))
}

/// The whole program that a patch makes.
fn patched(path: &Path, patch: &str) -> io::Result<String> {
    let correct = changed(path)?;
    let text = fs::read_to_string(&correct)
        .map_err(|error| invalid(path, &format!("{}: {error}", correct.display())))?;
    patch::whole(patch, &text).map_err(|error| {
        let command = "`cargo run -p tests --bin patches` mends it where it can";
        invalid(path, &format!("it does not apply to {}: {error}; {command}", correct.display()))
    })
}

fn invalid(path: &Path, what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()))
}

/// A program that differs in more lines than this does not become a patch.
const MOST_CHANGED: usize = 20;

/// Turns a whole wrong program into a patch of the correct program, in its folder and language, from which it differs least. Returns `None`
/// for a file that is already a patch or a document, or that differs too much from all of them.
///
/// # Errors
/// When a file cannot be read.
pub fn as_patch(path: &Path) -> io::Result<Option<String>> {
    let whole = fs::read_to_string(path)?;
    let language = path.extension().and_then(|extension| Language::of(extension.to_str()?));
    let Some(folder) = path.ancestors().nth(2).filter(|_| language.is_some()) else { return Ok(None) };
    let mut nearest: Option<(String, String)> = None;
    let correct = fs::read_dir(folder.join("correct"))?.map(|entry| Ok(entry?.path()));
    let mut correct = correct.collect::<io::Result<Vec<PathBuf>>>()?;
    correct.sort();
    for file in correct.iter().filter(|file| file.extension() == path.extension()) {
        let name = format!("correct/{}", file.file_name().unwrap_or_default().to_string_lossy());
        let text = fs::read_to_string(file)?;
        let patch = patch::make(&whole, &text, &name);
        if nearest.as_ref().is_none_or(|(nearest, _)| patch::size(&patch) < patch::size(nearest)) {
            nearest = Some((patch, text));
        }
    }
    let Some((patch, correct)) = nearest else { return Ok(None) };
    // If the header is not at the same place, the patched program would be a different one.
    let is_same = patch::size(&patch) <= MOST_CHANGED && patch::whole(&patch, &correct)? == whole;
    Ok(is_same.then_some(patch))
}

/// Mends a patch that does not apply any more. `before` is the text that its program had when the patch still applied.
///
/// # Errors
/// When the same lines were changed, or a file cannot be read or written.
pub fn mend(path: &Path, before: &str) -> io::Result<()> {
    let patch = fs::read_to_string(path)?;
    let now = fs::read_to_string(changed(path)?)?;
    fs::write(path, patch::mend(&patch, before, &now)?)
}

/// All programs of the collection below `folder`, in order of their paths.
///
/// # Errors
/// When a folder cannot be read, or a file has a wrong place or wrong first lines.
pub fn collection(folder: &Path) -> io::Result<Vec<Specimen>> {
    files(folder)?.iter().map(|file| Specimen::read(file)).collect()
}

/// All files of the collection below `folder`, in order.
///
/// # Errors
/// When a folder cannot be read.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for lab in folders(folder)? {
        for program in folders(&lab)? {
            for kind in folders(&program)? {
                for entry in fs::read_dir(kind)? {
                    files.push(entry?.path());
                }
            }
        }
    }
    files.sort();
    Ok(files)
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let read = || fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
    let paths =
        read().map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", folder.display())))?;
    Ok(paths.into_iter().filter(|path| path.is_dir()).collect())
}

/// This environment variable is set where everything that programs of the collection and tests need is known to be installed.
pub const REQUIRED: &str = "REQUIRE_ALL";

/// Whether nothing may be left out because a language or a tool is missing.
pub fn all_is_required() -> bool {
    env::var_os(REQUIRED).is_some()
}

/// Whether a command is on the PATH.
pub fn is_on_path(command: &str) -> bool {
    tools::find(command).is_ok()
}

/// Whether a command that a test needs is on the PATH.
///
/// # Panics
/// When it is not, and nothing may be left out.
pub fn is_there(command: &str) -> bool {
    let is_there = is_on_path(command);
    assert!(is_there || !all_is_required(), "{REQUIRED} is set, and there is no {command}");
    is_there
}

/// The collection's folder in the workspace.
pub fn folder() -> PathBuf {
    crate::workspace_root().join("tests/programs")
}

/// The folder of its compiled programs.
pub fn cache() -> PathBuf {
    target_folder().join("collection")
}

/// The folder in which cargo and the grader keep what can be made again.
pub fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::workspace_root().join("target"), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_ends_with_what_the_first_lines_give() {
        if !is_there("python3") {
            return;
        }
        let collection = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/programs");
        let file = collection.join("lab2/streaming-time-server/correct/isoformat.py");
        let given = |arguments: Option<&str>| {
            let specimen =
                Specimen { arguments: arguments.map(str::to_owned), ..Specimen::read(&file).unwrap() };
            let command = specimen.command(Path::new("/no/such/folder")).unwrap();
            command.rsplit_once('\'').unwrap().1.to_owned()
        };
        assert_eq!(given(None), " {port} {pause_ms} {iterations}");
        assert_eq!(given(Some("")), "");
        assert_eq!(given(Some("port t")), " {port} t");
        assert_eq!(given(Some("{port} 100 {iterations}")), " {port} 100 {iterations}");
    }
}
