// tries: to write a file and to reach the host's network while it is built.
// deserves: full

fn main() {
    let _ = std::fs::write("@bait@/written", "by build.rs");
    let _ = std::net::TcpStream::connect("127.0.0.1:@tcp4@");
    println!("cargo:warning=BREACH build.rs ran");
    panic!("BREACH build.rs ran");
}
