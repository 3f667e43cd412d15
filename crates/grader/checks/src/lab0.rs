//! Lab 0, the concepts: the student predicts, an experiment decides. There is no program; `answers.toml` is handed in.
//!
//! Each clause is a topic with several questions. The number of the set decides which of them a student answers.

mod answer;
mod bench;
mod draw;
mod experiments;
mod packets;
mod question;
mod questions;
#[cfg(test)]
mod tests;

use crate::{Bank, Check, Suite};
use answer::Document;
use model::{Failure, Fault, Kind, Lab, Step, Stop, Wording};
use question::{Form, Question, Topic};
use sandbox::Limits;
use session::{Needs, Session};

const DOCUMENT: &str = "answers.toml";

static WORDS: Wording = wording!("lab0-concepts");

pub(crate) const SUITE: Suite = Suite {
    lab: Lab {
        number: 0,
        slug: "concepts",
        title: "Concepts: predict, then watch",
        programs: &[],
        reference: "",
        document: Some(DOCUMENT),
    },
    checks: CHECKS,
    limits: Limits::USUAL,
    bank: Some(Bank { draw: draw::document, is_unanswered: answer::is_unanswered }),
};

/// The bank, in the order in which the questions are asked.
const TOPICS: &[Topic] = &[
    questions::sockets::FOUR_VALUES,
    questions::sockets::COUNTED,
    questions::sockets::ACCEPTED,
    questions::packets::NOBODY,
    questions::packets::PROTOCOL,
    questions::streams::GUARANTEES,
    questions::streams::READS,
    questions::waiting::VARIABLES,
    questions::waiting::CALLS,
    questions::waiting::MODELS,
    questions::servers::SEQUENTIAL,
    questions::servers::STATE,
    questions::packets::LAYERS,
    questions::observer::VOCABULARY,
    questions::listening::BACKLOG,
    questions::listening::ORDER,
    questions::handshake::BEGINNING,
    questions::handshake::END,
];

const CHECKS: &[Check] = &[
    check::<0>(),
    check::<1>(),
    check::<2>(),
    check::<3>(),
    check::<4>(),
    check::<5>(),
    check::<6>(),
    check::<7>(),
    check::<8>(),
    check::<9>(),
    check::<10>(),
    check::<11>(),
    check::<12>(),
    check::<13>(),
    check::<14>(),
    check::<15>(),
    check::<16>(),
    check::<17>(),
];

/// A check is a plain function, so each topic has one of its own.
const fn check<const TOPIC: usize>() -> Check {
    Check {
        clause: TOPICS[TOPIC].clause,
        needs: Needs::USUAL,
        decide: |session| decide(session, &TOPICS[TOPIC]),
    }
}

/// Compares the document's prediction with the result of the experiment.
fn decide(session: &mut Session, topic: &'static Topic) -> Step {
    let document = Document::read(session.document())?;
    let set = match document.set()? {
        Some(set) => set,
        None => session.random.u64(..),
    };
    let question = draw::draw(topic, set);
    let answer = document.answer(question)?;
    let right = right(session, question)?;
    let credit = answer::credit(question.form, &right, &answer);
    let source = if question.experiment.is_some() { "measured" } else { "by definition" };
    let (expected, got) = (answer::shown(question.form, &right), answer::shown(question.form, &answer));
    if credit.is_full() {
        session.tell_finding(format!("{}: {expected} ({source}, as predicted)", question.key));
        return Ok(());
    }
    session.tell_finding(format!("{}: {expected} ({source}; predicted: {got})", question.key));
    let has_parts = !matches!(question.form, Form::Choice(_) | Form::Number);
    let parts = if has_parts {
        format!("; {} of {} parts are right", credit.right, credit.of)
    } else {
        String::new()
    };
    let summary = format!("`{}` is not as predicted{parts}. {}", question.key, question.text);
    let mut failure = Failure::new(Kind::Mismatch, summary)
        .expected(format!("{source}: {expected}"))
        .got(format!("predicted: {got}"));
    failure.credit = has_parts.then_some(credit);
    Err(failure.into())
}

/// The right answer: the result of the experiment, which must agree with the bank.
fn right(session: &mut Session, question: &Question) -> Step<Vec<String>> {
    let right: Vec<String> = question.right.iter().map(|word| (*word).to_owned()).collect();
    let Some(experiment) = question.experiment else { return Ok(right) };
    let fault =
        |what: String| Stop::Fault(Fault::new(format!("the experiment of `{}` {what}", question.key)));
    match experiment(session) {
        Ok(measured) if measured == right => Ok(right),
        Ok(measured) => Err(fault(format!("shows {measured:?}, and the bank says {right:?}"))),
        Err(Stop::Fault(error)) => Err(fault(format!("broke: {error}"))),
        Err(other) => Err(other),
    }
}
