// mistake: crashes with a signal before it does anything.
// fails: L3.17 L3.18

fn main() {
    std::process::abort();
}
