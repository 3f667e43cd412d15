//! `cargo xtask bench`: builds the programs and the measuring program, and runs that. It is a separate program, so that only those who
//! measure have to build it.

use crate::arguments;
use crate::check::progress;
use crate::course;
use crate::naming;
use crate::order;
use crate::tool;
use crate::trouble::Trouble;
use cli::Status;
use runner::Measurement;
use std::process::Command;

/// The lab whose protocol is used.
const MEASURED: &str = "lab5";

/// Builds and measures.
pub(crate) fn bench(arguments: &arguments::Bench) -> Result<Status, Trouble> {
    let suite = naming::suite(&arguments.lab)?;
    if suite.lab.name() != MEASURED {
        let name = suite.lab.name();
        return Err(Trouble::Usage(format!("{name} cannot be measured; `cargo xtask bench {MEASURED}` can")));
    }
    course::need("crates/grader/bench", "the benchmark's sources are")?;
    let source = order::source(suite, arguments.reference, &arguments.program)?;
    let progress = progress("");
    let measurement = Measurement::build(&suite.lab, &source, &|notice| progress.notice(&notice));
    progress.clear();
    let Measurement { tool, programs } = measurement?;
    let mut command = Command::new(tool);
    command.args(options(arguments));
    if let Some(folder) = &arguments.output {
        command.arg("--output").arg(folder);
    }
    command.args(programs.iter().map(|(name, template)| format!("--program={name}={template}")));
    tool::run(&mut command)
}

/// The options that are passed on.
fn options(arguments: &arguments::Bench) -> Vec<String> {
    let mut options = vec![tool::color().to_owned(), format!("--format={}", arguments.format)];
    options.extend(arguments.clients.iter().map(|count| format!("--clients={count}")));
    options.extend(arguments.quick.then(|| "--quick".to_owned()));
    options
}
