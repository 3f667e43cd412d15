//! The findings about a machine, as a table and for programs.

use crate::json::document;
use crate::text::{WIDTH, label, pad, width, wrap};
use crate::{Palette, escape};
use model::doctor::{Finding, State};
use serde::Serialize;
use std::io;

/// Writes a line for each finding, with the cure below it, and the conclusion from all of them.
pub fn human(findings: &[Finding], palette: Palette, out: &mut impl io::Write) -> io::Result<()> {
    let column = |text: fn(&Finding) -> &str| findings.iter().map(|it| width(text(it))).max().unwrap_or(0);
    let (need, found) = (column(|it| it.need), column(|it| &it.found).min(32));
    for finding in findings {
        let mark = match finding.state {
            State::Ready => palette.good("✓"),
            State::Limited => palette.odd("–"),
            State::Missing => palette.bad("✗"),
        };
        let shown = escape::text(&finding.found);
        let line = format!("{mark} {}  {}  {}", pad(finding.need, need), pad(&shown, found), finding.purpose);
        writeln!(out, "{}", line.trim_end())?;
        if let Some(cure) = &finding.cure {
            let lines = wrap(&escape::text(cure), WIDTH - need - 10);
            for line in label("cure: ", lines, 6) {
                writeln!(out, "{}{}", " ".repeat(need + 4), palette.strong(&line))?;
            }
        }
    }
    let verdict = if Finding::are_enough(findings) {
        "checks are decided here with full isolation"
    } else {
        "checks cannot be decided here with full isolation"
    };
    writeln!(out, "\n{verdict}")?;
    out.flush()
}

/// Writes one indented JSON document, schema 1.
pub fn json(findings: &[Finding], out: &mut impl io::Write) -> io::Result<()> {
    let findings_of = findings.iter().map(|finding| Row {
        need: finding.need,
        state: match finding.state {
            State::Ready => "ready",
            State::Limited => "limited",
            State::Missing => "missing",
        },
        found: &finding.found,
        purpose: &finding.purpose,
        cure: finding.cure.as_deref(),
    });
    let full_isolation = Finding::are_enough(findings);
    document(&Document { schema: 1, full_isolation, findings: findings_of.collect() }, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    /// Whether checks can be decided with full isolation.
    full_isolation: bool,
    findings: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    need: &'a str,
    state: &'a str,
    found: &'a str,
    purpose: &'a str,
    cure: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(state: State, cure: Option<&str>) -> Finding {
        let (found, purpose) = ("1.95.0".to_owned(), "compiles".to_owned());
        Finding { need: "rustc", state, found, purpose, cure: cure.map(str::to_owned) }
    }

    fn text(findings: &[Finding]) -> String {
        let mut out = Vec::new();
        human(findings, Palette::new(false), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_limit_does_not_keep_checks_from_being_decided() {
        let limited = text(&[finding(State::Ready, None), finding(State::Limited, Some("raise it"))]);
        let expected = "✓ rustc  1.95.0  compiles\n– rustc  1.95.0  compiles\n         cure: raise it\n\n\
                        checks are decided here with full isolation\n";
        assert_eq!(limited, expected);
        assert!(
            text(&[finding(State::Missing, Some("x"))])
                .ends_with("cannot be decided here with full isolation\n")
        );
    }

    #[test]
    fn programs_read_the_same() {
        let mut out = Vec::new();
        json(&[finding(State::Missing, Some("update"))], &mut out).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(document["schema"], 1);
        assert_eq!(document["full_isolation"], false);
        assert_eq!(document["findings"][0]["cure"], "update");
    }
}
