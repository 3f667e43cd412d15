// mistake: sleeps instead of connecting.
// fails: L1.1 L1.2 L1.3 L1.4 L1.5 L1.6 L1.7 L1.S1 L1.S2 L1.S3 L1.S4

use std::{thread, time::Duration};

fn main() {
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}
