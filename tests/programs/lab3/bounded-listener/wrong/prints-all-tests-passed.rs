// mistake: prints that all tests passed and exits 0, and does nothing else.
// fails: L3.17 L3.18

fn main() {
    println!("all tests passed");
}
