use super::has_stack_trace;

/// What runtimes print of an error that nobody handled, shortened. Those of Go, Ruby, Perl, PHP, Lua, Mono, Erlang, Node, Java,
/// Python, Rust, C++ and Tcl were recorded; older versions and the others follow their documentation.
const CRASHES: &str = include_str!("crashes.txt");
/// What programs tell of errors that they have handled.
const TOLD: &str = include_str!("told.txt");

/// The examples of a file, each below a line with its name.
fn examples(file: &str) -> impl Iterator<Item = (&str, &str)> {
    file.split(">>> ").skip(1).filter_map(|example| example.split_once('\n'))
}

#[test]
fn what_a_runtime_prints_of_an_error_that_nobody_handled_is_known_by_its_form() {
    for (language, printed) in examples(CRASHES) {
        assert!(has_stack_trace(printed), "{language}:\n{printed}");
        // Behind what the program printed itself, and with the line ends of a terminal.
        let printed = format!("connecting\r\n{}", printed.replace('\n', "\r\n"));
        assert!(has_stack_trace(&printed), "{language}, with carriage returns");
    }
    assert!(examples(CRASHES).count() > 40);
}

#[test]
fn an_error_that_is_told_in_words_is_no_crash() {
    for (what, printed) in examples(TOLD) {
        assert!(!has_stack_trace(printed), "{what}:\n{printed}");
    }
    assert!(examples(TOLD).count() > 20);
}
