// mistake: runs in circles instead of connecting.
// fails: L1.1 L1.2 L1.3 L1.4 L1.5 L1.6 L1.7 L1.S1 L1.S2 L1.S3 L1.S4

fn main() {
    let mut rounds = 0u64;
    loop {
        rounds = std::hint::black_box(rounds.wrapping_add(1));
    }
}
