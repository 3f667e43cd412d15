// mistake: sleeps instead of connecting.
// fails: L4.14 L4.15 L4.16

use std::{thread, time::Duration};

fn main() {
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}
