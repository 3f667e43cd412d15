//! What a runtime is told of the limits that would size itself by the machine, which is not what its program may use.

use sandbox::Limits;

/// Gives a Java virtual machine the heap that it would choose on a machine of four times the memory that a check's programs may
/// use: a quarter of that at most, and a sixty-fourth at first (`MaxRAM` in HotSpot's `gc_globals.hpp`). Left to itself it goes by the
/// machine's, and garbage alone fills 2.4 GiB where that has 256 GiB: the same program would pass here and be stopped there.
/// What stands on its command line comes later and wins. It says on standard error that it has read this variable.
pub(super) fn environment(limits: &Limits) -> (String, String) {
    let memory = limits.memory.saturating_mul(4);
    ("JAVA_TOOL_OPTIONS".to_owned(), format!("-XX:+IgnoreUnrecognizedVMOptions -XX:MaxRAM={memory}"))
}
