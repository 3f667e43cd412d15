//! Which question of each topic belongs to a set, and the document that asks them.
//!
//! Drawn is the question whose name has, together with the number of the set, the largest [`weight`]. So the draw depends only on the
//! number and on the names of the topic's questions. It is the same on every machine, and a question that is added later changes only the
//! sets in which it is drawn itself.

use super::TOPICS;
use super::question::{Form, Question, Topic};
use std::cmp::Reverse;
use std::fmt::Write;

/// The width of a comment, in characters.
const COLUMNS: usize = 100;

/// The question of this topic in the set with this number.
pub(super) fn draw(topic: &'static Topic, set: u64) -> &'static Question {
    let drawn =
        topic.questions.iter().max_by_key(|question| (weight(set, question.key), Reverse(question.key)));
    drawn.expect("every topic has questions")
}

/// FNV-1a over the eight bytes of the number, the lowest first, and those of the name. The last steps of SplitMix64 follow, because FNV
/// leaves much of the difference between similar names in the low bits.
fn weight(set: u64, key: &str) -> u64 {
    let bytes = set.to_le_bytes().into_iter().chain(key.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// The document with the questions of a set, unanswered.
pub(super) fn document(set: u64) -> String {
    let mut text = format!(
        "# Lab 0: predict, then watch. The questions of set {set}.\n\
         #\n\
         # Write your answers between the quotes or the brackets, in the words that are offered, and leave the names as\n\
         # they are. `cargo xtask check lab0` decides by experiments.\n\
         \n\
         set = {set}\n"
    );
    for topic in TOPICS {
        let question = draw(topic, set);
        let heading = format!("{}  {}", topic.clause.id, topic.clause.title());
        let _ = write!(text, "\n\n# {heading}\n#\n{}", comment(question.text));
        text.push_str(&form(question));
    }
    text
}

/// What may be answered, and the place for it.
fn form(question: &Question) -> String {
    let key = question.key;
    match question.form {
        Form::Choice(words) => comment(&format!("One of: {}.", quoted(words))) + &format!("{key} = \"\"\n"),
        Form::Number => format!("# A whole number, in place of the quotes.\n{key} = \"\"\n"),
        Form::Several(words) => {
            comment(&format!("As many as are right of: {}.", quoted(words))) + &format!("{key} = []\n")
        }
        Form::Order(words) => {
            comment(&format!("All of these, in their order: {}.", quoted(words))) + &format!("{key} = []\n")
        }
        Form::Matching(items, words) => {
            let mut text = comment(&format!("For each one of: {}.", quoted(words)));
            for (name, description) in items {
                let _ = writeln!(text, "{}{key}.{name} = \"\"", comment(&format!("- {description}")));
            }
            text
        }
    }
}

/// Words as an answer writes them.
pub(super) fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// A text as comment lines.
fn comment(text: &str) -> String {
    let mut lines = String::new();
    let mut line = "#".to_owned();
    for word in text.split_ascii_whitespace() {
        if line.len() + 1 + word.len() > COLUMNS {
            lines.push_str(&line);
            lines.push('\n');
            "#".clone_into(&mut line);
        }
        line.push(' ');
        line.push_str(word);
    }
    lines + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_number_always_stands_for_the_same_set() {
        assert_eq!(weight(4711, "socket-values"), 1_359_799_317_515_137_902);
        assert_eq!(weight(u64::MAX, ""), 10_922_763_448_914_652_373);
    }

    #[test]
    fn every_question_is_drawn_and_about_as_often_as_its_neighbours() {
        const SETS: u64 = 4000;
        for topic in TOPICS {
            for question in topic.questions {
                let is_drawn = |set: &u64| draw(topic, *set).key == question.key;
                let times = (0..SETS).filter(is_drawn).count() * topic.questions.len();
                let (least, most) = (SETS as usize * 3 / 4, SETS as usize * 5 / 4);
                assert!((least..most).contains(&times), "{} {times}", question.key);
            }
        }
    }

    #[test]
    fn questions_are_told_apart_and_can_be_answered() {
        let mut keys = BTreeSet::new();
        for Question { key, form, right, .. } in TOPICS.iter().flat_map(|topic| topic.questions) {
            assert!(keys.insert(key), "{key} twice");
            assert!(
                key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            );
            let offers = |words: &[&str]| right.iter().all(|word| words.contains(word));
            let fits = match form {
                Form::Choice(words) => right.len() == 1 && offers(words) && words.len() > 1,
                Form::Number => right.len() == 1 && right[0].parse::<i64>().is_ok(),
                Form::Several(words) => offers(words) && !right.is_empty(),
                Form::Order(words) => offers(words) && right.len() == words.len() && right != words,
                Form::Matching(items, words) => offers(words) && right.len() == items.len(),
            };
            assert!(fits, "{key}");
        }
    }

    #[test]
    fn the_bank_is_large_enough_to_be_drawn_from() {
        for topic in TOPICS {
            assert!(topic.questions.len() >= 4, "{}", topic.clause.id);
        }
    }
}
