//! Control groups of either version (cgroups(7)). If one can be made, the kernel itself holds all that a check or a build starts to its
//! limits on memory and on processes, at once, and counts its own memory for them too. It gives all of it one share of the processors,
//! however many threads there are.
//!
//! The grader's own process of a check stays outside: only what it starts enters.

use crate::Limits;
use rustix::process::geteuid;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// What a group needs of what the kernel can share out.
const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpu"];
/// What the names of groups begin with; the grader's process id and a number follow.
const PREFIX: &str = "tcp-labs-";
/// The group that the grader itself is in if it had to make room for others beside it.
const OWN: &str = "tcp-labs";
/// How far the kernel's limit on memory lies above the stated one: a part of it plus these bytes. The kernel counts what is not the
/// programs' doing too, such as their stacks in it.
const ALLOWANCE: u64 = 16 << 20;
const PART: u64 = 8;

/// Where groups can be made in one hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// Version 2: one hierarchy has all controllers.
    is_unified: bool,
    folder: PathBuf,
}

/// A control group of its own, for what one check or build starts. Dropping it ends all that is left in it, and removes it.
#[derive(Debug)]
pub struct Group {
    folders: Vec<PathBuf>,
}

impl Group {
    /// Makes one with these limits. `None` if none can be had.
    pub fn make(limits: &Limits) -> Option<Group> {
        // Dropped, and so removed, if it cannot hold the limits.
        let mut group = Group { folders: Vec::new() };
        for place in places() {
            let folder = create(&place.folder).ok()?;
            group.folders.push(folder.clone());
            set(&folder, place.is_unified, limits).ok()?;
        }
        (!group.folders.is_empty()).then_some(group)
    }

    /// Its folders, one for each hierarchy, by which [`Entrance::open`] finds it.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in &self.folders {
            // Only version 2 has this, since Linux 5.14. Elsewhere all ends with the namespaces.
            let _ = fs::write(folder.join("cgroup.kill"), "1");
        }
        // What is just ending keeps it for a moment.
        const MOMENTS: u32 = 20;
        for _ in 0..MOMENTS {
            self.folders.retain(|folder| fs::remove_dir(folder).is_err());
            if self.folders.is_empty() {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        // A later grader removes it.
    }
}

/// Makes a group below `parent` whose name nobody has: a grader in another pid namespace may have the same process id.
fn create(parent: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    loop {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|()| folder),
        }
    }
}

/// A way into a group, and a view of it, for a process that cannot reach its folders any more.
#[derive(Debug)]
pub struct Entrance {
    doors: Vec<File>,
    /// In each version one of them counts what the kernel has ended: `memory.events` and `memory.oom_control`.
    events: Vec<File>,
    /// Version 1: the greatest use of memory, and the limit.
    peak: Vec<(File, u64)>,
}

impl Entrance {
    /// Opens the group with these folders; `None` if there are none. Call it before the process gives up what it may do.
    ///
    /// # Errors
    /// When it is not there, or may not be entered.
    pub fn open(folders: &[PathBuf]) -> io::Result<Option<Entrance>> {
        // In version 1 a thread may move alone, and no other need stand still: some 15 ms less.
        let door = |folder: &PathBuf| {
            let open = |name| OpenOptions::new().write(true).open(folder.join(name));
            open("tasks").or_else(|_| open("cgroup.procs"))
        };
        let doors = folders.iter().map(door).collect::<io::Result<Vec<File>>>()?;
        let events = ["memory.events", "memory.oom_control"];
        let events = folders.iter().flat_map(|folder| events.map(|name| folder.join(name)));
        let events = events.filter_map(|file| File::open(file).ok()).collect();
        let peak = folders.iter().filter_map(|folder| {
            let limit = fs::read_to_string(folder.join("memory.limit_in_bytes")).ok()?;
            Some((File::open(folder.join("memory.max_usage_in_bytes")).ok()?, limit.trim().parse().ok()?))
        });
        let peak = peak.collect();
        Ok((!doors.is_empty()).then_some(Entrance { doors, events, peak }))
    }

