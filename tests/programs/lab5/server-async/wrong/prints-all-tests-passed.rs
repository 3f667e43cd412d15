// mistake: prints that all tests passed and exits 0, and does nothing else.
// fails: L5.1 L5.2 L5.3 L5.4 L5.9 L5.10 L5.11 L5.S1 L5.S2 L5.S3 L5.S4

fn main() {
    println!("all tests passed");
}
