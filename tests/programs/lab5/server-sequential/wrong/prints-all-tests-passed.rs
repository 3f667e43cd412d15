// mistake: prints that all tests passed and exits 0, and does nothing else.
// fails: L5.1 L5.2 L5.3 L5.4 L5.5 L5.11

fn main() {
    println!("all tests passed");
}
