// mistake: crashes with a signal before it does anything.
// fails: L3.1 L3.2 L3.3 L3.4 L3.5 L3.6 L3.7 L3.8 L3.9 L3.S1 L3.S2 L3.S3 L3.S4

fn main() {
    std::process::abort();
}
