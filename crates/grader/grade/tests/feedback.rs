//! A student's feedback, read as Markdown renderers read it: everything that a submission says stays text.

mod sample;

use model::{
    Action, CheckReport, Enforcement, Environment, Event, Failure, Fault, Isolation, Kind, RunReport, Shown,
    ThreadView, Verdict,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use report::{Origin, Palette, feedback, human};
use sample::{CLAUSES, LAB, assert_inert, hostile, is_harmless};
use std::time::Duration;

/// A run that contains these texts wherever a submission can choose a text.
fn run(texts: &[String; 6]) -> RunReport {
    let [summary, shown, name, output, reason, finding] = texts;
    let mut failure = Failure::new(Kind::Crashed, summary.clone())
        .expected(Shown::Bytes(shown.clone().into_bytes()))
        .got(Shown::Text(output.clone()))
        .kernel(vec![ThreadView {
            process: name.clone(),
            pid: 7,
            thread: shown.clone(),
            call: "read".to_owned(),
            timeout_ms: None,
            socket: None,
            object: Some(name.clone()),
        }]);
    failure.output = output.clone().into_bytes();
    let data = shown.clone().into_bytes();
    failure.transcript =
        vec![Event { t_us: 1, peer: name.clone(), action: Action::Receive, length: data.len() as u64, data }];
    let verdicts = [
        Verdict::Passed,
        Verdict::Failed(Box::new(failure)),
        Verdict::Skipped(reason.clone()),
        Verdict::Error(Fault::new(reason.clone())),
        Verdict::Passed,
    ];
    let check = |(clause, verdict)| CheckReport {
        clause,
        verdict,
        finding: Some(finding.clone()),
        duration: Duration::ZERO,
        record: None,
    };
    RunReport {
        lab: &LAB,
        seed: 7,
        environment: Environment {
            system: String::new(),
            isolation: Isolation::None(reason.clone()),
            enforcement: Enforcement::Watching,
            memory: None,
            jobs: 1,
        },
        checks: CLAUSES.into_iter().zip(verdicts).map(check).collect(),
        duration: Duration::ZERO,
        ruling: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_a_submission_says_is_live(
        texts in prop::array::uniform6(hostile()),
        remarks in prop::collection::vec(hostile(), 0..3),
        command in hostile(),
    ) {
        let report = run(&texts);
        let origin = Origin { command_suffix: command, stubs: false };
        let mut out = Vec::new();
        feedback::write(&report, &remarks, &origin, &mut out).unwrap();
        let markdown = String::from_utf8(out).unwrap();
        prop_assert!(is_harmless(&markdown), "{}", markdown);
        assert_inert(&markdown);

        let mut out = Vec::new();
        human::write(&report, &origin, Palette::new(false), &mut out).unwrap();
        let terminal = String::from_utf8(out).unwrap();
        prop_assert!(is_harmless(&terminal), "{}", terminal);

        let mut out = Vec::new();
        feedback::without_verdicts(&LAB, "It does not compile.", texts[3].as_bytes(), &remarks, &mut out).unwrap();
        let markdown = String::from_utf8(out).unwrap();
        prop_assert!(is_harmless(&markdown), "{}", markdown);
        assert_inert(&markdown);
    }
}
