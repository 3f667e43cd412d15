//! What a run tells its readers while it goes on and when it is done.

use crate::{Clause, Credit, Decision, Lab, Record, Tier, Verdict};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How far each check is kept apart from the machine and from the other checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Isolation {
    /// Each check runs in namespaces of its own.
    Full,
    /// The checks share the machine's network; the text says why and how to change that.
    None(String),
}

/// Who holds programs to their limits on memory and on processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Enforcement {
    /// The kernel, by a control group for each check.
    Kernel,
    /// The grader, which repeatedly looks at what they use.
    Watching,
}

impl Enforcement {
    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Enforcement::Kernel => "kernel",
            Enforcement::Watching => "watched",
        }
    }
}

/// Where a run took place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Operating system and release, as `uname` tells them.
    pub system: String,
    /// How checks were kept apart.
    pub isolation: Isolation,
    /// How programs were held to their limits.
    pub enforcement: Enforcement,
    /// The machine's memory in bytes, if programs may use more.
    pub memory: Option<u64>,
    /// How many checks ran at the same time.
    pub jobs: usize,
}

/// One clause with its verdict.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// The clause that was decided.
    pub clause: &'static Clause,
    /// What became of it.
    pub verdict: Verdict,
    /// What was measured and what was predicted, if the clause is about a prediction.
    pub finding: Option<String>,
    /// How long it took, for reading only.
    pub duration: Duration,
    /// What happened, if that was to be kept.
    pub record: Option<Record>,
}

impl CheckReport {
    /// The report on a clause decided in that time.
    pub fn of(clause: &'static Clause, decision: Decision, duration: Duration) -> CheckReport {
        let Decision { verdict, finding, record, .. } = decision;
        CheckReport { clause, verdict, finding, duration, record }
    }

    /// The points that the submission gets for this clause.
    pub fn points(&self) -> u32 {
        self.verdict.credit().share(self.clause.points)
    }
}

/// What the checks of a run add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Points for core clauses that passed, and for the right parts of others.
    pub points: u32,
    /// Points of all core clauses that ran.
    pub max: u32,
    /// Stretch clauses that passed.
    pub stars: u32,
    /// Stretch clauses that ran.
    pub max_stars: u32,
}

impl Score {
    /// Adds up what clauses are worth, and how much of that was reached.
    pub fn of<'a>(clauses: impl IntoIterator<Item = (&'a Clause, Credit)>) -> Score {
        let mut score = Score::default();
        for (clause, credit) in clauses {
            match clause.tier {
                Tier::Core => {
                    score.points += credit.share(clause.points);
                    score.max += clause.points;
                }
                Tier::Stretch => {
                    score.stars += u32::from(credit.is_full());
                    score.max_stars += 1;
                }
            }
        }
        score
    }
}

/// What the instructor has decided that the grader's own faults on a submission count as. They stay faults: what is known of the
/// submission is the same as before, and every document says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// A clause on which the grader broke is worth nothing.
    Zero,
}

impl Ruling {
    /// Its name in documents and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Ruling::Zero => "zero",
        }
    }
}

/// A finished run over one lab.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The lab.
    pub lab: &'static Lab,
    /// The seed that random payloads came from.
    pub seed: u64,
    /// Where it ran.
    pub environment: Environment,
    /// The clauses in the lab's order.
    pub checks: Vec<CheckReport>,
    /// How long the checks took together, from the first start to the last verdict.
    pub duration: Duration,
    /// What the instructor has decided that the grader's faults count as; usually none.
    pub ruling: Option<Ruling>,
}

impl RunReport {
    /// A run in which no check could begin, for one reason: all clauses have that verdict. A submission that does not
    /// compile or was refused failed, and one on which the grader broke has its fault.
    pub fn without_checks(
        lab: &'static Lab,
        clauses: impl IntoIterator<Item = &'static Clause>,
        seed: u64,
        environment: Environment,
        verdict: &Verdict,
    ) -> RunReport {
        let check = |clause| CheckReport::of(clause, verdict.clone().into(), Duration::ZERO);
        let checks = clauses.into_iter().map(check).collect();
        RunReport { lab, seed, environment, checks, duration: Duration::ZERO, ruling: None }
    }

    /// Adds up points and stars.
    pub fn score(&self) -> Score {
        Score::of(self.checks.iter().map(|check| (check.clause, check.verdict.credit())))
    }

    /// Whether it is known what a clause of this run is worth: by its verdict, or by the instructor's decision.
    pub fn has_worth(&self, check: &CheckReport) -> bool {
        check.verdict.is_decided() || self.is_ruled(check)
    }

    /// Whether the grader broke on a clause of this run, and the instructor has decided what that counts as.
    pub fn is_ruled(&self, check: &CheckReport) -> bool {
        self.ruling.is_some() && matches!(check.verdict, Verdict::Error(_))
    }

    /// The clauses on which the grader broke, if the instructor has decided what that counts as.
    pub fn ruled(&self) -> impl Iterator<Item = &CheckReport> {
        self.checks.iter().filter(|check| self.is_ruled(check))
    }

    /// The core clauses whose worth is unknown.
    pub fn undecided(&self) -> impl Iterator<Item = &CheckReport> {
        self.undecided_of(Tier::Core)
    }

    fn undecided_of(&self, tier: Tier) -> impl Iterator<Item = &CheckReport> {
        self.checks.iter().filter(move |check| check.clause.tier == tier && !self.has_worth(check))
    }

    /// The points, as a mark that can be defended: none if a core clause was not decided, since the sum of the others would take points
    /// away for something that is not the submission's.
    pub fn mark(&self) -> Option<u32> {
        self.undecided().next().is_none().then(|| self.score().points)
    }

    /// The stars, if each stretch clause was decided.
    pub fn stars(&self) -> Option<u32> {
        self.undecided_of(Tier::Stretch).next().is_none().then(|| self.score().stars)
    }
}

/// What the runner says while it works. Readers turn it into progress lines; nothing depends on their reading it.
#[derive(Clone, Debug)]
pub enum Notice {
    /// A package is being built.
    Building(String),
    /// The checks begin; this many will run.
    Started(usize),
    /// One check is done.
    Decided(CheckReport),
}
