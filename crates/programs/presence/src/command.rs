//! What a line from a client means. The room decides what to do about it.

/// What separates words. Other white space is text.
const BLANKS: [char; 2] = [' ', '\t'];

/// A command, with the part of its line that will be shown to others: text without control characters.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// This is my name; or I have none.
    Hello(Option<String>),
    /// Tell this to everybody; or there is nothing to tell.
    Say(Option<String>),
    /// Who is there?
    Who,
    /// I am leaving.
    Bye,
    /// Stop the server.
    Kill,
    /// Any other line.
    Unknown,
}

impl Command {
    /// Parses a line without its end. Its first word is the command, in upper or lower case.
    pub fn parse(line: &[u8]) -> Command {
        let line = printable(line);
        let line = line.trim_start_matches(BLANKS);
        // One blank ends the word. Everything that follows is the argument, including any further blanks.
        let (word, argument) = line.split_once(BLANKS).unwrap_or((line, ""));
        match word.to_ascii_uppercase().as_str() {
            "HELLO" => {
                Command::Hello(argument.split(BLANKS).find(|word| !word.is_empty()).map(str::to_owned))
            }
            "SAY" => Command::Say(Some(argument.to_owned()).filter(|text| !text.is_empty())),
            "WHO" => Command::Who,
            "BYE" => Command::Bye,
            "KILL" => Command::Kill,
            _ => Command::Unknown,
        }
    }
}

/// The line as text that can do no harm on another user's terminal.
///
/// What one client sends, others print. An escape sequence in it could clear their screens or recolour them;
/// a carriage return could hide the speaker's name, and write another name there. So every control character
/// of Unicode (C0, DEL and C1) becomes U+FFFD, and so does everything that is not UTF-8. A tab is a blank
/// here, and becomes a space.
fn printable(line: &[u8]) -> String {
    let safe = |character: char| match character {
        '\t' => ' ',
        _ if character.is_control() => char::REPLACEMENT_CHARACTER,
        _ => character,
    };
    String::from_utf8_lossy(line).chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(name: &str) -> Command {
        Command::Hello(Some(name.to_owned()))
    }

    fn say(text: &str) -> Command {
        Command::Say(Some(text.to_owned()))
    }

    #[test]
    fn the_first_word_decides_in_any_case() {
        for (line, command) in [
            ("WHO", Command::Who),
            ("who", Command::Who),
            ("Bye", Command::Bye),
            ("kILL", Command::Kill),
            ("who now", Command::Who),
            ("HELLOO", Command::Unknown),
            ("", Command::Unknown),
            ("good morning", Command::Unknown),
        ] {
            assert_eq!(Command::parse(line.as_bytes()), command, "{line:?}");
        }
    }

    #[test]
    fn a_name_is_one_word() {
        assert_eq!(Command::parse(b"HELLO Anna"), hello("Anna"));
        assert_eq!(Command::parse(b"hello   Anna Maria"), hello("Anna"));
        assert_eq!(Command::parse(b"HELLO"), Command::Hello(None));
        assert_eq!(Command::parse(b"HELLO  "), Command::Hello(None));
    }

    #[test]
    fn a_text_keeps_its_blanks() {
        assert_eq!(Command::parse(b"SAY a  b"), say("a  b"));
        assert_eq!(Command::parse(b"say  indented"), say(" indented"));
        assert_eq!(Command::parse(b"SAY"), Command::Say(None));
        assert_eq!(Command::parse(b"SAY "), Command::Say(None));
    }

    #[test]
    fn letters_of_any_alphabet_pass_unchanged() {
        let text = "d\u{e9}j\u{e0} vu \u{4f60}\u{597d} \u{1f642}";
        assert_eq!(Command::parse(format!("SAY {text}").as_bytes()), say(text));
    }

    #[test]
    fn no_control_character_passes() {
        let controls: String = ('\0'..='\u{9f}').filter(|character| character.is_control()).collect();
        let Command::Say(Some(text)) = Command::parse(format!("SAY {controls}.").as_bytes()) else {
            panic!("no SAY")
        };
        assert!(!text.contains(char::is_control), "{text:?}");
        assert_eq!(Command::parse(b"HELLO a\rb"), hello("a\u{fffd}b"));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(Command::parse(b"SAY \xff!"), say("\u{fffd}!"));
    }
}