    /// Moves the calling process into the group, for good. It must have no other threads.
    pub(crate) fn enter(&self) -> io::Result<()> {
        self.doors.iter().try_for_each(|mut door| door.write_all(b"0"))
    }

    /// Whether the kernel ended one of its processes for lack of memory, and whether that was because they had as much as they may.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn kills(&self) -> io::Result<Option<Kill>> {
        let mut events = String::new();
        for file in &self.events {
            events += &read_again(file)?;
        }
        let mut was_full = false;
        for (file, limit) in &self.peak {
            was_full |= is_full(read_again(file)?.trim().parse().unwrap_or(0), *limit);
        }
        Ok(kill(&events, was_full))
    }
}

fn read_again(mut file: &File) -> io::Result<String> {
    let mut text = String::new();
    file.rewind()?;
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// Whether there was no room for more: the largest page may not have fitted.
fn is_full(peak: u64, limit: u64) -> bool {
    const LARGEST: u64 = 2 << 20;
    peak + LARGEST > limit
}

/// Why the kernel has ended a process for lack of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kill {
    /// The group had as much as it may.
    OwnLimit,
    /// None was left outside.
    Shortage,
}

/// What the counters say, `oom 1` and `oom_kill 1`; version 1 has only the second, but there `was_full` says as much as the first.
fn kill(events: &str, was_full: bool) -> Option<Kill> {
    let counter = |name: &str| {
        let line = events.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|count| count.parse::<u64>().ok()).unwrap_or(0)
    };
    let why = if was_full || counter("oom") > 0 { Kill::OwnLimit } else { Kill::Shortage };
    (counter("oom_kill") > 0).then_some(why)
}

/// Whether groups can be made here.
pub fn groups_can_be_made() -> bool {
    !places().is_empty()
}

/// The folders of this process's control group with that controller, and of all around it, from the inside out.
pub fn groups_around(controller: &str) -> Vec<PathBuf> {
    let hierarchies = hierarchies();
    let those = hierarchies.iter().filter(|hierarchy| {
        hierarchy.is_unified() || hierarchy.controllers.iter().any(|name| name == controller)
    });
    let around = |hierarchy: &Hierarchy| {
        let ancestors = hierarchy.group.ancestors().map(Path::to_owned);
        ancestors.take_while(|group| group.starts_with(&hierarchy.root)).collect::<Vec<_>>()
    };
    those.flat_map(around).collect()
}

/// A tree of groups, and where in it this process is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hierarchy {
    /// None in version 2, where files tell.
    controllers: Vec<String>,
    /// Where it is mounted.
    root: PathBuf,
    /// The folder of this process's group.
    group: PathBuf,
}

impl Hierarchy {
    fn is_unified(&self) -> bool {
        self.controllers.is_empty()
    }
}

fn hierarchies() -> Vec<Hierarchy> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    parse(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"))
}

/// Reads `4:memory:/a/b`, and `0::/a/b` of version 2, and finds where that is mounted: in `35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup
/// cgroup rw,memory` the fourth word is the mounted part of the tree, the fifth is where (proc(5)).
fn parse(memberships: &str, mounts: &str) -> Vec<Hierarchy> {
    let membership = |line: &str| {
        let mut parts = line.splitn(3, ':').skip(1);
        let names = parts.next()?;
        let path = PathBuf::from(parts.next()?);
        let controllers: Vec<String> =
            names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        mounts.lines().find_map(|mount| {
            let (place, kind) = mount.split_once(" - ")?;
            let mut place = place.split(' ').skip(3);
            let (part, root) = (place.next()?, PathBuf::from(place.next()?));
            let mut kind = kind.split(' ');
            let is_it = match kind.next()? {
                "cgroup2" => controllers.is_empty(),
                "cgroup" => {
                    let options: Vec<&str> = kind.next_back()?.split(',').collect();
                    !controllers.is_empty() && controllers.iter().all(|name| options.contains(&name.as_str()))
                }
                _ => false,
            };
            let below = path.strip_prefix(part).ok().filter(|_| is_it)?;
            // Joining an empty path would add a slash.
            let group = if below.as_os_str().is_empty() { root.clone() } else { root.join(below) };
            Some(Hierarchy { controllers: controllers.clone(), root, group })
        })
    };
    memberships.lines().filter_map(membership).collect()
}

