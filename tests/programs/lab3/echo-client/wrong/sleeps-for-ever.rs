// mistake: sleeps instead of connecting.
// fails: L3.10 L3.11 L3.12 L3.13 L3.S5

use std::{thread, time::Duration};

fn main() {
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}
