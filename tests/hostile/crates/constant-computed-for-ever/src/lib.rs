// tries: to keep the compiler busy for ever.
// deserves: stopped: 60 s of processor time

#![allow(long_running_const_eval)]

pub const ROUNDS: u64 = {
    let mut rounds = 0;
    while rounds < 4_000_000_000 {
        rounds += 1;
    }
    rounds
};
