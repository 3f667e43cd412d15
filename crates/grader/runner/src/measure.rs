//! The input of `bench`: a lab's programs and the measuring program itself, built for speed.

use crate::{RunError, Source, hand_in, tool};
use model::{Fault, Lab, Notice};
use sandbox::cargo::Profile;
use std::path::PathBuf;

/// The package that measures, and its binary. No other package depends on it, so its dependencies are built only when it is asked for.
const TOOL: &str = "bench";

/// The measuring program, and the programs that it measures.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// Its executable.
    pub tool: PathBuf,
    /// The lab's programs with their commands, as a shell would read them.
    pub programs: Vec<(String, String)>,
}

impl Measurement {
    /// Builds everything that is needed.
    ///
    /// # Errors
    /// When something does not compile.
    pub fn build(lab: &Lab, source: &Source, notify: &dyn Fn(Notice)) -> Result<Measurement, RunError> {
        let tool = tool::build(TOOL, Profile::Release, notify)?;
        let programs = match source {
            Source::Templates(commands) => commands.clone(),
            Source::Stubs | Source::Reference => {
                let built = hand_in::executables(lab, source, Profile::Release, notify)?;
                built.into_iter().map(command).collect::<Result<_, _>>()?
            }
        };
        Ok(Measurement { tool, programs })
    }
}

fn command((program, executable): (String, PathBuf)) -> Result<(String, String), RunError> {
    let quoted = executable.to_str().and_then(|path| shlex::try_quote(path).ok());
    let quoted = quoted.ok_or_else(|| Fault::new(format!("{} is no text", executable.display())))?;
    Ok((program, format!("{quoted} {{port}}")))
}
