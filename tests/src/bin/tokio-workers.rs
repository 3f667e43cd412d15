//! A right `server-async` with another structure than the reference: a runtime with several worker threads. One of them at a time waits in
//! epoll while the others are parked. It is not in the collection, whose programs are single files without dependencies.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

const WORKERS: usize = 4;

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let port: u16 = port.ok_or_else(|| io::Error::other("usage: tokio-workers PORT"))?;
    Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?.block_on(serve(port))
}

async fn serve(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    loop {
        match listener.accept().await {
            Ok((client, _)) => drop(tokio::spawn(attend(client))),
            // Most likely no file descriptor is free.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn attend(mut client: TcpStream) -> io::Result<()> {
    let (reader, mut writer) = client.split();
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).await? > 0 && line.ends_with(b"\n") {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.eq_ignore_ascii_case("bye") {
            break;
        }
        writer.write_all(format!("> {}\n", text.to_uppercase()).as_bytes()).await?;
        line.clear();
    }
    Ok(())
}
