// mistake: prints that all tests passed and exits 0, and does nothing else.
// fails: L3.1 L3.2 L3.3 L3.4 L3.5 L3.6 L3.7 L3.8 L3.9 L3.S1 L3.S2 L3.S3 L3.S4

fn main() {
    println!("all tests passed");
}