/// Where this process can make groups that limit memory at least. Found once: it may have to make room.
fn places() -> &'static [Place] {
    static PLACES: OnceLock<Vec<Place>> = OnceLock::new();
    PLACES.get_or_init(|| {
        let hierarchies = hierarchies();
        let unified = hierarchies.iter().find(|hierarchy| hierarchy.is_unified());
        if let Some(folder) = unified.and_then(|hierarchy| make_way(hierarchy).ok().flatten())
            && can_be_made_in(&folder)
        {
            return vec![Place { is_unified: true, folder }];
        }
        let places = CONTROLLERS.iter().filter_map(|controller| {
            let hierarchy =
                hierarchies.iter().find(|hierarchy| hierarchy.controllers.iter().any(|c| c == controller))?;
            if !can_be_made_in(&hierarchy.group) {
                return None;
            }
            Some((*controller, Place { is_unified: false, folder: hierarchy.group.clone() }))
        });
        let places: Vec<(&str, Place)> = places.collect();
        // Two controllers may be in one hierarchy.
        let mut folders: Vec<Place> = Vec::new();
        if places.iter().any(|(controller, _)| *controller == "memory") {
            for (_, place) in places {
                if !folders.contains(&place) {
                    folders.push(place);
                }
            }
        }
        folders
    })
}

/// Whether this process may make groups there; makes and removes one.
fn can_be_made_in(folder: &Path) -> bool {
    remove_left_over(folder);
    create(folder).and_then(fs::remove_dir).is_ok()
}

/// The folder of version 2 in which groups have a limit on memory, if there is one that this process may arrange: what somebody has
/// delegated to it, or all that a container sees. A group with processes of its own can have no such groups below it, so its processes
/// move into one ("no internal processes" in cgroups(7)).
fn make_way(hierarchy: &Hierarchy) -> io::Result<Option<PathBuf>> {
    let mut group = hierarchy.group.clone();
    if group.ends_with(OWN) {
        // This process comes from one that has made room.
        group.pop();
    }
    let words = |name: &str| -> io::Result<Vec<String>> {
        let text = fs::read_to_string(group.join(name))?;
        Ok(text.split_ascii_whitespace().map(str::to_owned).collect())
    };
    let to_be_had = words("cgroup.controllers")?;
    if !to_be_had.iter().any(|name| name == "memory") {
        return Ok(None);
    }
    // The root group has no such file, and may have processes.
    let is_first = !group.join("cgroup.type").exists();
    let is_ours = is_first || group == hierarchy.root || is_delegated(&group);
    if !is_ours {
        return Ok(None);
    }
    if !is_first {
        let own = group.join(OWN);
        fs::create_dir_all(&own)?;
        // Others may come in while these go.
        const TIMES: usize = 16;
        for _ in 0..TIMES {
            let inside = words("cgroup.procs")?;
            if inside.is_empty() {
                break;
            }
            for process in inside {
                // It may have ended.
                let _ = fs::write(own.join("cgroup.procs"), process);
            }
        }
    }
    let enabled = words("cgroup.subtree_control")?;
    for controller in CONTROLLERS {
        let is_needed = to_be_had.iter().any(|name| name == controller);
        if is_needed && !enabled.iter().any(|name| name == controller) {
            fs::write(group.join("cgroup.subtree_control"), format!("+{controller}"))?;
        }
    }
    Ok(Some(group))
}

