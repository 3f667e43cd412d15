// tries: to fill the memory or the disk of the grader with the compiler's words.
// deserves: stopped: 16 MiB of output

macro_rules! a { () => { concat!("0123456789abcdef", "0123456789abcdef", "0123456789abcdef", "0123456789abcdef") }; }
macro_rules! b { () => { concat!(a!(), a!(), a!(), a!(), a!(), a!(), a!(), a!(), a!(), a!(), a!(), a!(), a!(), a!(), a!(), a!()) }; }
macro_rules! c { () => { concat!(b!(), b!(), b!(), b!(), b!(), b!(), b!(), b!(), b!(), b!(), b!(), b!(), b!(), b!(), b!(), b!()) }; }
macro_rules! d { () => { concat!(c!(), c!(), c!(), c!(), c!(), c!(), c!(), c!(), c!(), c!(), c!(), c!(), c!(), c!(), c!(), c!()) }; }
macro_rules! e { () => { concat!(d!(), d!(), d!(), d!(), d!(), d!(), d!(), d!(), d!(), d!(), d!(), d!(), d!(), d!(), d!(), d!()) }; }

compile_error!(concat!(e!(), e!(), e!(), e!(), e!(), e!(), e!(), e!()));
