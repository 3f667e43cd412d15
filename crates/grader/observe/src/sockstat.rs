//! How many sockets this network namespace has, as `/proc/net/sockstat` counts them (proc(5)): lines such as `sockets: used 8` and
//! `TCP: inuse 1 orphan 0 tw 0 alloc 3 mem 0`. To read it costs a hundredth of a walk through the sockets.

use std::fs;
use std::io;

/// The counts at one moment.
#[derive(Clone, Debug)]
pub struct Sockstat(String);

impl Sockstat {
    /// Those of all sockets, and of TCP and UDP over IPv4.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn read() -> io::Result<Sockstat> {
        fs::read_to_string("/proc/net/sockstat").map(Sockstat)
    }

    /// Those of TCP and UDP over IPv6; none if the kernel has no IPv6.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub(crate) fn read_ipv6() -> io::Result<Sockstat> {
        match fs::read_to_string("/proc/net/sockstat6") {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Sockstat(String::new())),
            text => text.map(Sockstat),
        }
    }

    /// The number behind `name` in the line that begins with `label`, its colon included; 0 if there is none.
    pub fn number(&self, label: &str, name: &str) -> u64 {
        let number = |line: &str| {
            let mut words = line.strip_prefix(label)?.split_ascii_whitespace();
            words.find(|word| *word == name)?;
            words.next()?.parse().ok()
        };
        self.0.lines().find_map(number).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_their_line_and_name() {
        let text = "sockets: used 171\nTCP: inuse 7 orphan 0 tw 2 alloc 9 mem 1\nUDP: inuse 3 mem 4\nUDPLITE: inuse 5\n";
        let counts = Sockstat(text.to_owned());
        let numbers =
            [("sockets:", "used"), ("TCP:", "tw"), ("UDP:", "mem"), ("UDP:", "inuse"), ("RAW:", "inuse")];
        assert_eq!(numbers.map(|(label, name)| counts.number(label, name)), [171, 2, 4, 3, 0]);
        assert!(Sockstat::read().unwrap().number("sockets:", "used") > 0);
    }
}
