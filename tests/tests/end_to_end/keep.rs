//! The files that `check --keep` keeps.

use std::fs;
use std::path::Path;
use std::process::Command;
use tests::{needs, xtask};

/// These fields of each packet in a capture, as tshark reads them.
fn packets(file: &Path, fields: &[&str]) -> Vec<Vec<String>> {
    let fields = fields.iter().flat_map(|field| ["-e", field]);
    let output = Command::new("tshark").arg("-r").arg(file).args(["-T", "fields"]).args(fields).output();
    let output = output.expect("tshark is needed, and cannot be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn a_kept_check_can_be_read_in_words_and_in_packets() {
    needs!("tshark");
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    xtask()
        .args(["check", "lab1", "--reference", "--only=L1.2,L1.3", "--seed=1", "--isolation=full", "--keep"])
        .arg(&kept)
        .assert()
        .code(0);

    let request = "Hello, sorry, but I don't speak HTTP...\r\n\r\n";
    let hexadecimal: String = request.bytes().map(|byte| format!("{byte:02x}")).collect();
    let sent = packets(&kept.join("L1.2-dumb-http-client.pcapng"), &["tcp.payload", "ip.proto"]);
    assert!(sent.iter().any(|packet| *packet == [hexadecimal.as_str(), "6"]), "{sent:?}");
    // Each packet is there once: one SYN of the client, and one SYN that answers it.
    let asked = packets(&kept.join("L1.2-dumb-http-client.pcapng"), &["tcp.flags.syn"]);
    assert_eq!(asked.iter().filter(|packet| ["1", "True"].contains(&packet[0].as_str())).count(), 2);

    // A mebibyte comes in segments of Ethernet size.
    let lengths = packets(&kept.join("L1.3-dumb-http-client.pcapng"), &["frame.len"]);
    let longest = lengths.iter().map(|packet| packet[0].parse::<usize>().unwrap()).max();
    assert_eq!(longest, Some(1514));

    let conversation = fs::read_to_string(kept.join("L1.2-dumb-http-client.txt")).unwrap();
    assert!(conversation.contains("Hello, sorry, but I don't speak HTTP...\\r\\n\\r\\n"), "{conversation}");
    assert!(fs::read(kept.join("L1.3-dumb-http-client.out")).unwrap().len() > 1 << 20);
}

#[test]
fn a_folder_that_cannot_be_made_is_told_before_anything_runs() {
    let file = tempfile::NamedTempFile::new().unwrap();
    xtask().args(["check", "lab3", "--keep"]).arg(file.path()).assert().code(2).stdout("");
}
