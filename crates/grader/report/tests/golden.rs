//! Reports over hand-made runs, compared with the files in `tests/golden`. `UPDATE_GOLDEN=1 cargo test -p report`
//! writes the files anew; read the difference before you keep it.

mod sample;

use model::{
    Credit, Enforcement, Environment, Failure, Fault, Isolation, Kind, Ruling, RunReport, ThreadView, Verdict,
};
use report::marks::{Dated, Marks};
use report::{Origin, Palette, catalogue, classroom50, feedback, gradescope, human, json, junit};
use sample::{CLAUSES, LAB, answered_too_early, crashed, failed, golden, reader, run};
use std::time::Duration;

const PASSED: Verdict = Verdict::Passed;

fn stubs() -> Origin {
    Origin { command_suffix: "--seed 7".to_owned(), stubs: true }
}

fn terminal(report: &RunReport, origin: &Origin, colour: bool) -> String {
    let mut out = Vec::new();
    human::write(report, origin, Palette::new(colour), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// One check of each kind: passed, failed, skipped, the grader's fault.
fn mixed() -> RunReport {
    let skipped =
        Verdict::Skipped("needs a network namespace of its own: run it in the dev container".to_owned());
    let fault = Verdict::Error(Fault::new("sock_diag: No buffer space available (os error 105)"));
    run([PASSED, PASSED, failed(answered_too_early()), skipped.clone(), fault, skipped])
}

#[test]
fn all_passed() {
    golden("passed.txt", &terminal(&run([PASSED; 6]), &stubs(), false));
}

#[test]
fn every_verdict_has_its_place() {
    golden("mixed.txt", &terminal(&mixed(), &stubs(), false));
}

#[test]
fn colours_change_nothing_but_colours() {
    let coloured = terminal(&mixed(), &stubs(), true);
    golden("mixed.ansi.txt", &coloured);
    let mut plain = coloured;
    while let Some(start) = plain.find('\x1b') {
        let end = start + plain[start..].find('m').unwrap();
        plain.replace_range(start..=end, "");
    }
    assert_eq!(plain, terminal(&mixed(), &stubs(), false));
}

#[test]
fn stubs_that_are_not_written_are_told_once_for_each_program() {
    let todo = || failed(Failure::new(Kind::NotWritten, "stopped at a todo!"));
    golden("not_written.txt", &terminal(&run([(); 6].map(|()| todo())), &stubs(), false));
}

#[test]
fn the_same_failure_is_shown_once() {
    let program = Origin {
        command_suffix: "--seed 7 --program echo-server='python3 my.py {port}'".to_owned(),
        stubs: false,
    };
    let verdicts =
        [failed(crashed()), failed(crashed()), failed(crashed()), failed(crashed()), PASSED, PASSED];
    golden("crashed.txt", &terminal(&run(verdicts), &program, false));
}

#[test]
fn a_stuck_program_shows_its_threads_and_a_cut_difference() {
    let workers = (0..3).map(|i| ThreadView {
        call: "futex".to_owned(),
        socket: None,
        ..reader(&format!("worker-{i}"))
    });
    let long = |end: &str| format!("HELLO\n{}{end}", "éa".repeat(4000)).into_bytes();
    let failure = Failure::new(Kind::Mismatch, "the answer differs")
        .expected(&*long("É\n"))
        .got(&*long("\n"))
        .kernel(workers.chain([reader("main")]).collect());
    let silence =
        Failure::new(Kind::Silence, "nothing more will come: every thread of echo-client is blocked")
            .expected(&b"ThIS is a TeSt\n"[..])
            .got("nothing at all");
    let mut report = run([PASSED, PASSED, PASSED, failed(failure), failed(silence), PASSED]);
    report.environment.isolation =
        Isolation::None("user namespaces are refused (AppArmor); sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0".to_owned());
    golden("stuck.txt", &terminal(&report, &stubs(), false));
}

#[test]
fn json_follows_its_schema() {
    let mut out = Vec::new();
    json::write(&mixed(), &mut out).unwrap();
    golden("mixed.json", &String::from_utf8(out).unwrap());
}

#[test]
fn junit_tells_failures_errors_and_skips_apart() {
    let mut report = mixed();
    report.checks[1].verdict = failed(crashed());
    let mut out = Vec::new();
    junit::write(&report, &stubs(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "XML forbids control characters");
    golden("mixed.xml", &text);
}

/// As [`mixed`], but no core clause was skipped, and the grader failed on none.
fn decided() -> RunReport {
    let mut report = mixed();
    let mut partly = answered_too_early();
    partly.credit = Some(Credit { right: 2, of: 3 });
    report.checks[1].finding = Some("sockets: 4 | `measured`".to_owned());
    report.checks[2].verdict = failed(partly);
    report.checks[3].verdict = PASSED;
    report.checks[4].verdict = failed(crashed());
    report
}

fn in_gradescope(report: &RunReport) -> String {
    let mut out = Vec::new();
    gradescope::write(report, &stubs(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn gradescope_has_a_test_for_each_clause_and_stars_are_worth_nothing() {
    let text = in_gradescope(&decided());
    golden("gradescope.json", &text);
    let result: serde_json::Value = serde_json::from_str(&text).unwrap();
    let tests = result["tests"].as_array().unwrap();
    let sum: u64 = tests.iter().filter_map(|test| test["score"].as_u64()).sum();
    assert_eq!(result["score"].as_u64(), Some(sum));
    assert!(tests.iter().all(|test| test.get("score").is_some() == (test["tags"][1] == "core")));
}

#[test]
fn what_nobody_knows_is_no_score_in_gradescope() {
    let text = in_gradescope(&mixed());
    golden("gradescope_undecided.json", &text);
    assert!(!text.contains("score\":"), "Gradescope would add up what is left");
}

/// As [`mixed`], with the instructor's decision about the grader's faults, on a core clause and on a stretch clause.
fn ruled() -> RunReport {
    let mut report = mixed();
    report.checks[3].verdict = report.checks[4].verdict.clone();
    report.checks[5].verdict = PASSED;
    report.ruling = Some(Ruling::Zero);
    report
}

#[test]
fn a_fault_that_counts_as_zero_is_worth_nothing_and_still_told_as_a_fault() {
    let text = in_gradescope(&ruled());
    golden("gradescope_ruled.json", &text);
    golden("feedback_ruled.md", &fed_back(&ruled(), &[], &stubs()));
    golden("ruled.txt", &terminal(&ruled(), &stubs(), false));
    let mut out = Vec::new();
    json::write(&ruled(), &mut out).unwrap();
    let result: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!((&result["fault_is"], &result["score"]["points"]), (&"zero".into(), &20.into()));
    for (index, check) in result["checks"].as_array().unwrap().iter().enumerate() {
        let is_fault = index == 3 || index == 4;
        assert_eq!(check.get("fault_is").is_some(), is_fault, "{check}");
        assert_eq!(check["status"] == "error", is_fault, "{check}");
        assert!(!is_fault || check["points"] == 0, "{check}");
    }
    let mut out = Vec::new();
    junit::write(&ruled(), &stubs(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("errors=\"2\"") && text.contains("counts as zero"), "{text}");
    let mut out = Vec::new();
    assert!(classroom50::write(&ruled(), &classroom50::Submission::default(), &mut out).unwrap());
    assert_eq!(String::from_utf8(out).unwrap().matches("counts as zero").count(), 2);
}

/// A skipped check is not a fault.
#[test]
fn what_the_instructor_has_decided_about_faults_decides_nothing_else() {
    let mut report = mixed();
    report.ruling = Some(Ruling::Zero);
    assert_eq!((report.mark(), report.stars()), (Some(20), None));
    report.checks[0].verdict = Verdict::Skipped(String::new());
    assert_eq!(report.mark(), None);
}

#[test]
fn a_submission_that_never_ran_has_a_score_where_that_is_its_own_doing() {
    let mut unbuilt = Failure::new(Kind::NotStarted, "the programs do not compile");
    unbuilt.output = b"error[E0425]: cannot find value `x`\n".to_vec();
    let without_checks = |verdict: &Verdict| {
        let environment = Environment {
            system: String::new(),
            isolation: Isolation::Full,
            enforcement: Enforcement::Watching,
            memory: None,
            jobs: 1,
        };
        let report = RunReport::without_checks(&LAB, &CLAUSES, 7, environment, verdict);
        serde_json::from_str::<serde_json::Value>(&in_gradescope(&report)).unwrap()
    };
    let result = without_checks(&failed(unbuilt));
    assert_eq!(result["score"], 0);
    assert_eq!(result["tests"].as_array().unwrap().len(), CLAUSES.len());
    assert!(result["tests"][0]["output"].as_str().unwrap().contains("cannot find value `x`"));
    let result = without_checks(&Verdict::Error(Fault::new("no space left on device")));
    assert_eq!(result.get("score"), None);
    assert!(result["output"].as_str().unwrap().starts_with("There is no score"));
}

#[test]
fn classroom_50_gets_a_document_only_when_there_is_a_mark() {
    let submission = classroom50::Submission {
        classroom: "tcp".to_owned(),
        assignment: "lab3".to_owned(),
        submission: "submit/7".to_owned(),
        commit: "https://example.org/commit/1".to_owned(),
        release: "https://example.org/release/1".to_owned(),
        review: "https://example.org/commit/1".to_owned(),
        datetime: "2026-09-01T12:00:00Z".to_owned(),
        graded_at: "2026-09-01T12:01:00Z".to_owned(),
        ..Default::default()
    };
    let mut out = Vec::new();
    assert!(classroom50::write(&decided(), &submission, &mut out).unwrap());
    golden("classroom50.json", &String::from_utf8(out).unwrap());
    let mut out = Vec::new();
    assert!(!classroom50::write(&mixed(), &submission, &mut out).unwrap());
    assert!(out.is_empty());
}

fn fed_back(report: &RunReport, remarks: &[String], origin: &Origin) -> String {
    let mut out = Vec::new();
    feedback::write(report, remarks, origin, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn feedback_shows_what_the_terminal_shows() {
    golden("feedback.md", &fed_back(&decided(), &["left out: `.git` <img src=x>\n".to_owned()], &stubs()));
    golden("feedback_undecided.md", &fed_back(&mixed(), &[], &stubs()));
    let todo = || failed(Failure::new(Kind::NotWritten, "stopped at a todo!"));
    golden("feedback_unwritten.md", &fed_back(&run([(); 6].map(|()| todo())), &[], &stubs()));
}

#[test]
fn feedback_without_verdicts_shows_the_words_that_explain_it() {
    let words = b"error: ```\r\n  | <script>\n  ::error::forged\n\x1b[2J\n";
    let mut out = Vec::new();
    feedback::without_verdicts(&LAB, "The programs do not compile.", words, &[], &mut out).unwrap();
    golden("feedback_unbuilt.md", &String::from_utf8(out).unwrap());
}

#[test]
fn the_catalogue_lists_and_explains() {
    let clauses: Vec<_> = CLAUSES.iter().collect();
    golden("list.txt", &catalogue::list(&LAB, &clauses, None, Palette::new(false)));
    let explain =
        |steps| catalogue::explain(&LAB, &CLAUSES[2], &[CLAUSES[2].program], steps, Palette::new(false));
    golden("explain.txt", &explain(1));
    golden("explain_hints.txt", &explain(3));
}

#[test]
fn the_list_shows_what_is_done() {
    let clauses: Vec<_> = CLAUSES.iter().collect();
    let todo = || failed(Failure::new(Kind::NotWritten, "stopped at a todo!"));
    let mut first = run([PASSED, PASSED, PASSED, failed(crashed()), todo(), todo()]);
    first.checks.pop();
    let mut marks = Marks::default();
    marks.update(&first);
    // A later run over one clause changes only the mark of that clause.
    let mut second = run([(); 6].map(|()| failed(answered_too_early())));
    second.checks.retain(|check| check.clause.id == "L3.4");
    marks.update(&second);
    let marks = Marks::from_json(&marks.to_json().unwrap()).unwrap();
    let dated = Dated { marks, age: Duration::from_secs(5 * 60 + 20) };
    let list = catalogue::list(&LAB, &clauses, Some(&dated), Palette::new(false));
    let labs = [(&LAB, clauses.clone(), Some(dated.clone())), (&LAB, clauses.clone(), None)];
    golden("done.txt", &format!("{}\n{list}", catalogue::overview(&labs, Palette::new(false))));
    golden("done.ansi.txt", &catalogue::list(&LAB, &clauses, Some(&dated), Palette::new(true)));
}

#[test]
fn parts_that_are_right_are_points_wherever_points_are_told() {
    let mut failure = answered_too_early();
    failure.credit = Some(Credit { right: 2, of: 3 });
    let report = run([PASSED, PASSED, failed(failure), PASSED, PASSED, PASSED]);
    let text = terminal(&report, &stubs(), false);
    for words in ["13/20", "(13 of 20 points)", "points 43/50"] {
        assert!(text.contains(words), "{text}");
    }
    let mut marks = Marks::default();
    marks.update(&report);
    let marks = Marks::from_json(&marks.to_json().unwrap()).unwrap();
    let clauses: Vec<_> = CLAUSES.iter().collect();
    assert_eq!(marks.score(&clauses), report.score());
    let list =
        catalogue::list(&LAB, &clauses, Some(&Dated { marks, age: Duration::ZERO }), Palette::new(false));
    assert!(list.contains("points 43/50") && list.contains("✗ L3.4"), "{list}");
}

#[test]
fn what_was_measured_stands_below_a_clause_that_passed() {
    let mut report = run([(); 6].map(|()| PASSED));
    report.checks[0].finding = Some("sockets: 4 (measured, as predicted)".to_owned());
    let text = terminal(&report, &stubs(), false);
    let below = text.lines().skip_while(|line| !line.contains("L3.1 ")).nth(1);
    assert_eq!(below.map(str::trim), Some("sockets: 4 (measured, as predicted)"), "{text}");
}
