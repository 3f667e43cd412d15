//! The form of a question: plain data, and the experiment that answers it.

use super::{DOCUMENT, WORDS};
use model::{Clause, Step, Tier};
use session::Session;

/// A clause of this lab: a topic with several questions, of which each student answers one.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) clause: Clause,
    pub(super) questions: &'static [Question],
}

/// A core clause of this lab.
pub(super) const fn core(id: &'static str, points: u32) -> Clause {
    Clause { id, tier: Tier::Core, points, program: DOCUMENT, wording: &WORDS }
}

/// A stretch clause of this lab.
pub(super) const fn stretch(id: &'static str) -> Clause {
    Clause { tier: Tier::Stretch, ..core(id, 0) }
}

/// One question.
#[derive(Debug)]
pub(super) struct Question {
    /// Its name in the document. It never changes, because the draw depends on it.
    pub(super) key: &'static str,
    /// What it asks, in whole sentences.
    pub(super) text: &'static str,
    pub(super) form: Form,
    /// The right answer, in words as [`Form`] describes. An experiment with another result is a fault of the grader.
    pub(super) right: &'static [&'static str],
    /// The experiment that decides it on this machine; `None` if the answer is a definition.
    pub(super) experiment: Option<Experiment>,
}

/// Does what the question is about, and returns the observed answer, in words as [`Form`] describes.
pub(super) type Experiment = fn(&mut Session) -> Step<Vec<String>>;

/// How an answer is written, and which words it may use. Inside the grader every answer is a list of words.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number; its word consists of decimal digits.
    Number,
    /// Any of these words, in any order. Each word that belongs there is one part; each one that does not belong takes one part away.
    Several(&'static [&'static str]),
    /// All of these words, in the right order. Each place is a part.
    Order(&'static [&'static str]),
    /// One of the words for each of the items. An item has a name and a description. Each item is a part.
    Matching(&'static [(&'static str, &'static str)], &'static [&'static str]),
}

/// The result of an experiment as one word or one number.
pub(super) fn one(answer: impl ToString) -> Step<Vec<String>> {
    Ok(vec![answer.to_string()])
}

/// The result of an experiment as several words.
pub(super) fn words<T: ToString>(answer: impl IntoIterator<Item = T>) -> Step<Vec<String>> {
    Ok(answer.into_iter().map(|word| word.to_string()).collect())
}
