// mistake: takes each line that begins with BYE for the farewell, whatever word it is.
// fails: L4.15

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

static SAID_BYE: AtomicBool = AtomicBool::new(false);

fn send_input(mut server: TcpStream) -> io::Result<()> {
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
        said_bye = line.to_ascii_uppercase().starts_with(b"BYE");
        // Noted before it is sent: the server may close at once.
        SAID_BYE.store(said_bye, Ordering::SeqCst);
        server.write_all(&line)?;
    }
    Ok(())
}

fn print_lines(server: &TcpStream) -> io::Result<()> {
    let mut console = io::stdout();
    let mut server = BufReader::new(server);
    let mut line = Vec::new();
    while server.read_until(b'\n', &mut line)? > 0 {
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        console.write_all(&[text, b"\n"].concat())?;
        console.flush()?;
        line.clear();
    }
    Ok(())
}

fn talk(mut server: TcpStream, name: &str) -> ExitCode {
    // A write that fails is no news: the thread that reads is told as well.
    let _ = server.write_all(format!("HELLO {name}\n").as_bytes());
    let sender = server.try_clone().expect("a free file descriptor");
    thread::spawn(move || send_input(sender));
    let end = print_lines(&server);
    if SAID_BYE.load(Ordering::SeqCst) {
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
