//! Command templates: `python3 server.py {port}`.

use crate::script::{self, Obstacle, Reason};
use crate::{Command, Limits, home};
use serde::{Deserialize, Serialize};
use std::env;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

/// A command whose words may hold placeholders in braces.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Template {
    program: PathBuf,
    words: Vec<String>,
    directory: PathBuf,
    /// Whether its author is not trusted: then what it names outside its folder stays hidden.
    foreign: bool,
    /// Whether its program was found on the PATH, and so is not the author's.
    found: bool,
    /// Whether cargo has built its program from the crate of a lab.
    #[serde(default)]
    of_the_crate: bool,
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// There is no word in it.
    #[error("the command is empty")]
    Empty,
    /// Quotes that do not match.
    #[error("the command has a quote that is never closed")]
    Quotes,
    /// No executable of that name, or at that path.
    #[error("{}", no_such(.0))]
    NotFound(String),
    /// No program of that name on the PATH, but a file in the folder, where no shell looks.
    #[error("there is no program `{0}` on the PATH; for the file of that name write `./{0}`")]
    InFolder(String),
    /// A file that the command names is missing or may not be read; with the reason.
    #[error("cannot read `{0}`: {1}")]
    Unreadable(String, String),
    /// The program is a script of the author's own, and the interpreter that its first line names is not there.
    #[error("`{0}` cannot be started: {1}")]
    NoInterpreter(String, Obstacle),
}

impl TemplateError {
    /// Whether it may differ on another machine: this one lacks an interpreter or a compiler, or its name is wrong.
    pub fn is_about_the_machine(&self) -> bool {
        match self {
            TemplateError::NotFound(word) => !word.contains('/') && may_be_installed(word),
            TemplateError::NoInterpreter(_, obstacle) => may_be_installed(&obstacle.interpreter),
            _ => false,
        }
    }
}

fn no_such(word: &str) -> String {
    if word.contains('/') {
        format!("`{word}` is not an executable file")
    } else {
        format!("there is no program `{word}` on the PATH")
    }
}

/// Whether some machine may have a program of that name or path: not in a folder of the submission's own, or of nobody's.
fn may_be_installed(program: &str) -> bool {
    const NOWHERE: [&str; 5] = ["/dev", "/proc", "/run", "/tmp", "/var/tmp"];
    let path = Path::new(program);
    let is_name = !program.contains(['/', '{', '}']) && program.contains(char::is_alphanumeric);
    is_name || path.is_absolute() && !NOWHERE.iter().any(|folder| path.starts_with(folder))
}

/// Endings of files that are handed to an interpreter.
const SCRIPTS: [&str; 9] = ["py", "js", "mjs", "rb", "pl", "jar", "sh", "php", "lua"];

impl Template {
    /// Reads a template as a shell would split it into words, and finds its program as a shell would. Nothing is
    /// expanded and no shell runs.
    ///
    /// # Errors
    /// When it has no words, its program cannot be found, or a script that it names cannot be read.
    pub fn parse(text: &str, directory: &Path) -> Result<Template, TemplateError> {
        Template::read(text, directory, false)
    }

    /// The folder that the program is started in.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// As [`Template::parse`], for a template that came with a submission in `directory`: naming a path makes it reachable only if it
    /// lies in there.
    ///
    /// # Errors
    /// As [`Template::parse`], and when its program lies elsewhere and not on the PATH, or is a script whose interpreter this machine
    /// lacks or hides.
    pub fn parse_foreign(text: &str, directory: &Path) -> Result<Template, TemplateError> {
        let mut template = Template::read(text, directory, true)?;
        if !template.found && !template.may_name(&template.program) {
            return Err(TemplateError::NotFound(template.program.display().to_string()));
        }
        // A link in a home is shown without its surroundings; an interpreter would look there for its library.
        let is_alone = home::is_in_a_home(&template.program) && home::prefix(&template.program).is_none();
        if template.found && is_alone {
            template.program = template.program.canonicalize().unwrap_or(template.program);
        }
        match template.missing_interpreter() {
            None => Ok(template),
            Some(obstacle) => {
                let name = template.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Err(TemplateError::NoInterpreter(name, obstacle))
            }
        }
    }

