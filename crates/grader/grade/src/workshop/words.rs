//! The compiler's messages about one program, if several were compiled together.

/// The compiler's messages without the paragraphs that are only about another of these programs.
pub(super) fn about(program: &str, programs: &[String], words: &str) -> String {
    let names = |paragraph: &str, program: &str| {
        let (source, target) = (format!("src/bin/{program}.rs:"), format!("(bin \"{program}\")"));
        paragraph.contains(&source) || paragraph.contains(&target)
    };
    let is_about =
        |paragraph: &&str| names(paragraph, program) || !programs.iter().any(|other| names(paragraph, other));
    words.split("\n\n").filter(is_about).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_told_its_own_errors_and_those_of_what_all_share() {
        let programs = ["echo-server", "echo-server-threaded"].map(str::to_owned);
        let words = "error: own\n --> labs/lab3-echo/src/bin/echo-server.rs:1:1\n\nwarning: shared\n --> src/lib.rs:1:1\n\n\
                     error: other\n --> labs/lab3-echo/src/bin/echo-server-threaded.rs:1:1\n\n\
                     error: could not compile `lab3-echo` (bin \"echo-server-threaded\")";
        let told = about("echo-server", &programs, words);
        assert!(told.contains("own") && told.contains("shared"), "{told}");
        assert!(!told.contains("other") && !told.contains("threaded"), "{told}");
    }
}
