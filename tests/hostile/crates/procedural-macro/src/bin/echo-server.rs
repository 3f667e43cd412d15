attack::run!();
fn main() {}