    /// What its program's first line asks for and this machine lacks. What no machine has does not count: a folder, or a name with a
    /// carriage return.
    fn missing_interpreter(&self) -> Option<Obstacle> {
        let shown = |path: &Path| self.may_name(path) || !home::is_in_a_home(path);
        let own = (!self.found).then_some(&self.program)?;
        script::obstacle_among(own, &self.directory, shown)
            .filter(|obstacle| obstacle.reason == Reason::Missing)
    }

    fn read(text: &str, directory: &Path, foreign: bool) -> Result<Template, TemplateError> {
        let mut words = shlex::split(text).ok_or(TemplateError::Quotes)?.into_iter();
        let first = words.next().filter(|word| !word.is_empty()).ok_or(TemplateError::Empty)?;
        let program = find_program(&first, directory).ok_or_else(|| not_found(first, directory))?;
        let words: Vec<String> = words.collect();
        let found = search_path().any(|folder| program.parent() == Some(&folder));
        let template =
            Template { program, words, directory: directory.to_owned(), foreign, found, of_the_crate: false };
        for word in template.words.iter().filter(|word| !word.contains('{')) {
            let path = directory.join(word);
            if !template.may_name(&path) {
                continue;
            }
            let script =
                path.extension().and_then(|ending| ending.to_str()).is_some_and(|e| SCRIPTS.contains(&e));
            let opened = || std::fs::File::open(&path).and_then(|_| permitted(&path, 0o004));
            if script && let Err(error) = opened() {
                return Err(TemplateError::Unreadable(word.clone(), error.to_string()));
            }
        }
        if let Err(error) = permitted(&template.program, 0o001) {
            return Err(TemplateError::Unreadable(template.program.display().to_string(), error.to_string()));
        }
        Ok(template)
    }

    /// The template that runs an executable built by cargo, with these placeholders as its arguments.
    pub fn executable(program: PathBuf, placeholders: &[&str]) -> Template {
        let words = placeholders.iter().map(|name| format!("{{{name}}}")).collect();
        let directory = PathBuf::from("/");
        Template { program, words, directory, foreign: false, found: false, of_the_crate: true }
    }

    /// Whether its program is one of a lab's crate, built by cargo.
    pub fn is_of_the_crate(&self) -> bool {
        self.of_the_crate
    }

    /// Whether it holds the placeholder of that name.
    pub fn has(&self, placeholder: &str) -> bool {
        let placeholder = format!("{{{placeholder}}}");
        self.words.iter().any(|word| word.contains(&placeholder))
    }

