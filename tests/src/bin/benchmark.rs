//! The figures that the README quotes. Everything is measured in one run, in turns, and reported as medians and ratios, since absolute
//! times say more about the machine than about the grader.

use checks::Check;
use report::{Palette, xray};
use runner::collection::{Specimen, cache, folder};
use runner::overhead::Overhead;
use runner::{Confinement, IsolationChoice, Order, Source, Xray};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const ROUNDS: usize = 20;
/// Clauses about many clients, 50 and 1,000, and one about thousands of ways to cut a stream.
const CROWDS: [(&str, &str); 3] = [("lab4", "L4.13"), ("lab4", "L4.S3"), ("lab6", "L6.3")];

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(runner::worker::ARGUMENT) {
        return runner::worker::main();
    }
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(3)
        }
    }
}

fn measure() -> Outcome {
    for suite in checks::suites() {
        let lab = suite.lab.name();
        whole_against_bare(&lab, &format!("{lab}, all checks"), |_| true)?;
    }
    for (lab, id) in CROWDS {
        whole_against_bare(lab, id, |check| check.clause.id == id)?;
    }
    hanging_against_right()?;
    for program in ["server-multiplexed", "server-threads"] {
        picture(program)?;
    }
    Ok(())
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Checks of a lab on its reference programs, compared with the bare cost of their sandboxes and programs.
fn whole_against_bare(lab: &str, name: &str, wanted: impl Fn(&Check) -> bool) -> Outcome {
    let overhead = Overhead::new(order(lab, Source::Reference, wanted))?;
    let (mut whole, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        whole.push(overhead.whole().0);
        bare.push(overhead.bare()?);
    }
    let ratios: Vec<f64> = whole.iter().zip(&bare).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
    println!(
        "{name} on the reference: {:.0} ms; sandboxes and {} program starts alone: {:.0} ms; ratio {:.2}",
        milliseconds(&whole),
        overhead.starts(),
        milliseconds(&bare),
        median(&ratios),
    );
    Ok(())
}

/// A server that accepts and then hangs, compared with a right one, check by check.
fn hanging_against_right() -> Outcome {
    let specimen = Specimen::read(&folder().join("lab3/echo-server/wrong/accepts-then-hangs.rs"))?;
    let hanging = vec![("echo-server".to_owned(), specimen.command(&cache())?)];
    let about_the_server = |check: &Check| check.clause.program == "echo-server";
    let right = Overhead::new(order("lab3", Source::Reference, about_the_server))?;
    let wrong = Overhead::new(order("lab3", Source::Templates(hanging), about_the_server))?;
    let (mut of_right, mut of_wrong) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_right.push(right.whole().1);
        of_wrong.push(wrong.whole().1);
    }
    let mut largest: f64 = 0.0;
    for (index, check) in of_right[0].iter().enumerate() {
        let time = |runs: &[Vec<model::CheckReport>]| {
            milliseconds(&runs.iter().map(|run| run[index].duration).collect::<Vec<_>>())
        };
        let (right, wrong) = (time(&of_right), time(&of_wrong));
        largest = largest.max(wrong / right);
        println!(
            "{:6} right {right:6.1} ms, accepts and hangs {wrong:6.1} ms, ratio {:.2}",
            check.clause.id,
            wrong / right
        );
    }
    println!("largest ratio {largest:.2}");
    Ok(())
}

/// A look at a server with 1,000 clients, compared with drawing everything that was seen.
fn picture(program: &'static str) -> Outcome {
    let clients = 1000;
    let mut target = Xray::program(&order("lab5", Source::Reference, |_| false), program, clients, &|_| ())?;
    let (mut looked, mut drawn) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let picture = target.look()?.ok_or("the program has ended")?;
        looked.push(began.elapsed());
        let lines = xray::lines(&picture, None, usize::MAX, Palette::new(false));
        drawn.push(began.elapsed());
        assert!(lines.len() > clients, "every connection has a row");
    }
    let (looked, drawn) = (milliseconds(&looked), milliseconds(&drawn));
    println!(
        "{program} with {clients} clients, xray: looked at within {looked:.1} ms, drawn within {drawn:.1} ms"
    );
    Ok(())
}

fn order(lab: &str, source: Source, wanted: impl Fn(&Check) -> bool) -> Order {
    let suite = checks::suite(lab).expect("the lab exists");
    Order {
        suite,
        checks: suite.checks.iter().filter(|check| wanted(check)).collect(),
        source,
        document: None,
        keep: None,
        seed: 1,
        jobs: None,
        isolation: IsolationChoice::Full,
        confinement: Confinement::of(suite),
    }
}

fn milliseconds(times: &[Duration]) -> f64 {
    median(&times.iter().map(|time| time.as_secs_f64() * 1e3).collect::<Vec<_>>())
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
