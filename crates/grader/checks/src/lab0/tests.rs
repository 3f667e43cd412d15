//! How documents are read and marked. The end-to-end tests check that the experiments agree with the bank.

use super::answer::{Document, credit, is_unanswered, shown};
use super::question::{Form, Question};
use super::{CHECKS, TOPICS, draw};
use model::{Credit, Kind, Stop};

fn question(form: Form, right: &'static [&'static str]) -> Question {
    Question { key: "key", text: "", form, right, experiment: None }
}

const LETTERS: &[&str] = &["alpha", "beta", "gamma", "delta"];
const ITEMS: &[(&str, &str)] = &[("one", ""), ("two", ""), ("three", "")];

/// The credit for a document's answer to a question, or the kind and the summary of the failure.
fn marked(question: &Question, text: &str) -> Result<Credit, (Kind, String)> {
    let answer = Document::read(Some(text)).and_then(|document| document.answer(question));
    let right: Vec<String> = question.right.iter().map(|word| (*word).to_owned()).collect();
    match answer {
        Ok(answer) => Ok(credit(question.form, &right, &answer)),
        Err(Stop::Failed(failure)) => {
            Err((failure.kind, format!("{} {:?}", failure.summary, failure.expected)))
        }
        Err(other) => panic!("{other:?}"),
    }
}

fn parts(question: &Question, text: &str) -> (u32, u32) {
    let credit = marked(question, text).unwrap();
    (credit.right, credit.of)
}

#[test]
fn every_topic_has_its_check() {
    assert_eq!(CHECKS.len(), TOPICS.len());
}

#[test]
fn words_count_in_any_case_and_with_spaces_around_them() {
    let choice = question(Form::Choice(LETTERS), &["beta"]);
    assert!(marked(&choice, "key = \" BeTa \"").unwrap().is_full());
    assert_eq!(marked(&choice, "key = 'alpha'").unwrap(), Credit::NONE);
    let number = question(Form::Number, &["12"]);
    assert!(marked(&number, "key = 12").unwrap().is_full());
    assert_eq!(marked(&number, "key = 13").unwrap(), Credit::NONE);
}

#[test]
fn each_word_of_several_counts_and_each_wrong_one_takes_away() {
    let several = question(Form::Several(LETTERS), &["alpha", "gamma", "delta"]);
    assert_eq!(parts(&several, "key = ['delta', 'alpha', 'gamma', 'alpha']"), (3, 3));
    assert_eq!(parts(&several, "key = ['alpha', 'gamma']"), (2, 3));
    assert_eq!(parts(&several, "key = ['alpha', 'beta', 'gamma', 'delta']"), (2, 3));
    assert_eq!(parts(&several, "key = ['beta']"), (0, 3));
}

#[test]
fn each_place_of_an_order_counts() {
    let order = question(Form::Order(LETTERS), &["delta", "gamma", "beta", "alpha"]);
    assert_eq!(parts(&order, "key = ['delta', 'gamma', 'beta', 'alpha']"), (4, 4));
    assert_eq!(parts(&order, "key = ['delta', 'gamma', 'alpha', 'beta']"), (2, 4));
    assert_eq!(parts(&order, "key = ['alpha', 'delta', 'gamma', 'beta']"), (0, 4));
    for wrong in ["['delta', 'gamma', 'beta']", "['delta', 'delta', 'beta', 'alpha']"] {
        let (kind, words) = marked(&order, &format!("key = {wrong}")).unwrap_err();
        assert!(kind == Kind::Mismatch && words.contains("once"), "{words}");
    }
}

#[test]
fn each_item_of_a_matching_counts_and_one_left_out_is_wrong() {
    let matching = question(Form::Matching(ITEMS, LETTERS), &["alpha", "alpha", "beta"]);
    assert_eq!(parts(&matching, "key.one = 'alpha'\nkey.two = 'alpha'\nkey.three = 'beta'"), (3, 3));
    assert_eq!(parts(&matching, "[key]\none = 'alpha'\nthree = 'gamma'"), (1, 3));
    assert!(marked(&matching, "key.four = 'alpha'").is_err());
    let answer = ["alpha".to_owned(), String::new(), "beta".to_owned()];
    assert_eq!(shown(matching.form, &answer), "one = alpha; two = nothing; three = beta");
}

#[test]
fn what_cannot_be_understood_is_told_with_what_may_stand_there() {
    let choice = question(Form::Choice(LETTERS), &["beta"]);
    for wrong in ["'epsilon'", "7", "['beta']", "true", "{ beta = 1 }"] {
        let (kind, words) = marked(&choice, &format!("key = {wrong}")).unwrap_err();
        assert!(kind == Kind::Mismatch && words.contains("alpha") && words.contains("delta"), "{words}");
    }
    let number = question(Form::Number, &["12"]);
    for wrong in ["'12'", "12.0", "['12']"] {
        let (_, words) = marked(&number, &format!("key = {wrong}")).unwrap_err();
        assert!(words.contains("without quotes"), "{words}");
    }
    let (_, words) = marked(&choice, "set = 3\nkey = beta\n").unwrap_err();
    assert!(words.contains("line 2, column 7"), "{words}");
}

#[test]
fn what_is_empty_is_not_answered_yet() {
    let choice = question(Form::Choice(LETTERS), &["beta"]);
    let matching = question(Form::Matching(ITEMS, LETTERS), &["alpha", "alpha", "beta"]);
    for (question, text) in
        [(&choice, ""), (&choice, "key = ' '"), (&choice, "key = []"), (&matching, "key.one = ''")]
    {
        assert_eq!(marked(question, text).unwrap_err().0, Kind::NotWritten, "{text}");
    }
}

#[test]
fn the_number_of_a_set_is_a_whole_number() {
    let set = |text| Document::read(Some(text)).unwrap().set();
    assert_eq!(set("set = 4711").unwrap(), Some(4711));
    assert_eq!(set("").unwrap(), None);
    for wrong in ["set = -1", "set = '1'", "set = 1.0"] {
        assert!(matches!(set(wrong), Err(Stop::Failed(_))), "{wrong}");
    }
}

#[test]
fn a_drawn_document_asks_each_topic_once_and_is_unanswered() {
    for set in [0, 1, 4711, u64::from(u32::MAX)] {
        let text = draw::document(set);
        assert!(is_unanswered(&text));
        assert!(text.lines().all(|line| line.len() <= 120), "{text}");
        let document = Document::read(Some(&text)).unwrap();
        assert_eq!(document.set().unwrap(), Some(set));
        for topic in TOPICS {
            let asked =
                topic.questions.iter().filter(|question| text.contains(&format!("\n{}", question.key)));
            assert!(asked.count() >= 1, "{}", topic.clause.id);
        }
    }
    assert!(!is_unanswered("set = 1\nkey = 'an answer'"));
    assert!(!is_unanswered("set = 1\nkey = 0"));
    assert!(!is_unanswered("what is no document may be worth keeping"));
}
