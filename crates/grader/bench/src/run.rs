//! A whole run: program by program, from few clients to many, until a row ends.

use crate::answerer;
use crate::limits;
use crate::load::Manners;
use crate::placement::Machine;
use crate::point::Times;
use crate::results::{Calibration, Figures, Outcome, Report, Row};
use crate::unmeasured::Unmeasured;
use crate::worker::{self, Answer, PointRequest, Task};
use indicatif::ProgressBar;
use sandbox::Template;
use std::time::Duration;

/// How many clients the generator has when it is measured itself: enough to keep both sides busy.
const CALIBRATED_WITH: usize = 64;
/// How long a point may take in addition to its windows and the time until all clients are connected: for starting, looking and ending.
const BESIDE: Duration = Duration::from_secs(40);

/// What a run measures.
pub(crate) struct Order {
    pub(crate) programs: Vec<(String, Template)>,
    /// In increasing order.
    pub(crate) clients: Vec<usize>,
    pub(crate) times: Times,
}

impl Order {
    /// How many steps of progress there are.
    pub(crate) fn steps(&self) -> u64 {
        (self.programs.len() * self.clients.len()) as u64 + 1
    }

    /// Measures everything.
    ///
    /// # Errors
    /// When the tool itself fails. A failure of a server is a result.
    pub(crate) fn run(&self, progress: &ProgressBar) -> Result<Report, Unmeasured> {
        let machine = Machine::here()?;
        let calibration = self.calibrate(progress)?;
        let mut rows = Vec::new();
        for (program, template) in &self.programs {
            rows.push(self.row(program, template, progress)?);
        }
        let window = self.times.window.as_secs_f64();
        Ok(Report { schema: 1, machine, window, calibration, rows })
    }

    fn calibrate(&self, progress: &ProgressBar) -> Result<Calibration, Unmeasured> {
        progress.set_message("the load generator by itself");
        let template = answerer::template()?;
        let outcome = match self.probe(&template)? {
            Ok(manners) => self.point(&template, CALIBRATED_WITH, manners)?,
            Err(reason) => Outcome::Stopped(reason),
        };
        progress.inc(1);
        match outcome {
            Outcome::Measured(figures) => Ok(Calibration { clients: CALIBRATED_WITH, lines: figures.lines }),
            Outcome::Stopped(reason) => {
                Err(Unmeasured::Fault(format!("the generator could not be measured: {reason}")))
            }
        }
    }

    fn row(&self, program: &str, template: &Template, progress: &ProgressBar) -> Result<Row, Unmeasured> {
        progress.set_message(program.to_owned());
        let manners = self.probe(template)?;
        let takes_turns = manners.as_ref().is_ok_and(|manners| manners.takes_turns);
        let mut stopped = manners.as_ref().err().cloned();
        let mut points: Vec<(usize, Outcome)> = Vec::new();
        for &clients in &self.clients {
            progress.set_message(format!("{program}, clients: {clients}"));
            let before = points.last().and_then(|(_, outcome)| outcome.figures());
            let outcome = match (&stopped, &manners) {
                (None, Ok(manners)) => self.next(template, clients, *manners, before)?,
                (Some(reason), _) | (None, Err(reason)) => Outcome::Stopped(reason.clone()),
            };
            if let Outcome::Stopped(reason) = &outcome {
                stopped.get_or_insert(reason.clone());
            }
            points.push((clients, outcome));
            progress.inc(1);
        }
        Ok(Row { program: program.to_owned(), takes_turns, points })
    }

    fn next(
        &self,
        template: &Template,
        clients: usize,
        manners: Manners,
        before: Option<&Figures>,
    ) -> Result<Outcome, Unmeasured> {
        match limits::reason(clients, &manners, before) {
            Some(reason) => Ok(Outcome::Stopped(reason)),
            None => self.point(template, clients, manners),
        }
    }

    fn probe(&self, template: &Template) -> Result<Result<Manners, String>, Unmeasured> {
        match self.ask(template, Task::Probe)? {
            Answer::Behaves(manners) => Ok(Ok(manners)),
            Answer::Stopped(reason) => Ok(Err(reason)),
            other => unexpected(&other),
        }
    }

    fn point(&self, template: &Template, clients: usize, manners: Manners) -> Result<Outcome, Unmeasured> {
        match self.ask(template, Task::Measure { clients, manners, times: self.times })? {
            Answer::Measured(figures) => Ok(Outcome::Measured(figures)),
            Answer::Stopped(reason) => Ok(Outcome::Stopped(reason)),
            other => unexpected(&other),
        }
    }

    fn ask(&self, template: &Template, task: Task) -> Result<Answer, Unmeasured> {
        let limit = self.times.admission + self.times.window * 8 + BESIDE;
        worker::ask(&PointRequest { template: template.clone(), task }, limit)
    }
}

fn unexpected<T>(answer: &Answer) -> Result<T, Unmeasured> {
    match answer {
        Answer::Fault(what) => Err(Unmeasured::Fault(what.clone())),
        other => Err(Unmeasured::Fault(format!("the process of a point says {other:?}"))),
    }
}
