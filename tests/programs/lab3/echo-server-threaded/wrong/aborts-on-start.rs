// mistake: crashes with a signal before it does anything.
// fails: L3.14 L3.15 L3.16 L3.S6

fn main() {
    std::process::abort();
}
