fn main() {
    reference_echo::attend();
}
