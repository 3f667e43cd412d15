//! `submission.toml`, the settings for programs in other languages:
//!
//! ```toml
//! build = "javac Main.java"            # may be left out; runs once, in the submission's folder
//!
//! [programs]
//! echo-server = "java Main {port}"     # for each program that is handed in, how it is started
//! ```

use crate::limits;
use crate::refusal::Refusal;
use model::Lab;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// The file's name.
pub const SETTINGS: &str = "submission.toml";

/// How a submission in another language is built and started. The commands are divided into words by a shell's rules; no shell runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The command that makes the programs, run once in the submission's folder.
    pub build: Option<String>,
    /// Command templates by program, at least one. Their placeholders are the program's.
    pub programs: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    build: Option<Spanned<String>>,
    programs: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// Reads the file.
///
/// # Errors
/// A refusal that gives the position and the reason.
pub(crate) fn parse(bytes: &[u8], lab: &Lab) -> Result<Settings, Refusal> {
    if bytes.len() as u64 > limits::SETTINGS {
        return Err(too_large());
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
        at(&before, before.len(), "it is not UTF-8".to_owned())
    })?;
    let document: Document = toml::from_str(text).map_err(|error| {
        let position = error.span().map_or(0, |span| span.start);
        at(text, position, error.message().replace('\n', "; "))
    })?;
    let refuse = |span: Range<usize>, message: String| Err(at(text, span.start, message));
    if document.programs.is_empty() {
        return refuse(0..0, "it names no program".to_owned());
    }
    if let Some(build) = &document.build
        && let Some(what) = misuse(build.as_ref())
    {
        return refuse(build.span(), what);
    }
    let mut programs = BTreeMap::new();
    for (name, command) in document.programs {
        let Some(program) = lab.program(name.as_ref()) else {
            let known: Vec<&str> = lab.programs.iter().map(|program| program.name).collect();
            let (unknown, known) = (crate::refusal::shown(name.as_ref().as_bytes()), known.join(", "));
            return refuse(name.span(), format!("{} has no program {unknown}; it has {known}", lab.name()));
        };
        if let Some(what) = misuse(command.as_ref()).or_else(|| program.misused_placeholder(command.as_ref()))
        {
            return refuse(command.span(), what);
        }
        programs.insert(name.into_inner(), command.into_inner());
    }
    Ok(Settings { build: document.build.map(Spanned::into_inner), programs })
}

/// The refusal of a file that is too large.
pub(crate) fn too_large() -> Refusal {
    at("", 0, format!("it is larger than {} KiB", limits::SETTINGS >> 10))
}

/// What is wrong with a command, whatever it should run.
fn misuse(command: &str) -> Option<String> {
    match shlex::split(command) {
        None => Some("the command has a quote that is never closed".to_owned()),
        Some(words) if words.first().is_none_or(String::is_empty) => Some("the command is empty".to_owned()),
        Some(_) if command.contains(char::is_control) => {
            Some("the command has control characters".to_owned())
        }
        Some(_) => None,
    }
}

/// A refusal at this byte of the text.
fn at(text: &str, position: usize, message: String) -> Refusal {
    let before = text.get(..position).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Refusal::Settings { line, column, message }
}
