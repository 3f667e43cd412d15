// tries: to be refused by the kernel as if the grader had set a mode wrongly, by a loader (PT_INTERP in elf(5)) that nobody may execute.
// deserves: could not be started echo-server

#[used]
#[unsafe(link_section = ".interp")]
static LOADER: [u8; 10] = *b"/dev/null\0";

fn main() {}
