//! The command line as clap reads it. Other modules find out what a name stands for.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  cargo xtask list                            all labs and their clauses
  cargo xtask check lab3                      check your programs of lab 3
  cargo xtask check lab3 --only L3.4          one clause of it
  cargo xtask check lab3 --reference          the reference programs instead of yours
  cargo xtask check lab3 --program echo-server='python3 server.py {port}'
                                              any program in any language
  cargo xtask draw lab0 --set 4711            write the questions of your set of lab 0
  cargo xtask explain L3.4                    what a clause asks, why, and how it is checked
  cargo xtask xray lab5 server-threads        what the kernel shows of a running program
  cargo xtask bench lab5                      how fast the five models are, and what a client costs
  cargo xtask doctor                          what this machine can and cannot do, and what would help
  cargo xtask selftest lab3                   for lab authors: tests the checks of lab 3 themselves
  cargo xtask grade submissions --lab lab3 --out results
                                              for instructors: the marks of a whole class

Exit status: 0 every core clause passed; 1 some did not; 2 wrong use; 3 the grader itself failed.";

const CHECK_EXAMPLES: &str = "\
Examples:
  cargo xtask check lab3
  cargo xtask check lab3 --only L3.4,L3.5 --seed 7
  cargo xtask check lab3 --program echo-server='java Server.java {port}'
  cargo xtask check lab3 --reference --format junit --output results.xml
  cargo xtask check lab3 --only L3.4 --keep kept        then: wireshark kept/L3.4-echo-server.pcapng

With --program only the clauses about the named programs are checked. A template is split into words as in a shell, but
no shell runs. If it lacks a placeholder such as {port}, the check assumes that the program has the default built in.";

const SELFTEST_EXAMPLES: &str = "\
Examples:
  cargo xtask selftest                        all labs
  cargo xtask selftest lab3 lab1
  cargo xtask selftest --file echo-server/wrong/reads-once
                                              one program of the collection
  cargo xtask selftest lab3 --collection my/programs

Exit status: 0 every verdict is as expected, and some wrong program fails each clause; 1 otherwise; 2 wrong use, or a
compiler or interpreter is missing; 3 the grader itself failed.";

const XRAY_EXAMPLES: &str = "\
Examples:
  cargo xtask xray lab5 server-threads        your program with 3 silent clients
  cargo xtask xray lab5 server-threads --reference --clients 1000
  cargo xtask xray --live lab4 presence-server
  cargo xtask xray --pid 1234 --live
  cargo xtask xray -- python3 server.py 2323
  cargo xtask xray --pid 1234 --format json

A lab's program runs as in a check, in a network of its own, and ends after the picture. With --pid the process is only
looked at.";

const BENCH_EXAMPLES: &str = "\
Examples:
  cargo xtask bench lab5                      your programs, up to 10,000 clients; takes three minutes
  cargo xtask bench lab5 --reference --quick
  cargo xtask bench lab5 --output measured    then: open measured/bench.svg
  cargo xtask bench lab5 --program server-async='node server.js {port}' --clients 1,100,10000

Programs are built with optimizations and run as in a check, in a network of their own. The load comes from one processor
that the programs do not use.

Exit status: 0 all programs were measured, each as far as it goes; 1 your crate does not compile; 2 wrong use; 3 the
benchmark itself failed.";

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    about = "Checks labs in TCP programming, clause by clause, and explains what it finds",
    after_help = EXAMPLES,
    max_term_width = 100
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to colour the output; NO_COLOR is respected
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", display_order = 100)]
    pub(crate) color: clap::ColorChoice,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Lists labs, clauses and points, and the results of your last checks
    List(List),
    /// Checks the programs of one lab
    Check(Check),
    /// Writes the questions of a set into the file for your answers
    Draw(Draw),
    /// Explains one clause: what it asks, why, and how it is checked
    Explain(Explain),
    /// Tests the checks themselves, on programs with known verdicts
    ///
    /// The references must pass everything. The untouched stubs must fail everything as not written yet. Each wrong program
    /// of the collection must fail the clauses that its first lines name and no other, and each correct program must pass
    /// everything. For each clause there must be a wrong program that fails it.
    Selftest(Selftest),
    /// Measures servers with one client and with thousands: connections and lines a second, waits, memory
    Bench(Bench),
    /// Says what this machine can and cannot do for the grader, and what would help
    ///
    /// The exit status is 0 if checks can be decided with full isolation, and 1 if not.
    Doctor(Doctor),
    /// Writes the repository that students get: handouts, stubs and the checker; no references, no history
    Export(Export),
    /// Grades the submissions of a class; see `cargo xtask grade --help`
    #[command(disable_help_flag = true)]
    Grade(HandedOn),
    /// Joins the results of a class that was graded in parts
    #[command(disable_help_flag = true)]
    Merge(HandedOn),
    /// Shows a running program as the kernel sees it: processes, threads, the call of each thread, sockets, queues
    Xray(Xray),
}

#[derive(Args)]
pub(crate) struct List {
    /// Only this lab, for example lab3, with the limits of its programs
    pub(crate) lab: Option<String>,
}

#[derive(Args)]
pub(crate) struct Doctor {
    /// How to write the findings
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: cli::Format,
}

#[derive(Args)]
pub(crate) struct Export {
    /// For whom the repository is
    pub(crate) audience: Audience,

