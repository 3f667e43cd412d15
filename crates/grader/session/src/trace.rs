//! Errors that a program did not handle: what a language's runtime prints of them, known by its form. An error told in words is none,
//! even if the words name an exception's class. So each form is one that only a runtime writes: its own heading, or frames of a stack.

/// Whether a runtime has reported an error that the program did not handle. `printed` is what came on one stream: a stream may end in the
/// middle of a line, and would hide how the other begins.
pub(crate) fn has_stack_trace(printed: &str) -> bool {
    HEADINGS.iter().any(|words| printed.contains(words))
        || printed.lines().any(|line| LINES.iter().any(|form| form(line.trim_end())))
        || has_frames(printed)
}

/// Words that no program uses for itself.
const HEADINGS: [&str; 24] = [
    // Rust, when it gives up altogether.
    "fatal runtime error: ",
    // Python.
    "Traceback (most recent call last)",
    "Fatal Python error: ",
    // Languages of the Java virtual machine; Kotlin without one.
    "Exception in thread \"",
    "Uncaught Kotlin exception: ",
    // Node, today and before version 15; Deno.
    "throw er; // Unhandled",
    "UnhandledPromiseRejection: This error originated",
    "UnhandledPromiseRejectionWarning: ",
    "(Use `node --trace-uncaught",
    "error: Uncaught (",
    // Ruby's other threads.
    "terminated with exception (report_on_exception is true)",
    // PHP, in its log (two spaces) and on the console.
    "Fatal error:  Uncaught ",
    "Fatal error: Uncaught ",
    // .NET and Mono.
    "[ERROR] FATAL UNHANDLED EXCEPTION: ",
    // Erlang.
    "escript: exception ",
    "Crash dump is being written to: ",
    "\nError in process <",
    "=CRASH REPORT====",
    // OCaml, Haskell, Swift.
    "Fatal error: exception ",
    "CallStack (from HasCallStack):",
    "Fatal error: Error raised at top level",
    // C++.
    "terminate called after throwing an instance of",
    "terminate called without an active exception",
    // Nim.
    "Error: unhandled exception: ",
];

/// What a line looks like, without its end.
const LINES: [fn(&str) -> bool; 11] = [
    is_rust,
    is_node,
    is_go,
    is_ruby,
    is_perl,
    is_called_at,
    is_dotnet_or_dart,
    is_elixir,
    is_sanitizer,
    is_above_a_stack,
    is_assertion,
];

/// `thread 'main' panicked at`, with the thread's number in newer versions.
fn is_rust(line: &str) -> bool {
    behind(line, "thread '").is_some_and(|rest| rest.contains(" panicked at "))
}

