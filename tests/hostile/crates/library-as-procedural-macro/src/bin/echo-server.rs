lab3_echo::run!();
fn main() {}
