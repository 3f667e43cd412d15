// mistake: sleeps instead of listening.
// fails: L2.1 L2.2 L2.3 L2.4 L2.5 L2.6 L2.7 L2.8 L2.S1 L2.S2 L2.S3

use std::{thread, time::Duration};

fn main() {
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}
