// mistake: runs in circles instead of connecting.
// fails: L4.14 L4.15 L4.16

fn main() {
    let mut rounds = 0u64;
    loop {
        rounds = std::hint::black_box(rounds.wrapping_add(1));
    }
}