/// Whether systemd lets those in the group do with it what they like (`Delegate=` in systemd.resource-control(5)). It marks the group,
/// but not every version marks a user's units: then it is asked.
fn is_delegated(group: &Path) -> bool {
    let is_marked = ["user.delegate", "trusted.delegate"].iter().any(|name| {
        let mut value = [0; 8];
        rustix::fs::getxattr(group, *name, &mut value[..]).is_ok_and(|length| value[..length] == *b"1")
    });
    let unit = group.file_name().unwrap_or_default();
    let own = geteuid();
    let is_of_a_user = || !own.is_root() && fs::metadata(group).is_ok_and(|data| data.uid() == own.as_raw());
    let says_so = || {
        let mut asked = Command::new("systemctl");
        asked.args(["--user", "show", "--property=Delegate", "--value", "--"]).arg(unit);
        let said = asked.stdin(Stdio::null()).stderr(Stdio::null()).output();
        said.is_ok_and(|said| said.stdout.trim_ascii() == b"yes")
    };
    is_marked || is_of_a_user() && says_so()
}

/// Removes what killed graders have left behind.
fn remove_left_over(folder: &Path) {
    /// One that was made and not yet entered is much younger.
    const OLD: Duration = Duration::from_secs(3600);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|made| made.elapsed().ok());
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && age.is_some_and(|age| age > OLD) {
            // One in use stays.
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// Sets what the group's processes may use, as far as its hierarchy controls that.
fn set(folder: &Path, is_unified: bool, limits: &Limits) -> io::Result<()> {
    let memory = (limits.memory + limits.memory / PART + ALLOWANCE).to_string();
    // The limit on the user's processes, plus init.
    let tasks = (limits.most_tasks() + 1).to_string();
    let (of_memory, of_swap) = if is_unified {
        ("memory.max", [("memory.swap.max", "0")])
    } else {
        ("memory.limit_in_bytes", [("memory.memsw.limit_in_bytes", memory.as_str())])
    };
    if folder.join(of_memory).exists() {
        fs::write(folder.join(of_memory), &memory)?;
        for (name, value) in of_swap {
            // There is nothing to limit if the kernel does not count it.
            let _ = fs::write(folder.join(name), value);
        }
    }
    if folder.join("pids.max").exists() {
        fs::write(folder.join("pids.max"), tasks)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_found_where_they_are_mounted() {
        let mounts = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n\
                      35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n\
                      36 31 0:33 /box /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:7 - cgroup cgroup rw,cpu,cpuacct\n\
                      41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";
        let hierarchy = |controllers: &[&str], root: &str, group: &str| Hierarchy {
            controllers: controllers.iter().map(|name| (*name).to_owned()).collect(),
            root: root.into(),
            group: group.into(),
        };
        let found = parse("9:memory:/a/b\n8:cpu,cpuacct:/box/c\n3:pids:/\n0::/", mounts);
        assert_eq!(
            found,
            [
                hierarchy(&["memory"], "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/a/b"),
                hierarchy(&["cpu", "cpuacct"], "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct/c"),
                hierarchy(&[], "/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified"),
            ]
        );
    }

    #[test]
    fn the_kernel_tells_whose_fault_a_want_of_memory_is() {
        let unified =
            |oom, kills| format!("low 0\nhigh 0\nmax 12\noom {oom}\noom_kill {kills}\noom_group_kill 0\n");
        assert_eq!(kill(&unified(0, 0), false), None);
        assert_eq!(kill(&unified(2, 1), false), Some(Kill::OwnLimit));
        assert_eq!(kill(&unified(0, 1), false), Some(Kill::Shortage));
        let first = |kills| format!("oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n");
        assert_eq!(kill(&first(0), true), None);
        assert_eq!(kill(&first(3), true), Some(Kill::OwnLimit));
        assert_eq!(kill(&first(3), false), Some(Kill::Shortage));
        assert!(is_full(90 << 20, 90 << 20) && !is_full(80 << 20, 90 << 20));
    }
}
