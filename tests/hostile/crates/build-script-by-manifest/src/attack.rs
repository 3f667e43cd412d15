fn main() {
    let _ = std::fs::write("@bait@/written", "by a build script");
    panic!("BREACH a build script ran");
}
