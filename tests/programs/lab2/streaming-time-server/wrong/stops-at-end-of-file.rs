// mistake: takes the end of file from its client for the end of the conversation.
// fails: L2.6

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
        stream.write_all(format!("{{'time' : '{}'}}\n", rfc_3339(seconds)).as_bytes())?;
        forget_input(stream)?;
    }
    hang_up(stream)
}

fn forget_input(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let input = stream.read(&mut [0; 65536]);
    stream.set_nonblocking(false)?;
    match input {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Ok(()),
    }
}

fn now() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().expect("a clock that is set").as_secs()
}

fn rfc_3339(seconds: u64) -> String {
    let (mut day, second) = (seconds / 86400, seconds % 86400);
    let (mut year, mut month) = (1970, 1);
    while day >= days_in(year, month) {
        day -= days_in(year, month);
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", day + 1)
}

fn days_in(year: u32, month: u32) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
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
