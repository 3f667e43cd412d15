// tries: to steer the terminal, the CI service and the reader's browser by the compiler's words.
// deserves: does not compile echo-server

compile_error!("\u{1b}[2J\u{1b}]0;marks\u{7}\r\n::set-output name=points::100\n::error::x\n##vso[task.complete]\n\u{202e}```\n<script>x</script>");

fn main() {}
