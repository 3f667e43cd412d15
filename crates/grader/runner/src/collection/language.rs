//! The languages of the collection, recognised by a file's extension: what a language needs on the machine, how a file is compiled, and how
//! it is started. Compiled programs are kept in a folder that is named after everything that went into them.

use super::tools;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// A language that programs of the collection are written in.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// Its usual name.
    pub name: &'static str,
    /// The extension of its files, without the dot.
    pub extension: &'static str,
    /// The Debian packages with everything that it needs.
    pub packages: &'static str,
    /// The command that compiles a file. Its words may contain `{file}`, `{folder}` for the folder of the result, and `{program}` for a
    /// file in that folder. Empty if nothing is compiled.
    build: &'static [&'static str],
    /// The compiler's environment variables; `{cache}` is a folder of its own.
    environment: &'static [(&'static str, &'static str)],
    /// The command that starts the program, with the same placeholders.
    start: &'static [&'static str],
    /// With these arguments the interpreter prints its own path. They are used if the command on the PATH is a script that looks for the
    /// interpreter. Such a script costs more than most checks.
    itself: &'static [&'static str],
}

/// The default values of a language.
const USUAL: Language =
    Language { name: "", extension: "", packages: "", build: &[], environment: &[], start: &[], itself: &[] };

/// All of them.
pub const LANGUAGES: &[Language] = &[
    Language {
        name: "Rust",
        extension: "rs",
        build: &["rustc", "--edition=2024", "-Copt-level=1", "-Cdebuginfo=0", "-o", "{program}", "{file}"],
        start: &["{program}"],
        packages: "rustc",
        ..USUAL
    },
    Language {
        name: "C",
        extension: "c",
        build: &["cc", "-O1", "-pthread", "-o", "{program}", "{file}"],
        start: &["{program}"],
        packages: "gcc libc6-dev",
        ..USUAL
    },
    Language {
        name: "Java",
        extension: "java",
        build: &["javac", "-d", "{folder}", "{file}"],
        start: &["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", "{folder}", "Main"],
        packages: "default-jdk-headless",
        ..USUAL
    },
    Language {
        name: "Go",
        extension: "go",
        build: &["go", "build", "-o", "{program}", "{file}"],
        // No user settings, no network, and nothing outside the folder.
        environment: &[
            ("GOCACHE", "{cache}/go-build"),
            ("GOPATH", "{cache}/go-path"),
            ("GOENV", "off"),
            ("GOFLAGS", ""),
            ("GOPROXY", "off"),
            ("GOTOOLCHAIN", "local"),
            ("GO111MODULE", "off"),
        ],
        start: &["{program}"],
        packages: "golang-go",
        ..USUAL
    },
    Language {
        name: "C#",
        extension: "cs",
        build: &["mcs", "-out:{program}.exe", "{file}"],
        start: &["mono", "{program}.exe"],
        packages: "mono-mcs mono-runtime",
        ..USUAL
    },
    Language {
        name: "Python",
        extension: "py",
        start: &["python3", "{file}"],
        itself: &["-c", "import sys; print(sys.executable)"],
        packages: "python3",
        ..USUAL
    },
    Language {
        name: "JavaScript",
        extension: "js",
        start: &["node", "{file}"],
        itself: &["-p", "process.execPath"],
        packages: "nodejs",
        ..USUAL
    },
    Language {
        name: "Ruby",
        extension: "rb",
        start: &["ruby", "{file}"],
        itself: &["-e", "puts RbConfig.ruby"],
        packages: "ruby",
        ..USUAL
    },
    Language {
        name: "Perl",
        extension: "pl",
        start: &["perl", "{file}"],
        itself: &["-e", "print $^X"],
        packages: "perl",
        ..USUAL
    },
    Language {
        name: "PHP",
        extension: "php",
        // Without `php.ini`, whose settings for errors and extensions differ from machine to machine.
        start: &["php", "-n", "{file}"],
        itself: &["-n", "-r", "echo PHP_BINARY;"],
        packages: "php-cli",
        ..USUAL
    },
    Language {
        name: "Erlang",
        extension: "escript",
        start: &["escript", "{file}"],
        packages: "erlang-base",
        ..USUAL
    },
];

