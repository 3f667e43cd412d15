// mistake: sends the seconds since 1970 instead of a date and a time.
// fails: L2.3

use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

const WRITE_LIMIT: Duration = Duration::from_secs(2);

fn serve(mut stream: &TcpStream, pause: Duration, iterations: u32) -> io::Result<()> {
    // A client that never reads must not hold up those who wait.
    stream.set_write_timeout(Some(WRITE_LIMIT))?;
    // Each line is due at a time counted from the start, so that what writing takes does not add up.
    let start = Instant::now();
    let mut seconds = 0;
    for line in 0..iterations {
        thread::sleep((start + pause * line).saturating_duration_since(Instant::now()));
        seconds = now().max(seconds);
        stream.write_all(format!("{{'time' : '{}'}}\n", seconds).as_bytes())?;
    }
    hang_up(stream)
}

fn now() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().expect("a clock that is set").as_secs()
}

// Closing with unread bytes would reset the connection, which could destroy the last lines.
fn hang_up(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_millis(100)))?;
    let end = Instant::now() + Duration::from_millis(500);
    let mut rest = [0; 65536];
    while Instant::now() < end && stream.read(&mut rest)? > 0 {}
    Ok(())
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let number = |position: usize, default: u32| {
        arguments.get(position).map_or(default, |argument| argument.parse().expect("a number"))
    };
    let port = u16::try_from(number(1, 2205)).expect("a port number");
    let pause = Duration::from_millis(number(2, 1000).into());
    let iterations = number(3, 15);
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(|stream| serve(&stream, pause, iterations)) {
            eprintln!("client lost: {error}");
        }
    }
    Ok(())
}
