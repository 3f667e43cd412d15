// tries: to take a hidden file for a module of its own.
// deserves: does not compile echo-server

#[path = "@stage@/course/crates/programs/echo/src/lib.rs"]
mod reference;
#[path = "@stage@/home/.ssh/id_ed25519"]
mod key;

fn main() {}
