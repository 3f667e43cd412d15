//! A small lab for tests, and texts that a hostile submission might choose.

// Not every test file uses all of it.
#![allow(dead_code)]

use grade::class::{Entry, Mark, Outcome};
use model::{Clause, Lab, Program, Ruling, Tier, Wording, Words};
use proptest::prelude::*;
use std::sync::LazyLock;

const fn clause(id: &'static str, tier: Tier, points: u32, program: &'static str) -> Clause {
    Clause { id, tier, points, program, wording: &WORDING }
}

const TITLES: &[(&str, &str)] = &[
    ("L3.1", "listens on the port"),
    (
        "L3.4",
        "waits for the end of the line before it answers, however TCP cuts the line, and then answers with the whole line in upper case",
    ),
    ("L3.5", "ends without `panic!`"),
    ("L3.S1", "letters outside ASCII: `é` becomes `É`, 漢 stays"),
];

static WORDING: Wording = LazyLock::new(|| {
    let words = TITLES.iter().map(|(id, title)| {
        (
            (*id).to_owned(),
            Words {
                title: (*title).to_owned(),
                lesson: "TCP carries a stream of bytes, not messages.".to_owned(),
                hints: ["Where does `\\n` end?", "", ""].map(str::to_owned),
                method: String::new(),
                causes: Vec::new(),
            },
        )
    });
    words.collect()
});

const PROGRAMS: &[Program] =
    &[Program { name: "echo-server", arguments: &[] }, Program { name: "echo-client", arguments: &[] }];

pub(crate) static LAB: Lab =
    Lab { number: 3, slug: "echo", title: "Echo", programs: PROGRAMS, reference: "echo", document: None };

pub(crate) static CLAUSES: [&Clause; 5] = [
    &clause("L3.1", Tier::Core, 10, "echo-server"),
    &clause("L3.4", Tier::Core, 20, "echo-server"),
    &clause("L3.5", Tier::Core, 10, "echo-server"),
    &clause("L3.5", Tier::Core, 10, "echo-client"),
    &clause("L3.S1", Tier::Stretch, 0, "echo-server"),
];

/// Texts that could do harm in a sheet, a terminal, a log of a CI service, or a rendered document.
const HARMFUL: [&str; 30] = [
    "=HYPERLINK(\"http://x\")",
    "+1",
    "-1",
    "@SUM(A1)",
    "'",
    "＝1",
    "\t=1",
    ";=1",
    ",",
    "\"",
    "\n",
    "\r\n",
    "\0",
    "\x1b[2J",
    "\x1b]0;x\x07",
    "\u{202e}",
    "\u{feff}",
    "::error::x",
    "##vso[task.complete]",
    "##[error]",
    "```",
    "`",
    "<script>alert(1)</script>",
    "![x](http://x)",
    "[x](javascript:1)",
    "|",
    "\\",
    "…",
    " ",
    "<!--",
];

/// Any text, with many harmful parts.
pub(crate) fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(&HARMFUL[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-zA-Z ]{0,6}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn mark(clause: &'static Clause) -> BoxedStrategy<Mark> {
    let known = prop_oneof![Just(Mark::Passed), Just(Mark::Missed), Just(Mark::Skipped), Just(Mark::Fault)];
    match clause.tier {
        Tier::Core => prop_oneof![4 => known, 1 => (1..clause.points).prop_map(Mark::Partly)].boxed(),
        Tier::Stretch => known.boxed(),
    }
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        4 => CLAUSES.map(mark).to_vec().prop_map(Outcome::Graded),
        1 => Just(Outcome::DoesNotCompile),
        1 => hostile().prop_map(Outcome::Refused),
        1 => hostile().prop_map(Outcome::Fault),
    ]
}

pub(crate) fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let ruling = prop::option::of(Just(Ruling::Zero));
    let entry = (hostile(), hostile(), outcome(), hostile(), ruling);
    let entry = entry.prop_map(|(name, original_name, outcome, digest, ruling)| Entry {
        name,
        original_name,
        ruling: ruling.filter(|_| outcome.has_fault()),
        outcome,
        digest,
    });
    prop::collection::vec(entry, 0..8)
}

/// Whether a text cannot control a terminal or a CI service, nor change the direction of reading.
pub(crate) fn is_harmless(text: &str) -> bool {
    let invisible = |c: char| {
        let steers = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        steers || (c.is_control() && c != '\n')
    };
    let is_command = |line: &str| {
        line.trim_start().starts_with("::error") || line.contains("##[") || line.contains("##vso[")
    };
    !text.contains(invisible) && !text.lines().any(is_command)
}

/// Asserts that a Markdown document has no link, no image and no HTML in it.
#[track_caller]
pub(crate) fn assert_inert(markdown: &str) {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        let is_live = matches!(
            event,
            Event::Html(_)
                | Event::InlineHtml(_)
                | Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock)
        );
        assert!(!is_live, "{event:?} in\n{markdown}");
    }
}