impl Language {
    /// The language whose files have this extension.
    pub fn of(extension: &str) -> Option<&'static Language> {
        LANGUAGES.iter().find(|language| language.extension == extension)
    }

    /// The commands that have to be on the PATH: the compiler, if there is one, and the interpreter, if the program needs one.
    pub fn commands(&self) -> impl Iterator<Item = &'static str> {
        let first = |words: &'static [&'static str]| words.first().filter(|word| !word.contains('{'));
        first(self.build).into_iter().chain(first(self.start)).copied()
    }

    /// The first command that it needs and that is not on the PATH.
    pub fn missing(&self) -> Option<&'static str> {
        self.commands().find(|command| tools::find(command).is_err())
    }

    /// As [`Language::run`], for a text that is not in a file yet. It is kept below `cache` in a file of this name.
    pub(super) fn run_text(&self, text: &str, name: &Path, cache: &Path) -> io::Result<String> {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let folder = std::path::absolute(cache)?.join("texts").join(format!("{:016x}", hasher.finish()));
        kept(&folder, |folder| fs::write(folder.join(name), text))?;
        self.run(&folder.join(name), cache)
    }

    /// Compiles the file into a folder below `cache`, if its language needs that, and returns the command that runs it.
    pub(super) fn run(&self, source: &Path, cache: &Path) -> io::Result<String> {
        let cache = std::path::absolute(cache)?;
        let folder = cache.join(format!("{:016x}", self.ingredients(&fs::read(source)?)?));
        if let Some((compiler, arguments)) = self.build.split_first() {
            compile(&folder, |folder| {
                let mut command = Command::new(compiler);
                command.args(arguments.iter().map(|word| filled(word, source, folder)));
                let cache = cache.to_string_lossy();
                command.envs(
                    self.environment.iter().map(|(name, text)| (name, text.replace("{cache}", &cache))),
                );
                command
            })?;
        }
        let word = |word: &&str| match word.contains('{') {
            true => quoted(&filled(word, source, &folder)),
            false => (*word).to_owned(),
        };
        let mut words: Vec<String> = self.start.iter().map(word).collect();
        if let Some(interpreter) = self.start.first().filter(|word| !word.contains('{')) {
            words[0] = tools::interpreter(interpreter, self.itself)?;
        }
        Ok(words.join(" "))
    }

    /// A hash of everything that determines the compiled program.
    fn ingredients(&self, text: &[u8]) -> io::Result<u64> {
        let mut hasher = DefaultHasher::new();
        (text, self.build, self.environment).hash(&mut hasher);
        if let Some(compiler) = self.build.first() {
            tools::version(compiler)?.hash(&mut hasher);
        }
        Ok(hasher.finish())
    }
}

/// A word of a command with its placeholder replaced.
fn filled(word: &str, source: &Path, folder: &Path) -> String {
    let program = folder.join("program");
    let values = [("{program}", program.as_path()), ("{folder}", folder), ("{file}", source)];
    match values.iter().find(|(name, _)| word.contains(name)) {
        Some((name, path)) => word.replace(name, &path.to_string_lossy()),
        None => word.to_owned(),
    }
}

/// Runs a compiler in a new folder, see [`kept`].
fn compile(folder: &Path, command: impl FnOnce(&Path) -> Command) -> io::Result<()> {
    kept(folder, |folder| {
        let mut command = command(folder);
        let compiler = command.get_program().to_string_lossy().into_owned();
        tools::find(&compiler)?;
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(|error| io::Error::other(format!("{compiler}: {error}")))?;
        if output.status.success() {
            return Ok(());
        }
        let words = [output.stdout, output.stderr].concat();
        let words = String::from_utf8_lossy(&words).into_owned();
        Err(io::Error::other(format!("{compiler} failed: {}", words.trim())))
    })
}

/// Fills a new folder, which gets its final name only after that has succeeded. So two simultaneous runs do not see each other's unfinished
/// files.
fn kept(folder: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let unfinished =
        folder.with_extension(format!("{}-{:?}", std::process::id(), std::thread::current().id()));
    fs::create_dir_all(&unfinished)?;
    if let Err(error) = fill(&unfinished) {
        fs::remove_dir_all(&unfinished)?;
        return Err(error);
    }
    match fs::rename(&unfinished, folder) {
        // Another run was faster; its result is the same.
        Err(_) if folder.is_dir() => fs::remove_dir_all(&unfinished),
        other => other,
    }
}

/// A text as one word of a command template.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_compiler_is_named() {
        let error =
            compile(&std::env::temp_dir().join("no-such-folder"), |_| Command::new("no-such-compiler"))
                .unwrap_err();
        assert_eq!(error.to_string(), "`no-such-compiler` is needed, and is not on the PATH");
    }

    #[test]
    fn a_path_stays_one_word() {
        assert_eq!(quoted("/a b/it's.py"), r"'/a b/it'\''s.py'");
    }

    #[test]
    fn each_language_needs_what_compiles_and_what_starts_it() {
        let commands = |extension| Language::of(extension).unwrap().commands().collect::<Vec<_>>();
        assert_eq!(commands("rs"), ["rustc"]);
        assert_eq!(commands("java"), ["javac", "java"]);
        assert_eq!(commands("py"), ["python3"]);
        assert!(Language::of("txt").is_none());
    }

    #[test]
    fn what_is_compiled_from_another_text_or_otherwise_is_kept_elsewhere() {
        let c = Language::of("c").unwrap();
        let optimised = Language { build: &["cc", "-O2"], ..*c };
        let key = |language: &Language, text: &str| language.ingredients(text.as_bytes()).unwrap();
        assert_eq!(key(c, "int x;"), key(c, "int x;"));
        assert_ne!(key(c, "int x;"), key(c, "int y;"));
        assert_ne!(key(c, "int x;"), key(&optimised, "int x;"));
    }
}