    /// The names of all placeholders in it: words of lower-case letters and underscores between braces.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        let names = |word| str::split(word, '{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        let is_name =
            |name: &&str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        self.words.iter().flat_map(move |word| names(word.as_str())).filter(is_name)
    }

    /// The command, with each placeholder replaced by its value, held to these limits.
    pub fn fill(&self, values: &[(&str, String)], limits: Limits) -> Command {
        let fill = |word: &String| {
            values
                .iter()
                .fold(word.clone(), |word, (name, value)| word.replace(&format!("{{{name}}}"), value))
        };
        Command {
            program: self.program.clone(),
            arguments: self.words.iter().map(fill).collect(),
            directory: self.directory.clone(),
            environment: Vec::new(),
            limits,
            open_files: None,
            quiet: false,
        }
    }

    /// The paths that must be reachable for it to run: its program, the folder it starts in, the files that it names, and those folders
    /// of the PATH where an interpreter may lie. In a home, only the interpreter that the command begins with and what belongs to it.
    pub fn paths(&self) -> Vec<PathBuf> {
        let mut paths = vec![self.directory.clone()];
        let named = self.words.iter().map(|word| self.directory.join(word)).filter(|path| path.exists());
        // A word may be a shell's command (`sh -c 'exec /tmp/server $0'`) and name files within.
        let inner = self.words.iter().filter_map(|word| shlex::split(word)).flatten();
        let inner = inner.filter(|word| word.contains('/')).map(|word| self.directory.join(word));
        let named = named.chain(inner.filter(|path| path.is_file()));
        paths.extend(named.chain([self.program.clone()]).filter(|path| self.may_name(path)));
        paths.extend(self.program.canonicalize().ok().filter(|path| self.may_name(path)));
        if let Some(interpreter) = self.interpreter() {
            let names = [interpreter.canonicalize().ok(), Some(interpreter)];
            paths.extend(names.iter().flatten().filter_map(|name| home::prefix(name)));
            paths.extend(names.into_iter().flatten());
        }
        if !self.words.is_empty() {
            paths.extend(search_path().filter(|folder| folder.is_dir() && !home::is_in_a_home(folder)));
        }
        paths
    }

    /// The program itself, if a shell would find it on the PATH; or the one that `env` would find there, if its first line asks for that
    /// (execve(2)).
    fn interpreter(&self) -> Option<PathBuf> {
        if self.found {
            return Some(self.program.clone());
        }
        if !self.may_name(&self.program) {
            return None;
        }
        let name = script::sought_by_env(&self.program)?;
        find_program(&name, Path::new("/"))
    }

    /// Whether naming a path makes it reachable.
    fn may_name(&self, path: &Path) -> bool {
        if !self.foreign {
            return true;
        }
        match (path.canonicalize(), self.directory.canonicalize()) {
            (Ok(path), Ok(directory)) => path.starts_with(directory),
            // A missing file of the folder is reported.
            _ => {
                path.starts_with(&self.directory)
                    && path.components().all(|part| part != Component::ParentDir)
            }
        }
    }
}

/// Whether others have this permission on a file: root gives itself up before the program starts.
fn permitted(path: &Path, permission: u32) -> io::Result<()> {
    let mode = path.metadata()?.permissions().mode();
    if rustix::process::geteuid().is_root() && mode & permission == 0 {
        return Err(io::Error::other(
            "it is run as an ordinary user, and other users have no permission on it",
        ));
    }
    Ok(())
}

fn search_path() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter(|folder| folder.is_absolute()).collect::<Vec<_>>().into_iter()
}

fn find_program(word: &str, directory: &Path) -> Option<PathBuf> {
    if word.contains('/') {
        Some(directory.join(word)).filter(|path| is_program(path))
    } else {
        on_the_path(word)
    }
}

