//! TEMPORARY: stands in for `checks` and `runner` until they are there.
#![allow(dead_code, missing_docs, unreachable_pub)]

pub mod checks {
    use model::*;
    pub struct Session;
    pub struct Check {
        pub clause: Clause,
        pub decide: fn(&mut Session) -> Step,
    }
    pub struct Suite {
        pub lab: Lab,
        pub checks: &'static [Check],
    }
    const fn check(id: &'static str, tier: Tier, points: u32, program: &'static str) -> Check {
        let clause = Clause {
            id,
            tier,
            points,
            program,
            title: "does what it should",
            lesson: "Because.",
            hint: "Think.",
            method: "By looking.",
            causes: &["haste"],
        };
        Check { clause, decide: |_| Ok(()) }
    }
    const PORT: Placeholder = Placeholder { name: "port", default: Some("3232") };
    static SUITES: [Suite; 2] = [
        Suite {
            lab: Lab {
                number: 1,
                slug: "dumb-http-client",
                title: "The dumb HTTP client",
                programs: &[Program { name: "dumb-http-client", arguments: &[PORT] }],
                reference: "dumb-http-client",
            },
            checks: &[check("L1.1", Tier::Core, 100, "dumb-http-client")],
        },
        Suite {
            lab: Lab {
                number: 3,
                slug: "echo",
                title: "Echo",
                programs: &[
                    Program { name: "echo-server", arguments: &[PORT] },
                    Program { name: "echo-client", arguments: &[PORT] },
                ],
                reference: "echo",
            },
            checks: &[
                check("L3.1", Tier::Core, 50, "echo-server"),
                check("L3.4", Tier::Core, 20, "echo-server"),
                check("L3.S1", Tier::Stretch, 0, "echo-server"),
                check("L3.10", Tier::Core, 30, "echo-client"),
            ],
        },
    ];
    pub fn suites() -> &'static [Suite] {
        &SUITES
    }
}

pub mod runner {
    use super::checks;
    use model::*;
    use std::time::Duration;
    pub mod worker {
        pub fn main() -> std::process::ExitCode {
            std::process::ExitCode::SUCCESS
        }
    }
    pub struct Order {
        pub suite: &'static checks::Suite,
        pub checks: Vec<&'static checks::Check>,
        pub source: Source,
        pub seed: u64,
        pub jobs: usize,
        pub isolation: IsolationChoice,
    }
    pub enum Source {
        Stubs,
        Reference,
        Templates(Vec<(String, String)>),
    }
    pub enum IsolationChoice {
        Auto,
        Full,
        None,
    }
    pub enum RunError {
        Build { package: String, rendered: String },
        Usage(String),
        Fault(Fault),
    }
    pub fn run(order: &Order, notify: &(dyn Fn(Notice) + Sync)) -> Result<RunReport, RunError> {
        match std::env::var("STAND_IN").as_deref() {
            Ok("build") => {
                return Err(RunError::Build {
                    package: "lab3-echo".into(),
                    rendered: "\x1b[31merror[E1]: no\x1b[0m\n".into(),
                });
            }
            Ok("usage") => return Err(RunError::Usage("there is no program `pithon`".into())),
            Ok("fault") => return Err(RunError::Fault(Fault::new("pipe"))),
            _ => {}
        }
        notify(Notice::Building("lab3-echo".into()));
        notify(Notice::Started(order.checks.len()));
        let checks = order.checks.iter().map(|check| {
            let verdict = match order.source {
                Source::Stubs => Verdict::Failed(Box::new(Failure::new(Kind::NotWritten, "todo"))),
                Source::Reference => Verdict::Passed,
                _ => Verdict::Failed(Box::new(Failure::new(Kind::Silence, "nothing"))),
            };
            let report = CheckReport { clause: &check.clause, verdict, duration: Duration::from_millis(5) };
            std::thread::sleep(Duration::from_millis(100));
            notify(Notice::Decided(report.clone()));
            report
        });
        Ok(RunReport {
            lab: &order.suite.lab,
            seed: order.seed,
            environment: Environment { system: "Linux".into(), isolation: Isolation::Full, jobs: order.jobs },
            checks: checks.collect(),
            duration: Duration::from_millis(50),
        })
    }
}
