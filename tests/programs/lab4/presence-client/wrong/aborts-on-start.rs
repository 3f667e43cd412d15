// mistake: crashes with a signal before it does anything.
// fails: L4.14 L4.15 L4.16

fn main() {
    std::process::abort();
}
