//! The command line of the measuring program. `cargo xtask bench` builds the programs and calls it; the help is there.

use crate::point::Times;
use crate::run::Order;
use clap::Parser;
use cli::Format;
use sandbox::Template;
use std::env;
use std::path::PathBuf;
use std::time::Duration;

/// The limit of ports: the network has 28,000 for clients, and each visit takes a new one.
const MOST_CLIENTS: u64 = 20_000;

#[derive(Parser)]
#[command(name = "bench", about = "Measures the programs of lab 5; usually called by `cargo xtask bench`")]
pub(crate) struct Arguments {
    /// A program to measure
    #[arg(long, value_name = "NAME='TEMPLATE'", required = true)]
    pub(crate) program: Vec<String>,

    /// Measure fewer points, each for half a second
    #[arg(long)]
    pub(crate) quick: bool,

    /// With how many clients
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=MOST_CLIENTS))]
    pub(crate) clients: Vec<u64>,

    /// Where to write bench.csv and bench.svg
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,

    /// How to write the results
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// When to colour the output
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: clap::ColorChoice,
}

impl Arguments {
    /// The order for the measurement.
    ///
    /// # Errors
    /// When the arguments are wrong: the reason in a sentence.
    pub(crate) fn order(&self) -> Result<Order, String> {
        let programs = self.program.iter().map(|text| program(text)).collect::<Result<Vec<_>, _>>()?;
        Ok(Order { programs, clients: self.counts(), times: self.times() })
    }

    fn counts(&self) -> Vec<usize> {
        let mut counts: Vec<usize> = match (self.clients.as_slice(), self.quick) {
            ([], true) => vec![1, 32, 1000],
            ([], false) => vec![1, 8, 32, 128, 1000, 3000, 10_000],
            (asked, _) => asked.iter().filter_map(|count| usize::try_from(*count).ok()).collect(),
        };
        counts.sort_unstable();
        counts.dedup();
        counts
    }

    fn times(&self) -> Times {
        let (window, admission) = if self.quick { (500, 5) } else { (1000, 15) };
        Times { window: Duration::from_millis(window), admission: Duration::from_secs(admission) }
    }
}

fn program(text: &str) -> Result<(String, Template), String> {
    let told = |what: &str| format!("--program {text}: {what}");
    let Some((name, command)) = text.split_once('=') else {
        return Err(told("write it as NAME='COMMAND {port}'"));
    };
    let directory = env::current_dir().map_err(|error| told(&error.to_string()))?;
    let template = Template::parse(command, &directory).map_err(|error| told(&error.to_string()))?;
    if !template.has("port") || template.placeholders().any(|placeholder| placeholder != "port") {
        return Err(told("the command must hold {port}, and no other placeholder"));
    }
    Ok((name.to_owned(), template))
}