/// The program of that name on the PATH.
pub fn on_the_path(name: &str) -> Option<PathBuf> {
    search_path().map(|folder| folder.join(name)).find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

fn not_found(word: String, directory: &Path) -> TemplateError {
    match !word.contains('/') && directory.join(&word).is_file() {
        true => TemplateError::InFolder(word),
        false => TemplateError::NotFound(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_splits_them_and_placeholders_filled() {
        let template = Template::parse("/bin/sh -c 'echo {port}' x{port}y", Path::new("/")).unwrap();
        assert!(template.has("port") && !template.has("host"));
        let command = template.fill(&[("port", "3232".to_owned())], Limits::USUAL);
        assert_eq!(command.arguments, ["-c", "echo 3232", "x3232y"]);
        assert!(command.program.is_absolute());
    }

    #[test]
    fn files_are_reachable_that_a_shell_s_command_names() {
        let file = env::temp_dir().join(format!("template-{}", std::process::id()));
        std::fs::write(&file, "").unwrap();
        let template =
            Template::parse(&format!("/bin/sh -c 'cd /tmp && exec {} $0'", file.display()), Path::new("/"));
        let paths = template.unwrap().paths();
        std::fs::remove_file(&file).unwrap();
        assert!(paths.contains(&file) && !paths.contains(&env::temp_dir()), "{paths:?}");
    }

    #[test]
    fn what_cargo_has_built_is_told_from_a_command() {
        assert!(Template::executable(PathBuf::from("/bin/true"), &["port"]).is_of_the_crate());
        assert!(!Template::parse("/bin/true {port}", Path::new("/")).unwrap().is_of_the_crate());
    }

    #[test]
    fn what_nobody_trusts_cannot_make_a_path_reachable_by_naming_it() {
        let course = env::temp_dir().join(format!("course-{}", std::process::id()));
        let (folder, marks) = (course.join("submission"), course.join("marks"));
        std::fs::create_dir_all(&folder).unwrap();
        for file in [&marks, &folder.join("own")] {
            std::fs::write(file, "").unwrap();
        }
        let text = format!("cc own ../marks x/../../marks {} missing", marks.display());
        let reaches_marks = |template: Template| {
            let paths = template.paths();
            assert!(paths.contains(&folder.join("own")));
            paths.iter().any(|path| path.canonicalize().is_ok_and(|path| path.ends_with("marks")))
        };
        assert!(reaches_marks(Template::parse(&text, &folder).unwrap()));
        assert!(!reaches_marks(Template::parse_foreign(&text, &folder).unwrap()));
        let outside = Template::parse_foreign(&format!("{} x", marks.display()), &folder);
        assert!(matches!(outside, Err(TemplateError::NotFound(_))));
        // Nor does it learn whether a file elsewhere exists.
        assert!(Template::parse_foreign("cc ../missing.sh", &folder).is_ok());
        assert!(Template::parse_foreign("cc missing.sh", &folder).is_err());
        std::fs::remove_dir_all(course).unwrap();
    }

    #[test]
    fn a_script_for_an_interpreter_that_is_missing_here_is_no_fault_of_its_author() {
        let folder = env::temp_dir().join(format!("scripts-of-authors-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let program = folder.join("server");
        let parse = |first_line: &str| {
            std::fs::write(&program, first_line).unwrap();
            std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
            Template::parse_foreign("./server {port}", &folder)
        };
        for missing in
            ["#!/usr/bin/no-such-thing\n", "#!/usr/bin/env no-such-thing\n", "#!/root/own/python3\n"]
        {
            assert!(parse(missing).unwrap_err().is_about_the_machine(), "{missing}");
        }
        for own in ["#!./interpreter\n", "#!/tmp/interpreter\n", "#!/proc/self/cwd/interpreter\n"] {
            assert!(!parse(own).unwrap_err().is_about_the_machine(), "{own}");
        }
        for (command, is_about_the_machine) in [("no-such-thing 1", true), ("{port}", false), (". x", false)]
        {
            let error = Template::parse_foreign(command, &folder).unwrap_err();
            assert_eq!(error.is_about_the_machine(), is_about_the_machine, "{command}: {error}");
        }
        // What the check then finds wrong is its author's doing.
        for own in
            ["#!/usr/bin/no-such-thing\r\n", "#!/usr/bin/env no-such-thing\r\n", "#!/usr\n", "#!/bin/sh\n"]
        {
            assert!(parse(own).is_ok(), "{own}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_of_the_folder_is_named_with_its_folder() {
        let folder = env::temp_dir().join(format!("named-without-folder-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("own-server"), "").unwrap();
        let error = Template::parse_foreign("own-server {port}", &folder).unwrap_err();
        assert!(!error.is_about_the_machine() && error.to_string().contains("`./own-server`"), "{error}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn unusable_templates_name_their_cause() {
        let error = |text| Template::parse(text, Path::new("/")).unwrap_err();
        assert_eq!(error("  "), TemplateError::Empty);
        assert_eq!(error("''"), TemplateError::Empty);
        assert_eq!(error("sh 'x"), TemplateError::Quotes);
        assert_eq!(
            error("no-such-program-here x"),
            TemplateError::NotFound("no-such-program-here".to_owned())
        );
        assert!(
            matches!(error("/bin/sh missing.py {port}"), TemplateError::Unreadable(file, _) if file == "missing.py")
        );
    }
}
