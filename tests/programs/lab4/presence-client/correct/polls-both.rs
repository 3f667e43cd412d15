// correct: takes turns between the keyboard's channel and a socket with a time-out of 20 ms.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

fn read_input(lines: Sender<Vec<u8>>) -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut said_bye = false;
    while !said_bye {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            line.extend(b"BYE");
        }
        if !line.ends_with(b"\n") {
            line.push(b'\n');
        }
        said_bye = line.trim_ascii().eq_ignore_ascii_case(b"BYE");
        let _ = lines.send(line);
    }
    Ok(())
}

fn take_turns(mut server: &TcpStream, input: &Receiver<Vec<u8>>, said_bye: &mut bool) -> io::Result<()> {
    let mut console = io::stdout();
    let mut lines = BufReader::new(server);
    let mut line = Vec::new();
    server.set_read_timeout(Some(Duration::from_millis(20)))?;
    loop {
        for typed in input.try_iter() {
            *said_bye = typed.trim_ascii().eq_ignore_ascii_case(b"BYE");
            server.write_all(&typed)?;
        }
        // What a read that timed out has brought so far stays in the line.
        match lines.read_until(b'\n', &mut line) {
            Ok(0) if line.is_empty() => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            outcome => outcome?,
        };
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        console.write_all(&[text, b"\n"].concat())?;
        console.flush()?;
        line.clear();
    }
}

fn talk(mut server: TcpStream, name: &str) -> ExitCode {
    // A write that fails is no news: the thread that reads is told as well.
    let _ = server.write_all(format!("HELLO {name}\n").as_bytes());
    let (sender, input) = mpsc::channel();
    thread::spawn(move || read_input(sender));
    let mut said_bye = false;
    let end = take_turns(&server, &input, &mut said_bye);
    if said_bye {
        return ExitCode::SUCCESS;
    }
    match end {
        Ok(()) => eprintln!("the server closed the connection"),
        Err(error) => eprintln!("connection lost: {error}"),
    }
    ExitCode::FAILURE
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [host, port, name] = arguments.as_slice() else {
        eprintln!("usage: presence-client HOST PORT NAME");
        return ExitCode::from(2);
    };
    let port: u16 = port.parse().expect("a port number");
    match TcpStream::connect((host.as_str(), port)) {
        Ok(server) => talk(server, name),
        Err(error) => {
            eprintln!("cannot connect to {host}:{port}: {error}");
            ExitCode::FAILURE
        }
    }
}
