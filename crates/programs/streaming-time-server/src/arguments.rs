//! The program's arguments: all are numbers, all may be left out.

use std::str::FromStr;

/// What `--help` prints. Its first line is enough after a mistake.
pub(crate) const USAGE: &str = "\
usage: reference-streaming-time-server [port] [pause_ms] [iterations]

port        where to listen (2205)
pause_ms    from one line to the next, in milliseconds (1000)
iterations  how many lines each client gets (15)

A client that does not read is given up when the server could not write to it for 2 s.";

/// What the user can choose.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Where to listen.
    pub(crate) port: u16,
    /// From one line to the next, in milliseconds.
    pub(crate) pause_ms: u64,
    /// How many lines each client gets.
    pub(crate) iterations: u64,
}

/// Reads the words after the program's name; the error is the message for the user.
pub(crate) fn read(words: &[String]) -> Result<Settings, String> {
    if let Some(surplus) = words.get(3) {
        return Err(format!("there is one argument too many: {surplus:?}"));
    }
    Ok(Settings {
        port: number(words.first(), "a port, a number from 0 to 65535", 2205)?,
        pause_ms: number(words.get(1), "a pause, a number of milliseconds", 1000)?,
        iterations: number(words.get(2), "a number of iterations", 15)?,
    })
}

fn number<T: FromStr>(word: Option<&String>, what: &str, default: T) -> Result<T, String> {
    let Some(word) = word else { return Ok(default) };
    word.parse().map_err(|_| format!("{word:?} is not {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(words: &[&str]) -> Result<Settings, String> {
        read(&words.iter().map(|word| word.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_that_are_left_out_have_defaults() {
        assert_eq!(settings(&[]), Ok(Settings { port: 2205, pause_ms: 1000, iterations: 15 }));
        assert_eq!(settings(&["80", "0"]), Ok(Settings { port: 80, pause_ms: 0, iterations: 15 }));
        assert_eq!(settings(&["80", "5", "3"]), Ok(Settings { port: 80, pause_ms: 5, iterations: 3 }));
    }

    #[test]
    fn wrong_arguments_are_named() {
        for words in [&["65536"][..], &["80", "-1"], &["80", "1", "many"], &["80", "1", "2", "more"]] {
            let message = settings(words).unwrap_err();
            assert!(message.contains(&format!("{:?}", words[words.len() - 1])), "{message}");
        }
    }
}
