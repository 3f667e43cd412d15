//! Builds submissions: in a pristine copy of the lab's package, with dependencies that are prepared once, and in a room without a network
//! from which the course, the results and other submissions cannot be seen.
//!
//! [`Workshop::prepare`] makes everything that is the same for all submissions, with trusted code: the sources of the dependencies
//! (`vendor`), and what is compiled from them (`warm`). A submission gets its own copy in its own file system, so it cannot damage another
//! submission's.

mod attend;
mod build;
mod template;
mod toolchain;
mod words;

pub use build::{ARGUMENT, main};

use crate::files::{self, Files};
use build::{Answer, BuildRequest, Harvest};
use intake::Digest;
use model::{Fault, Lab};
use sandbox::{Limits, Template};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use toolchain::Toolchain;

/// The file in which cargo keeps what the compiler has said about itself, below the folder of what is built.
const COMPILER: &str = ".rustc_info.json";

/// A workshop for one lab.
#[derive(Clone, Debug)]
pub struct Workshop {
    package: String,
    programs: Vec<String>,
    folder: PathBuf,
    template: Files,
    toolchain: Toolchain,
    hidden: Vec<PathBuf>,
    limits: Limits,
}

/// The result of building a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Built<T> {
    /// It is built.
    Done(T),
    /// It is not built, for a reason of its own: the compiler's messages, or why the build was stopped.
    Refused(String),
}

/// The programs of a Rust submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The executables, by program; at least one.
    pub executables: BTreeMap<String, PathBuf>,
    /// The programs that do not compile, each with the compiler's messages.
    pub broken: BTreeMap<String, String>,
}

impl Workshop {
    /// The workshop below `folder` for the present state of the lab and this toolchain. Workshops for other states are not changed, since
    /// another run may be building there. `root` is the workspace of the course. A build sees the `hidden` folders as empty.
    ///
    /// # Errors
    /// A fault when the course or the toolchain cannot be read.
    pub fn new(root: &Path, lab: &Lab, folder: &Path, hidden: &[PathBuf]) -> Result<Workshop, Fault> {
        let fault = |error: io::Error| Fault::new(format!("preparing to compile {}: {error}", lab.package()));
        let toolchain = Toolchain::of_this_user().map_err(fault)?;
        let mut template = Files::new();
        if !lab.programs.is_empty() {
            template = template::read(root, &lab.package()).map_err(fault)?;
        }
        let mut all = template.clone();
        all.insert("toolchain".to_owned(), toolchain.to_string().into_bytes());
        Ok(Workshop {
            package: lab.package(),
            programs: lab.programs.iter().map(|program| program.name.to_owned()).collect(),
            folder: folder.join(format!("{}-{:016x}", lab.name(), Digest::of(&all).number())),
            template,
            toolchain,
            hidden: hidden.to_vec(),
            limits: build::LIMITS,
        })
    }

    /// The same workshop, in which a build may take `seconds` seconds of processor time and as many of sleep.
    #[must_use]
    pub fn with_time(self, seconds: u64) -> Workshop {
        Workshop { limits: Limits { processor: seconds, sleep: seconds, ..self.limits }, ..self }
    }

    /// Whether there is nothing to prepare.
    pub fn is_ready(&self) -> bool {
        // For a lab without programs nothing is ever compiled.
        self.programs.is_empty() || self.stamp().exists()
    }

    /// Prepares it, unless that was done before. Only one process at a time may do so.
    ///
    /// # Errors
    /// A fault when the dependencies cannot be fetched, or the untouched stub does not compile.
    pub fn prepare(&self) -> Result<(), Fault> {
        if self.is_ready() {
            return Ok(());
        }
        let fault = |error: io::Error| Fault::new(format!("preparing to compile {}: {error}", self.package));
        self.furnish().map_err(fault)?;
        self.try_out()?;
        // Written last: an unfinished preparation begins again.
        fs::write(self.stamp(), "").map_err(fault)
    }

