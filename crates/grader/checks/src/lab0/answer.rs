//! The document with a student's answers: what it answers to a question, and how much of that is right.

use super::draw::quoted;
use super::question::{Form, Question};
use model::{Credit, Failure, Kind, Step};
use toml::{Table, Value};

/// The key of the set's number.
const SET: &str = "set";

/// A document that could be read.
#[derive(Debug)]
pub(super) struct Document(Table);

impl Document {
    /// Reads what was handed in.
    ///
    /// # Errors
    /// A failure when nothing was handed in, or when it is not TOML.
    pub(super) fn read(text: Option<&str>) -> Step<Document> {
        let unreadable =
            |why: String| Failure::new(Kind::Mismatch, format!("answers.toml cannot be read: {why}"));
        let Some(text) = text else {
            let missing = unreadable("there is no such file".to_owned());
            return Err(missing.expected("the file that `cargo xtask draw lab0 --set N` writes").into());
        };
        let table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().map_or("", |span| text.get(..span.start).unwrap_or_default());
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            unreadable(format!("line {line}, column {column}: {}", error.message()))
                .expected("TOML: a name, an equals sign, and text in quotes, a number, or a list in brackets")
        })?;
        Ok(Document(table))
    }

    /// The number of its set; `None` if the document has none.
    ///
    /// # Errors
    /// A failure when it is not a number.
    pub(super) fn set(&self) -> Step<Option<u64>> {
        let Some(value) = self.0.get(SET) else { return Ok(None) };
        let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
        let wrong = || {
            let failure = Failure::new(Kind::Mismatch, "the number of the set is none");
            failure.expected("set = a whole number from 0 on").got(format!("set = {value}"))
        };
        Ok(Some(number.ok_or_else(wrong)?))
    }

    /// The answer to a question, as words.
    ///
    /// # Errors
    /// A failure when it is missing, has another type than the question asks for, or uses words that are not offered.
    pub(super) fn answer(&self, question: &Question) -> Step<Vec<String>> {
        let value = self.0.get(question.key).filter(|value| !is_empty(value));
        let Some(value) = value else {
            let summary = format!("`{}` is not answered yet", question.key);
            return Err(Failure::new(Kind::NotWritten, summary).expected(allowed(question)).into());
        };
        read(question, value).ok_or_else(|| {
            let summary = format!("`{}` cannot be understood", question.key);
            let failure = Failure::new(Kind::Mismatch, summary).expected(allowed(question));
            failure.got(value.to_string()).into()
        })
    }
}

/// Whether a text is a document without any answer.
pub(super) fn is_unanswered(text: &str) -> bool {
    let table: Result<Table, _> = text.parse();
    table.is_ok_and(|table| table.iter().all(|(key, value)| key == SET || is_empty(value)))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.iter().all(is_empty),
        Value::Table(table) => table.values().all(is_empty),
        _ => false,
    }
}

/// The allowed answers, in words for a reader.
fn allowed(question: &Question) -> String {
    match question.form {
        Form::Choice(words) => format!("one of {}", quoted(words)),
        Form::Number => "a whole number, without quotes".to_owned(),
        Form::Several(words) => format!("a list of any of {}", quoted(words)),
        Form::Order(words) => format!("a list with each of {} once", quoted(words)),
        Form::Matching(items, words) => {
            let names: Vec<&str> = items.iter().map(|(name, _)| *name).collect();
            format!("for each of {} one of {}", names.join(", "), quoted(words))
        }
    }
}

/// An answer as words; `None` if it does not have the form that the question asks for. An item that a matching leaves out is an empty word.
fn read(question: &Question, value: &Value) -> Option<Vec<String>> {
    match question.form {
        Form::Choice(words) => Some(vec![word(value, words)?]),
        Form::Number => Some(vec![value.as_integer()?.to_string()]),
        Form::Several(words) => {
            let mut chosen = list(value, words)?;
            chosen.sort_by_key(|word| words.iter().position(|offered| offered == word));
            chosen.dedup();
            Some(chosen)
        }
        Form::Order(words) => {
            let ordered = list(value, words)?;
            let is_whole = words.iter().all(|word| ordered.iter().filter(|other| other == word).count() == 1);
            is_whole.then_some(ordered)
        }
        Form::Matching(items, words) => {
            let table = value.as_table()?;
            let is_known = |name: &String| items.iter().any(|(item, _)| item == name);
            let matched = |name: &str| match table.get(name) {
                Some(value) if !is_empty(value) => word(value, words),
                _ => Some(String::new()),
            };
            table.keys().all(is_known).then(|| items.iter().map(|(name, _)| matched(name)).collect())?
        }
    }
}

fn list(value: &Value, words: &[&str]) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|value| word(value, words)).collect()
}

/// The offered word that matches a value, whatever its case and the spaces around it.
fn word(value: &Value, words: &[&str]) -> Option<String> {
    let text = value.as_str()?.trim();
    words.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|word| (*word).to_owned())
}

/// How much of an answer is right. Both have the form that the question asks for.
pub(super) fn credit(form: Form, right: &[String], answer: &[String]) -> Credit {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    match form {
        Form::Choice(_) | Form::Number if answer == right => Credit::FULL,
        Form::Choice(_) | Form::Number => Credit::NONE,
        Form::Several(_) => {
            let hits = answer.iter().filter(|word| right.contains(word)).count();
            let wrong = answer.len() - hits;
            Credit { right: number(hits.saturating_sub(wrong)), of: number(right.len()) }
        }
        Form::Order(_) | Form::Matching(..) => {
            let hits = right.iter().zip(answer).filter(|(right, answer)| right == answer).count();
            Credit { right: number(hits), of: number(right.len()) }
        }
    }
}

/// An answer in words for a reader.
pub(super) fn shown(form: Form, answer: &[String]) -> String {
    match form {
        Form::Matching(items, _) => {
            let pairs = items.iter().zip(answer).map(|((name, _), word)| match word.as_str() {
                "" => format!("{name} = nothing"),
                word => format!("{name} = {word}"),
            });
            pairs.collect::<Vec<_>>().join("; ")
        }
        Form::Order(_) => answer.join(", then "),
        _ => answer.join(", "),
    }
}
