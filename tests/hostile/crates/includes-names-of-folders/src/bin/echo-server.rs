// tries: to have the table of mounts shown in its feedback.
// deserves: does not compile echo-server

compile_error!(include_str!("/proc/self/mountinfo"));

fn main() {}