    fn furnish(&self) -> io::Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        let (pristine, vendor, warm) = (self.pristine(), self.folder.join("vendor"), self.warm());
        files::write(&self.template, &pristine)?;
        fs::create_dir_all(&vendor)?;
        // This uses the user's settings and the network, as any build of the course.
        let mut fetch = Command::new(self.toolchain.cargo());
        run(fetch.args(["vendor", "--quiet", "--versioned-dirs"]).arg(&vendor).current_dir(&pristine))?;
        fs::create_dir_all(self.home())?;
        fs::write(self.home().join("config.toml"), toolchain::settings(&vendor))?;
        // From here on everything is as in the room.
        let manifest = template::manifest(&pristine, &self.package);
        run(&mut self.toolchain.command(&self.home(), &toolchain::build(&manifest, &warm)))?;
        // The stub's own executables must not count as a submission's.
        run(&mut self.toolchain.command(&self.home(), &toolchain::clean(&manifest, &warm, &self.package)))
    }

    /// Makes sure that the untouched stub compiles in a room as well. Otherwise every submission would seem not to compile. The compiler's
    /// answers to cargo's first questions are kept, so that later builds need not ask again.
    fn try_out(&self) -> Result<(), Fault> {
        let folder = self.folder.join("trial");
        fs::create_dir_all(&folder).map_err(fault)?;
        let known = folder.join("compiler.json");
        let words = match self.compile_and_take(&Files::new(), &folder, &[(COMPILER, &known)])? {
            Built::Done(Compiled { broken, .. }) => broken.into_values().next(),
            Built::Refused(words) => Some(words),
        };
        fs::rename(known, self.warm().join(COMPILER)).map_err(fault)?;
        clear(&folder)?;
        let told = |words| {
            Fault::new(format!("the untouched {} does not compile in the sandbox: {words}", self.package))
        };
        words.map_or(Ok(()), |words| Err(told(words)))
    }

    /// Builds a Rust submission: these files, by their paths in the lab's folder, replace the stub's or are added to them. The executables
    /// are written below `folder`, which must exist.
    ///
    /// # Errors
    /// A fault when it could not even be tried.
    pub fn compile(&self, files: &Files, folder: &Path) -> Result<Built<Compiled>, Fault> {
        self.compile_and_take(files, folder, &[])
    }

    /// As [`Workshop::compile`]. Also takes these files of cargo's own, each from its place among what is built to its destination.
    fn compile_and_take(
        &self,
        files: &Files,
        folder: &Path,
        more: &[(&str, &Path)],
    ) -> Result<Built<Compiled>, Fault> {
        let place = Path::new(build::PLACE);
        let lab = Path::new("labs").join(&self.package);
        let (home, output) = (place.join("home"), place.join("target"));
        let staging = stage(files, folder)?;
        let executable =
            |program: &String| (program.clone(), output.join("debug").join(program), folder.join(program));
        let more = more.iter().map(|(name, to)| ((*name).to_owned(), output.join(name), (*to).to_owned()));
        let harvest = Harvest::Files(self.programs.iter().map(executable).chain(more).collect());
        let answer = build::build(&BuildRequest {
            exposed: vec![self.toolchain.folder().to_owned(), self.folder.clone(), staging.clone()],
            hidden: self.hidden.clone(),
            copies: vec![
                (self.pristine(), place.to_owned()),
                (staging.clone(), place.join(lab)),
                (self.home(), home.clone()),
                (self.warm(), output.clone()),
            ],
            left_out: template::superseded(&self.template, &self.package, files)
                .map(|stub| place.join(stub))
                .collect(),
            program: self.toolchain.cargo(),
            arguments: toolchain::build(&template::manifest(place, &self.package), &output),
            // This folder is outside any folder whose settings cargo would read.
            directory: PathBuf::from("/"),
            environment: self.toolchain.environment(&home),
            harvest,
            limits: self.limits,
        })?;
        clear(&staging)?;
        let (made, words) = match answer {
            Answer::Built { made, words } => (made, words),
            Answer::Refused(why) | Answer::Stopped { why, .. } => return Ok(Built::Refused(why)),
            Answer::Fault(fault) => return Err(fault),
        };
        let (made, broken): (Vec<&String>, _) =
            self.programs.iter().partition(|program| made.contains(program));
        let executables = made.into_iter().map(|program| made_executable(program, folder.join(program)));
        let told = |program: &String| (program.clone(), words::about(program, &self.programs, &words));
        Ok(Built::Done(Compiled {
            executables: executables.collect::<Result<_, Fault>>()?,
            broken: broken.into_iter().map(told).collect(),
        }))
    }

    /// Builds a submission in another language with its own command, if it has one. Returns the folder below `folder` in which its programs
    /// must be started.
    ///
    /// # Errors
    /// A fault when it could not even be tried.
    pub fn assemble(
        &self,
        files: &Files,
        command: Option<&str>,
        folder: &Path,
    ) -> Result<Built<PathBuf>, Fault> {
        let staging = stage(files, folder)?;
        let Some(command) = command else { return Ok(Built::Done(staging)) };
        let place = Path::new(build::PLACE);
        // The command's author is not trusted: it can name only paths within the submission.
        let template = match Template::parse_foreign(command, &staging) {
            Ok(template) => template,
            Err(error) if error.is_about_the_machine() => return Err(Fault::new(error.to_string())),
            Err(error) => return Ok(Built::Refused(format!("the build command: {error}"))),
        };
        let filled = template.fill(&[], self.limits);
        // The submission's own files are used in the copy for building, and not only read.
        let program = match filled.program.strip_prefix(&staging) {
            Ok(own) => place.join(own),
            Err(_) => filled.program,
        };
        let archive = folder.join("built.tar");
        let answer = build::build(&BuildRequest {
            exposed: template.paths(),
            hidden: self.hidden.clone(),
            copies: vec![(staging.clone(), place.to_owned())],
            left_out: Vec::new(),
            program,
            arguments: filled.arguments,
            directory: place.to_owned(),
            environment: Vec::new(),
            harvest: Harvest::Folder(archive.clone()),
            limits: self.limits,
        })?;
        match answer {
            Answer::Built { .. } => {}
            Answer::Refused(why) | Answer::Stopped { why, .. } => return Ok(Built::Refused(why)),
            Answer::Fault(fault) => return Err(fault),
        }
        clear(&staging)?;
        files::unpack(&archive, &staging).map_err(fault)?;
        fs::remove_file(&archive).map_err(fault)?;
        Ok(Built::Done(staging))
    }

    fn pristine(&self) -> PathBuf {
        self.folder.join("template")
    }

    fn stamp(&self) -> PathBuf {
        self.folder.join("ready")
    }

    fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    fn warm(&self) -> PathBuf {
        self.folder.join("warm")
    }
}

/// The compiler's description of its version.
///
/// # Errors
/// When there is no compiler.
pub fn compiler() -> io::Result<String> {
    toolchain::compiler()
}

/// Writes a submission's files to their own folder below `folder`.
fn stage(files: &Files, folder: &Path) -> Result<PathBuf, Fault> {
    let staging = folder.join("submission");
    fs::create_dir_all(&staging).map_err(fault)?;
    files::write(files, &staging).map_err(fault)?;
    Ok(staging)
}

fn clear(folder: &Path) -> Result<(), Fault> {
    fs::remove_dir_all(folder).map_err(fault)
}

fn made_executable(program: &str, path: PathBuf) -> Result<(String, PathBuf), Fault> {
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(fault)?;
    Ok((program.to_owned(), path))
}

fn fault(error: io::Error) -> Fault {
    Fault::at("building", &error)
}

/// Runs a trusted command to its end.
fn run(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
