//! Submissions of the hostile collection as folders: their own descriptions, and what is added to them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Honest programs, for those that an attack does not contain.
const IN_RUST: [(&str, &str); 4] = [
    ("echo-server", "lab3/echo-server/correct/plain.rs"),
    ("echo-client", "lab3/echo-client/correct/deadline.rs"),
    ("echo-server-threaded", "lab3/echo-server-threaded/correct/plain.rs"),
    ("bounded-listener", "../hostile/crates/honest/src/bin/bounded-listener.rs"),
];
const IN_PYTHON: [(&str, &str, &str); 4] = [
    ("echo-server", "lab3/echo-server/correct/bytearray.py", "{port}"),
    ("echo-client", "lab3/echo-client/correct/partition.py", "{host} {port} {timeout_ms}"),
    ("echo-server-threaded", "lab3/echo-server-threaded/correct/threading-module.py", "{port}"),
    ("bounded-listener", "lab3/bounded-listener/correct/readline.py", "{port}"),
];

/// The expected result of a submission, by the comment at the beginning of one of its files.
pub fn deserves(folder: &Path) -> String {
    let line = |text: &str, name: &str| {
        let lines = text.lines().take(2).map(|line| line.trim_start_matches(['/', '#', ' ']));
        lines.filter_map(|line| line.strip_prefix(name)).map(str::to_owned).next()
    };
    let texts: Vec<String> = files(folder).iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    assert!(
        texts.iter().any(|text| line(text, "tries: ").is_some()),
        "{} says what it tries",
        folder.display()
    );
    let deserved = texts.iter().find_map(|text| line(text, "deserves: "));
    deserved.unwrap_or_else(|| panic!("{} says what it deserves", folder.display()))
}

/// Adds the missing programs to a submission of lab 3, as honest ones, and adds what its attack needs from the collection.
pub fn complete(folder: &Path, collection: &Path) {
    let programs = runner::workspace_root().join("tests/programs");
    let settings = folder.join("submission.toml");
    let Ok(mut text) = fs::read_to_string(&settings) else {
        fs::create_dir_all(folder.join("src/bin")).unwrap();
        for (name, honest) in IN_RUST {
            let place = folder.join("src/bin").join(format!("{name}.rs"));
            if fs::symlink_metadata(&place).is_err() {
                fs::copy(programs.join(honest), place).unwrap();
            }
        }
        return;
    };
    for (name, honest, arguments) in IN_PYTHON {
        fs::copy(programs.join(honest), folder.join(format!("{name}.py"))).unwrap();
        if !text.contains(&format!("{name} =")) {
            text += &format!("{name} = \"python3 {name}.py {arguments}\"\n");
        }
    }
    fs::copy(collection.join("support.py"), folder.join("support.py")).unwrap();
    fs::write(settings, text).unwrap();
}

/// Copies a folder, with its links as they are.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&source, &target);
        } else if kind.is_symlink() {
            symlink(fs::read_link(source).unwrap(), target).unwrap();
        } else {
            fs::copy(source, target).unwrap();
        }
    }
}

/// All regular files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found
}
