// tries: to use up the memory by a macro that doubles its words each time.
// deserves: stopped: 2048 MiB of memory

// Where nothing stops it, the compiler ends it.
#![recursion_limit = "27"]

macro_rules! grow {
    ($($word:tt)*) => { grow! { $($word)* $($word)* } };
}

grow! { a }
