// mistake: crashes with a signal before it does anything.
// fails: L3.10 L3.11 L3.12 L3.13 L3.S5

fn main() {
    std::process::abort();
}
