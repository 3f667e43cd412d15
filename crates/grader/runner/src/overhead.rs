//! The cost of a lab's checks, compared with the cost of their sandboxes and programs alone.

use crate::hand_in::HandIn;
use crate::worker::{self, Answer, Keep, Task};
use crate::{Order, RunError, in_parallel, jobs, prepare, request};
use model::{CheckReport, Fault, Isolation};
use std::time::{Duration, Instant};

/// A lab whose programs are built, ready to be measured again and again.
#[derive(Debug)]
pub struct Overhead {
    order: Order,
    hand_in: HandIn,
    starts: Vec<usize>,
    jobs: usize,
}

impl Overhead {
    /// Builds the programs, and runs every check once to learn how many programs each starts.
    ///
    /// # Errors
    /// As [`crate::run`]; and a fault if checks cannot be isolated.
    pub fn new(order: Order) -> Result<Overhead, RunError> {
        let (hand_in, isolation) = prepare(&order, &|_| ())?;
        if let Isolation::None(reason) = isolation {
            return Err(Fault::new(reason).into());
        }
        let mut starts = Vec::new();
        for check in &order.checks {
            match worker::ask(&request(check, order.seed, &hand_in, true, Keep::Nothing))? {
                Answer::Decided(decision) => starts.push(decision.starts),
                Answer::Refused(fault) => return Err(fault.into()),
                Answer::Shown(_) => return Err(Fault::new("a picture in place of a verdict").into()),
            }
        }
        let jobs = jobs(&order, &hand_in);
        Ok(Overhead { order, hand_in, starts, jobs })
    }

    /// How many programs the checks start together.
    pub fn starts(&self) -> usize {
        self.starts.iter().sum()
    }

    /// Runs all checks.
    pub fn whole(&self) -> (Duration, Vec<CheckReport>) {
        let began = Instant::now();
        let reports = crate::run_all(&self.order, &self.hand_in, true, self.jobs, &|_| ());
        (began.elapsed(), reports)
    }

    /// Makes the same rooms and starts the same programs in them, each until it is ready for a client, and checks nothing.
    ///
    /// # Errors
    /// A fault when one does not start.
    pub fn bare(&self) -> Result<Duration, Fault> {
        let began = Instant::now();
        let answers = in_parallel(self.jobs, self.order.checks.len(), |index| {
            let check = self.order.checks[index];
            let mut request = request(check, self.order.seed, &self.hand_in, true, Keep::Nothing);
            let (id, program) = (check.clause.id.to_owned(), check.clause.program.to_owned());
            request.task = Task::StartOnly { id, program, times: self.starts[index] };
            worker::ask(&request)
        });
        let elapsed = began.elapsed();
        for answer in answers {
            match answer? {
                Answer::Decided(decision) if decision.verdict == model::Verdict::Passed => {}
                other => return Err(Fault::new(format!("a program did not start: {other:?}"))),
            }
        }
        Ok(elapsed)
    }
}
