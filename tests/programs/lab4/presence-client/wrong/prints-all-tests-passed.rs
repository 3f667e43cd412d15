// mistake: prints that all tests passed and exits 0, and does nothing else.
// fails: L4.14 L4.15 L4.16

fn main() {
    println!("all tests passed");
}
