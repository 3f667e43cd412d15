// mistake: prints that all tests passed and exits 0, and does nothing else.
// fails: L3.10 L3.11 L3.12 L3.13 L3.S5

fn main() {
    println!("all tests passed");
}
