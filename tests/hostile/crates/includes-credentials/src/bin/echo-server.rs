// tries: to read the keys of whoever grades it.
// deserves: does not compile echo-server

compile_error!(include_str!("@stage@/home/.cargo/credentials.toml"));
include!("@stage@/home/.cargo/credentials.toml");
include!("@stage@/home/.ssh/id_ed25519");
include!("/root/.cargo/credentials.toml");

fn main() {}
