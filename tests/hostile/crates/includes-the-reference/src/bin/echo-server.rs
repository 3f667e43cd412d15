// tries: to read the reference's source while it is compiled, and to tell it in its errors.
// deserves: does not compile echo-server

compile_error!(include_str!("@stage@/course/crates/programs/echo/src/lib.rs"));
const REFERENCE: [u8; 1] = *include_bytes!("@stage@/course/crates/programs/echo/src/lib.rs");
include!("@stage@/course/crates/programs/echo/src/lib.rs");

fn main() {}
