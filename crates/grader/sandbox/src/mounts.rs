//! What is mounted where on the machine: `/proc/self/mountinfo` (proc(5)).

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// What is mounted on the machine.
pub(crate) struct Mounts(Vec<Mount>);

struct Mount {
    id: u64,
    /// What it is mounted in.
    parent: u64,
    /// The file system, as `MAJOR:MINOR`.
    device: String,
    /// The folder of the file system that is shown.
    root: PathBuf,
    point: PathBuf,
}

/// Folders of the system, which all may read. They are not hidden because somebody shows them once more in a hidden folder, as the
/// root of another system, say.
const SYSTEM: [&str; 14] = [
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/opt", "/proc", "/sbin",
    "/sys", "/usr",
];

impl Mounts {
    /// Reads them.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub(crate) fn read() -> io::Result<Mounts> {
        Ok(Mounts::parse(&fs::read("/proc/self/mountinfo")?))
    }

    /// Lines of the form `36 35 98:0 /mnt1 /mnt2 rw …`; in a path `\040` stands for a space and the like.
    fn parse(table: &[u8]) -> Mounts {
        let path = |word: &[u8]| {
            let mut bytes = Vec::new();
            let mut rest = word;
            while let [first, left @ ..] = rest {
                let code = if *first == b'\\' { left.first_chunk::<3>() } else { None };
                let code = code.and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 8).ok());
                bytes.push(code.unwrap_or(*first));
                rest = if code.is_some() { &left[3..] } else { left };
            }
            PathBuf::from(OsString::from_vec(bytes))
        };
        let number = |word: &[u8]| str::from_utf8(word).ok()?.parse().ok();
        let mount = |line: &[u8]| {
            let mut words = line.split(|byte| *byte == b' ');
            Some(Mount {
                id: number(words.next()?)?,
                parent: number(words.next()?)?,
                device: String::from_utf8_lossy(words.next()?).into_owned(),
                root: path(words.next()?),
                point: path(words.next()?),
            })
        };
        Mounts(table.split(|byte| *byte == b'\n').filter_map(mount).collect())
    }

    /// Where something is mounted below this folder and can be seen.
    pub(crate) fn below(&self, folder: &Path) -> impl Iterator<Item = &Path> {
        let is_below = move |mount: &&Mount| mount.point.starts_with(folder) && mount.point != folder;
        self.0
            .iter()
            .filter(is_below)
            .filter(|mount| !self.is_covered(mount))
            .map(|mount| mount.point.as_path())
    }

    /// Whether another file system is mounted over a folder on the way to this one.
    fn is_covered(&self, mount: &Mount) -> bool {
        let parent = |mount: &Mount| self.0.iter().find(|other| other.id == mount.parent);
        let mut around: Vec<&Mount> = vec![mount];
        while let Some(outer) = around.last().and_then(|inner| parent(inner))
            && around.len() <= self.0.len()
        {
            around.push(outer);
        }
        let is_around = |id: u64| around.iter().any(|outer| outer.id == id);
        self.0.iter().any(|other| {
            let is_on_the_way = mount.point.starts_with(&other.point) && mount.point != other.point;
            is_on_the_way && is_around(other.parent) && !is_around(other.id)
        })
    }

    /// The other paths that show all that is in this folder: its file system, or one that is mounted in it, may be mounted elsewhere too.
    pub(crate) fn aliases(&self, folder: &Path) -> Vec<PathBuf> {
        let around = self.0.iter().filter(|mount| folder.starts_with(&mount.point));
        let own = around.max_by_key(|mount| mount.point.components().count());
        let own = own.and_then(|mount| {
            Some((&mount.device, mount.root.join(folder.strip_prefix(&mount.point).ok()?)))
        });
        let within = self.0.iter().filter(|mount| mount.point.starts_with(folder));
        let shown = own.into_iter().chain(within.map(|mount| (&mount.device, mount.root.clone())));
        let elsewhere = shown.flat_map(|(device, path)| {
            self.0.iter().filter_map(move |mount| {
                let rest = path.strip_prefix(&mount.root).ok().filter(|_| mount.device == *device)?;
                Some(mount.point.join(rest).components().collect::<PathBuf>())
            })
        });
        let is_of_the_system = |path: &Path| SYSTEM.iter().any(|system| path.starts_with(system));
        let mut aliases: Vec<PathBuf> = elsewhere
            .filter(|path| !path.starts_with(folder) && !folder.starts_with(path) && !is_of_the_system(path))
            .collect();
        aliases.sort();
        aliases.dedup();
        aliases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"20 1 8:1 / / rw - ext4 /dev/sda rw
21 20 8:2 / /home rw - ext4 /dev/sdb rw
22 20 8:3 / /srv/my\\040class rw - ext4 /dev/sdc rw
23 20 8:4 / /opt/one rw - ext4 /dev/sdd rw
24 20 8:5 / /opt rw - ext4 /dev/sde rw
25 20 8:6 / /mnt rw - ext4 /dev/sdf rw
26 25 8:7 / /mnt/two rw - ext4 /dev/sdg rw
27 20 8:1 / /media/\xe4 rw - ext4 /dev/sdh rw";

    #[test]
    fn what_is_mounted_below_a_folder_and_not_covered_is_found() {
        let mounts = Mounts::parse(TABLE);
        let below = |folder: &str| {
            mounts.below(Path::new(folder)).map(|path| path.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(below("/home"), [""; 0], "a file system itself is not below");
        assert_eq!(below("/srv"), ["/srv/my class"]);
        assert_eq!(below("/opt"), [""; 0], "/opt/one is covered by what is mounted on /opt");
        assert_eq!(below("/mnt"), ["/mnt/two"]);
        assert_eq!(below("/media").len(), 1, "a name that is no text is one too");
    }

    #[test]
    fn a_folder_is_found_where_else_it_is_shown() {
        let table = b"20 1 8:1 / / rw - ext4 /dev/sda rw
21 20 8:1 /srv/export/anna /home/anna rw - ext4 /dev/sda rw
22 20 8:2 / /data rw - ext4 /dev/sdb rw
23 20 8:2 /class /mnt rw - ext4 /dev/sdb rw
24 20 8:1 / /home/anna/chroot rw - ext4 /dev/sda rw
25 20 8:1 /usr /home/anna/chroot/usr rw - ext4 /dev/sda rw";
        let mounts = Mounts::parse(table);
        let aliases = |folder: &str| {
            let found = mounts.aliases(Path::new(folder));
            found.into_iter().map(|path| path.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            aliases("/home/anna/class"),
            ["/home/anna/chroot/srv/export/anna/class", "/srv/export/anna/class"]
        );
        assert_eq!(aliases("/home"), ["/srv/export/anna"]);
        assert_eq!(
            aliases("/srv/export/anna/class"),
            ["/home/anna/chroot/srv/export/anna/class", "/home/anna/class"]
        );
        assert_eq!(aliases("/data/class/bob"), ["/mnt/bob"]);
        assert_eq!(aliases("/data"), [""; 0], "who mounts a part of it elsewhere wants it to be seen there");
        assert_eq!(aliases("/var"), ["/home/anna/chroot/var"]);
    }
}
