//! Words that a check makes up. They mean nothing to anybody on their way: they have no vowel, so none can be a command of any lab by
//! chance (BYE, KILL, WHO, `exit`). What might be taken for an option, a number or a shell's syntax is left to clauses about it.

use fastrand::Rng;

const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ";
/// Letters, then digits.
const NAMES: &[u8] = b"bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ0123456789";
/// Letters, then digits and signs.
const TEXTS: &[u8] = b"bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ0123456789.,:;!?-_'()";

/// A word that may stand on a command line: it begins with a letter, and letters and digits follow.
pub fn name(random: &mut Rng, length: usize) -> String {
    word(random, NAMES, length)
}

/// A word of printable ASCII for the wire, which begins with a letter.
pub fn text(random: &mut Rng, length: usize) -> String {
    word(random, TEXTS, length)
}

fn word(random: &mut Rng, letters: &[u8], length: usize) -> String {
    let mut one_of = |letters: &[u8]| char::from(letters[random.usize(..letters.len())]);
    let mut block = String::with_capacity(length);
    // A long word repeats itself, since making random letters takes longer than sending them.
    for place in 0..length.min(4093) {
        block.push(one_of(if place == 0 { LETTERS } else { letters }));
    }
    let mut word = block.repeat(length.div_ceil(block.len().max(1)));
    word.truncate(length);
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_begins_with_a_letter_and_is_as_long_as_asked_for() {
        let mut random = Rng::with_seed(1);
        for length in [0, 1, 2, 7, 4092, 4093, 4094, 100_000] {
            for word in [name(&mut random, length), text(&mut random, length)] {
                assert_eq!(word.len(), length);
                assert!(word.is_empty() || word.starts_with(|first: char| first.is_ascii_alphabetic()));
            }
        }
    }

    #[test]
    fn a_name_holds_nothing_that_a_shell_or_an_option_parser_minds() {
        let mut random = Rng::with_seed(2);
        assert!(name(&mut random, 10_000).chars().all(|letter| letter.is_ascii_alphanumeric()));
    }

    #[test]
    fn no_command_comes_about_by_chance() {
        let mut random = Rng::with_seed(3);
        for word in [name(&mut random, 50_000), text(&mut random, 50_000)] {
            assert!(!word.contains(|letter: char| "aeiouy".contains(letter.to_ascii_lowercase())));
        }
    }
}
