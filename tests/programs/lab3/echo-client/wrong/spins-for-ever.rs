// mistake: runs in circles instead of connecting.
// fails: L3.10 L3.11 L3.12 L3.13 L3.S5

fn main() {
    let mut rounds = 0u64;
    loop {
        rounds = std::hint::black_box(rounds.wrapping_add(1));
    }
}