    /// The folder to write to; it must be empty or not exist
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// Export the files as they are, even if they differ from what is committed
    #[arg(long)]
    pub(crate) allow_dirty: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Audience {
    /// The students of the course
    Student,
}

/// Arguments for another program.
#[derive(Args)]
pub(crate) struct HandedOn {
    /// See --help
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    pub(crate) words: Vec<OsString>,
}

#[derive(Args)]
pub(crate) struct Draw {
    /// The lab, for example lab0
    pub(crate) lab: String,

    /// The number of the set; the same number always gives the same questions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub(crate) set: u64,

    /// Write to this file instead of the lab's own
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Explain {
    /// The clause, for example L3.4
    pub(crate) clause: String,

    /// How many of the three hints to show: 1 a question, 2 what explains what you see, 3 what to look up
    #[arg(long, value_name = "STEP", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub(crate) hint: u8,
}

#[derive(Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct Check {
    /// The lab, for example lab3
    pub(crate) lab: String,

    /// Only these clauses, for example L3.4,L3.5
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) only: Vec<String>,

    /// Check the reference programs instead of yours
    #[arg(long, conflicts_with = "program")]
    pub(crate) reference: bool,

    /// Check any command as one of the lab's programs
    #[arg(long, value_name = "NAME='TEMPLATE'")]
    pub(crate) program: Vec<String>,

    /// Check this file as the document that the lab asks for, such as answers.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,

    /// Keep each check's conversation, what the programs printed, and the packets for Wireshark, as files in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,

    /// Change one of the lab's limits: memory, file, folder, output (in MiB), processor, sleep (in seconds), tasks,
    /// open-files; `cargo xtask list LAB` shows them
    #[arg(long, value_name = "NAME=N")]
    pub(crate) limit: Vec<runner::Change>,

    /// Show this folder to the programs as empty, except their own files
    #[arg(long, value_name = "DIR")]
    pub(crate) hide: Vec<PathBuf>,

    /// How to write the results
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: CheckFormat,

    /// Write the results to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) conditions: Conditions,
}

#[derive(Args)]
#[command(after_help = SELFTEST_EXAMPLES)]
pub(crate) struct Selftest {
    /// Only these labs, for example lab3
    #[arg(value_name = "LAB")]
    pub(crate) labs: Vec<String>,

    /// Only the programs of the collection that have this in their path; no references, no stubs
    #[arg(long, value_name = "PART")]
    pub(crate) file: Option<String>,

    /// Only print the one program of the collection that has this in its path; for a patch, the correct program with its
    /// changes
    #[arg(long, value_name = "PART", conflicts_with_all = ["labs", "file", "format"])]
    pub(crate) show: Option<String>,

    /// The folder of the wrong and correct programs, as DIR/LAB/PROGRAM/{wrong,correct}/FILE [default: tests/programs]
    #[arg(long, value_name = "DIR")]
    pub(crate) collection: Option<PathBuf>,

    /// How to write the results
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: cli::Format,

    #[command(flatten)]
    pub(crate) conditions: Conditions,
}

#[derive(Args)]
#[command(after_help = XRAY_EXAMPLES)]
pub(crate) struct Xray {
    /// The lab whose program is started, for example lab5
    #[arg(conflicts_with_all = ["pid", "command"])]
    pub(crate) lab: Option<String>,

    /// The program, for example server-threads
    pub(crate) program: Option<String>,

    /// Start the reference program instead of yours
    #[arg(long, requires = "lab")]
    pub(crate) reference: bool,

    /// How many silent clients connect to it
    #[arg(long, value_name = "N", default_value_t = 3, requires = "lab")]
    pub(crate) clients: usize,

    /// A process that is already running, with its descendants
    #[arg(long, value_name = "PID", conflicts_with = "command")]
    pub(crate) pid: Option<i32>,

    /// Draw a new picture twice a second, with changes marked; q ends it
    #[arg(long, conflicts_with = "format")]
    pub(crate) live: bool,

    /// Draw every row, however many there are
    #[arg(long)]
    pub(crate) all: bool,

    /// How to write the picture
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: cli::Format,

    /// Any command; it runs on this machine until the picture is drawn
    #[arg(last = true)]
    pub(crate) command: Vec<String>,
}

#[derive(Args)]
#[command(after_help = BENCH_EXAMPLES)]
pub(crate) struct Bench {
    /// The lab, which must be lab5
    pub(crate) lab: String,

    /// Measure the reference programs instead of yours
    #[arg(long, conflicts_with = "program")]
    pub(crate) reference: bool,

    /// Measure any command as one of the lab's programs; it must hold {port}
    #[arg(long, value_name = "NAME='TEMPLATE'")]
    pub(crate) program: Vec<String>,

    /// Measure fewer points, each for half a second instead of one: half a minute in all
    #[arg(long)]
    pub(crate) quick: bool,

    /// With how many clients [default: 1,8,32,128,1000,3000,10000; with --quick 1,32,1000]
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub(crate) clients: Vec<u32>,

    /// Write bench.csv and bench.svg, a chart, to this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,

    /// How to write the table on standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: cli::Format,
}

/// Options of all commands that run checks.
#[derive(Args)]
pub(crate) struct Conditions {
    /// The seed of random payloads; the same seed sends the same bytes
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// How many checks run at the same time [default: two for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,

    /// How to isolate checks from each other and from the machine
    #[arg(long, value_enum, default_value_t)]
    pub(crate) isolation: Isolation,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum CheckFormat {
    /// Text for a terminal
    #[default]
    Human,
    /// One JSON document, schema 1
    Json,
    /// JUnit XML
    Junit,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Isolation {
    /// Namespaces where the system allows them
    #[default]
    Auto,
    /// Namespaces, or an error
    Full,
    /// The machine's own network
    None,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}
