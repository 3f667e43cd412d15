// tries: to read what another has handed in, by all ways that may lead there.
// deserves: does not compile echo-server

compile_error!(include_str!("@stage@/class/keeps-a-secret/src/lib.rs"));
include!("@stage@/class/keeps-a-secret/src/lib.rs");
include!("../../../../../../../../../../..@stage@/class/keeps-a-secret/src/lib.rs");
include!("/proc/self/root@stage@/class/keeps-a-secret/src/lib.rs");
include!("/proc/1/root@stage@/class/keeps-a-secret/src/lib.rs");
include!("/proc/self/cwd@stage@/class/keeps-a-secret/src/lib.rs");

fn main() {}
