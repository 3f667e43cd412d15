// mistake: prints that all tests passed and exits 0, and does nothing else.
// fails: L3.14 L3.15 L3.16 L3.S6

fn main() {
    println!("all tests passed");
}
