//! Turns the user's order into what is handed in: a command for each program, and the document beside them.

use crate::{Confinement, Order, RunError, Source};
use model::{Fault, Lab, Notice, Verdict};
use sandbox::Template;
use sandbox::cargo::{self, BuildError, Profile};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

/// The folder of the workspace that this grader belongs to.
pub fn workspace_root() -> PathBuf {
    // `cargo run` sets this variable to the folder of xtask. A binary that is called directly knows where it was built.
    let root = match env::var_os("CARGO_MANIFEST_DIR") {
        Some(xtask) => PathBuf::from(xtask).join(".."),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.."),
    };
    root.canonicalize().unwrap_or(root)
}

/// What is handed in, ready to be checked.
#[derive(Clone, Debug)]
pub struct HandIn {
    /// How each program is started.
    pub templates: BTreeMap<String, Template>,
    /// Programs that exist and cannot be started, each with the verdict on all clauses about it.
    pub broken: BTreeMap<String, Verdict>,
    /// The document beside them; `None` if the lab asks for none, or if it is missing.
    pub document: Option<String>,
    /// The restrictions on the programs.
    pub confinement: Confinement,
}

pub(crate) fn hand_in(order: &Order, notify: &(dyn Fn(Notice) + Sync)) -> Result<HandIn, RunError> {
    let confinement = order.confinement.clone();
    let (templates, broken) = (templates(order, notify)?, BTreeMap::new());
    Ok(HandIn { templates, broken, document: document(order)?, confinement })
}

/// The text of the document that belongs to the programs, or of the one that the order names.
pub(crate) fn document(order: &Order) -> Result<Option<String>, RunError> {
    let lab = &order.suite.lab;
    let Some(name) = lab.document else {
        let told = format!("{} asks for no document beside the programs", lab.name());
        return if order.document.is_some() { Err(RunError::Usage(told)) } else { Ok(None) };
    };
    let folder = match order.source {
        Source::Stubs | Source::Templates(_) => format!("labs/{}", lab.package()),
        Source::Reference => format!("crates/programs/{}", lab.slug),
    };
    let path = order.document.clone().unwrap_or_else(|| workspace_root().join(folder).join(name));
    match fs::read(&path) {
        // The reader of the document reports text that is not valid.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound && order.document.is_none() => Ok(None),
        Err(error) => Err(RunError::Usage(format!("{}: {error}", path.display()))),
    }
}

pub(crate) fn templates(
    order: &Order,
    notify: &(dyn Fn(Notice) + Sync),
) -> Result<BTreeMap<String, Template>, RunError> {
    let lab = &order.suite.lab;
    if lab.programs.is_empty() {
        return Ok(BTreeMap::new());
    }
    if let Source::Templates(commands) = &order.source {
        return commands.iter().map(|(name, text)| Ok((name.clone(), parse(lab, name, text)?))).collect();
    }
    let template = |(name, executable): (String, PathBuf)| {
        let arguments = lab.program(&name).map_or(&[][..], |program| program.arguments);
        let placeholders: Vec<&str> = arguments.iter().map(|argument| argument.name).collect();
        (name, Template::executable(executable, &placeholders))
    };
    let built = executables(lab, &order.source, Profile::Dev, &notify)?;
    Ok(built.into_iter().map(template).collect())
}

/// Builds the package that holds a lab's programs, the student's or the references, and returns each one's executable, in the
/// lab's order.
pub(crate) fn executables(
    lab: &Lab,
    source: &Source,
    profile: Profile,
    notify: &dyn Fn(Notice),
) -> Result<Vec<(String, PathBuf)>, RunError> {
    // The binary of a reference program has the program's name with this prefix.
    let (package, prefix) = match source {
        Source::Reference => (lab.reference.to_owned(), "reference-"),
        Source::Stubs | Source::Templates(_) => (lab.package(), ""),
    };
    let mut built = build(&package, profile, notify)?;
    let executable = |program: &model::Program| {
        let binary = format!("{prefix}{}", program.name);
        let executable = built.remove(&binary).ok_or_else(|| {
            RunError::Usage(format!(
                "the package {package} has no binary `{binary}`; restore its file in src/bin"
            ))
        })?;
        Ok((program.name.to_owned(), executable))
    };
    lab.programs.iter().map(executable).collect()
}

/// Builds a package and returns its executables by name.
pub(crate) fn build(
    package: &str,
    profile: Profile,
    notify: &dyn Fn(Notice),
) -> Result<BTreeMap<String, PathBuf>, RunError> {
    notify(Notice::Building(package.to_owned()));
    cargo::build(&workspace_root(), package, profile).map_err(|error| match error {
        BuildError::DoesNotCompile => RunError::Build { package: package.to_owned() },
        BuildError::Cargo(_) => RunError::Fault(Fault::new(error.to_string())),
    })
}

fn parse(lab: &Lab, program: &str, text: &str) -> Result<Template, RunError> {
    let usage = |message: String| RunError::Usage(format!("--program {program}: {message}"));
    let directory = env::current_dir().map_err(|error| Fault::at("the current folder", &error))?;
    let template = Template::parse(text, &directory).map_err(|error| usage(error.to_string()))?;
    match lab.program(program).and_then(|program| program.misused_placeholder(text)) {
        Some(misuse) => Err(usage(misuse)),
        None => Ok(template),
    }
}
