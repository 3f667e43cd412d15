//! `cargo xtask doctor`: what this machine can do, what it cannot do, and the cure.

use crate::arguments;
use crate::destination::Destination;
use crate::trouble::Trouble;
use cli::{Format, Status};
use model::doctor::Finding;
use report::Palette;

/// Examines the machine; the status says whether checks can be decided with full isolation.
pub(crate) fn doctor(arguments: &arguments::Doctor) -> Result<Status, Trouble> {
    let findings = runner::doctor::examine();
    let destination = Destination::StandardOutput;
    let palette = Palette::new(destination.wants_colour());
    destination.write(|mut out| match arguments.format {
        Format::Human => report::doctor::human(&findings, palette, &mut out),
        Format::Json => report::doctor::json(&findings, &mut out),
    })?;
    Ok(if Finding::are_enough(&findings) { Status::Passed } else { Status::NotPassed })
}
