// tries: to use up the memory by a constant that is computed while it is compiled.
// deserves: stopped: 2048 MiB of memory

pub static ZEROS: [u8; 5 << 30] = {
    let mut bytes = [0; 5 << 30];
    bytes[0] = 1;
    bytes
};