/// The last line: `Node.js v20.20.2`.
fn is_node(line: &str) -> bool {
    line.strip_prefix("Node.js v").is_some_and(|version| {
        version.split('.').count() >= 3 && version.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// `goroutine 19 [running]:`
fn is_go(line: &str) -> bool {
    let state = behind(line, "goroutine ").map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    state.is_some_and(|state| state.starts_with(" [") && state.ends_with("]:"))
}

/// ``client.rb:4:in `initialize': Connection refused (Errno::ECONNREFUSED)``; from version 3.4 on both quotes are the same.
fn is_ruby(line: &str) -> bool {
    let Some((place, rest)) = line.split_once(":in ") else { return false };
    let has_number = place.rsplit(':').next().is_some_and(is_number);
    let has_class = || {
        let class = rest.rsplit(" (").next().and_then(|class| class.strip_suffix(')'));
        class.is_some_and(|class| {
            class.starts_with(|c: char| c.is_ascii_uppercase())
                && class.chars().all(|c| c.is_alphanumeric() || "_:".contains(c))
        })
    };
    has_number && rest.starts_with(['`', '\'']) && rest.contains("': ") && has_class()
}

/// What the interpreter itself says as it gives up, with the place. `die "words"` adds the place too, but its words are the program's
/// own.
fn is_perl(line: &str) -> bool {
    const BEGINNINGS: [&str; 9] = [
        "Can't call method \"",
        "Can't locate object method \"",
        "Can't use an undefined value as ",
        "Can't use string (\"",
        "Undefined subroutine &",
        "Illegal division by zero",
        "Illegal modulus zero",
        "Modification of a read-only value attempted",
        "Died at ",
    ];
    let has_place = || line.rsplit_once(" at ").is_some_and(|(_, place)| place.contains(" line "));
    // An object that was thrown shows as its class and its address, and nothing else: `Lost=HASH(0x55e8621554b8)`.
    let is_object = || {
        let class = line.strip_suffix(')').and_then(|line| line.split_once("(0x")).map(|(class, _)| class);
        class.is_some_and(|class| {
            ["HASH", "ARRAY", "SCALAR"].iter().any(|kind| class.ends_with(kind))
                && class.chars().all(|c| c.is_alphanumeric() || "_:=".contains(c))
        })
    };
    let is_thread = || line.starts_with("Thread ") && line.contains(" terminated abnormally: ");
    (BEGINNINGS.iter().any(|words| line.starts_with(words)) && has_place()) || is_object() || is_thread()
}

/// The stack that Perl's module Carp adds: `main::fetch("127.0.0.1") called at client.pl line 9`.
fn is_called_at(line: &str) -> bool {
    let place = line.strip_prefix('\t').and_then(|line| behind(line, ") called at "));
    place.is_some_and(|place| place.contains(" line "))
}

/// `Unhandled Exception:` alone (Mono, Dart), or `Unhandled exception. System.Net.Sockets.SocketException (111): …`.
fn is_dotnet_or_dart(line: &str) -> bool {
    let class = line.strip_prefix("Unhandled exception. ");
    ["Unhandled Exception:", "Unhandled exception:"].contains(&line)
        || class.is_some_and(|class| class.split([' ', ':']).next().is_some_and(|class| class.contains('.')))
}

/// `** (MatchError) no match of right hand side value`
fn is_elixir(line: &str) -> bool {
    let class = line.strip_prefix("** (").and_then(|rest| rest.split_once(") "));
    class.is_some_and(|(class, _)| class.ends_with("Error") || class.starts_with("EXIT"))
}

/// `==29869==ERROR: AddressSanitizer: heap-buffer-overflow on address`; a memory leak is no such error.
fn is_sanitizer(line: &str) -> bool {
    let found = line.strip_prefix("==").and_then(|line| line.split_once("==ERROR: "));
    found.is_some_and(|(process, name)| is_number(process) && !name.starts_with("LeakSanitizer"))
}

/// What stands alone above a stack in Lua, Tcl and Julia.
fn is_above_a_stack(line: &str) -> bool {
    ["stack traceback:", "    while executing", "Stacktrace:"].contains(&line)
}

/// ``server: server.c:7: main: Assertion `length > 0' failed.``
fn is_assertion(line: &str) -> bool {
    behind(line, ": Assertion `").is_some_and(|rest| rest.ends_with("' failed."))
}

/// Whether there are two frames of a stack in a row.
fn has_frames(printed: &str) -> bool {
    let mut before = false;
    printed.lines().any(|line| {
        let now = is_frame(line.trim_end());
        std::mem::replace(&mut before, now) && now
    })
}

/// A call in a stack as Java, .NET, Mono and Node show it: `at `, then the method and its arguments or its place, or a file with line
/// and column. An address and its port in a message are none.
fn is_frame(line: &str) -> bool {
    let call = line.trim_start().strip_prefix("at ").filter(|_| line.starts_with([' ', '\t']));
    call.is_some_and(|call| is_method(call) || call.contains(") [0x") || has_line_and_column(call))
}

/// `T.main(T.java:2)`, `Client.Main(String[] args) in /home/ada/Client.cs:line 5`
fn is_method(call: &str) -> bool {
    let Some((method, _)) = call.split_once('(').filter(|(_, rest)| rest.contains(')')) else { return false };
    method.contains('.')
        && !method.contains(' ')
        && method.starts_with(|c: char| c.is_alphabetic() || "_<".contains(c))
}

/// `TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16) {`, `file:///home/ada/client.mjs:3:7`
fn has_line_and_column(call: &str) -> bool {
    let mut parts = call.trim_end_matches(" {").trim_end_matches(')').rsplit(':');
    let (column, line, file) = (parts.next(), parts.next(), parts.next());
    column.is_some_and(is_number)
        && line.is_some_and(is_number)
        && file.is_some_and(|file| !file.is_empty() && call.contains(['/', '(']))
}

/// What follows these words in a line.
fn behind<'a>(line: &'a str, words: &str) -> Option<&'a str> {
    line.split_once(words).map(|(_, rest)| rest)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
