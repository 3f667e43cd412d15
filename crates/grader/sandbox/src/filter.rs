//! Which system calls a submission may not make (seccomp(2)): those that look into or steer other processes, that make or change
//! namespaces and mounts, that reach the machine by another way than its own network, and in which nobody could see or count what it
//! does.

use libc::{c_long, sock_filter};
use std::mem::offset_of;
use syscalls::Sysno;

/// What is compared of one argument. Flags and families are C ints: the kernel takes the lower half of the register.
enum Test {
    /// It has any of these bits.
    HasAny(u32),
    /// It has none of these bits.
    Lacks(u32),
    /// It is this one.
    Is(u32),
    /// It is none of these.
    NoneOf(&'static [u32]),
    /// It is larger, as a number of 64 bits.
    Above(u32),
}

/// A call that is refused with an error: always, or when all tests of its arguments, given by number, hold.
struct Rule {
    call: c_long,
    error: i32,
    tests: &'static [(u8, Test)],
}

/// New namespaces in the flags of clone(2).
const NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET)
    .cast_unsigned();

/// The families of sockets that programs of a lab and their runtimes use. Netlink is how the C library asks for addresses.
const FAMILIES: &[u32] =
    &[libc::AF_UNIX as u32, libc::AF_INET as u32, libc::AF_INET6 as u32, libc::AF_NETLINK as u32];

/// The usual protocol of a kind of sockets, TCP, UDP, and the two of ping.
const PROTOCOLS: &[u32] = &[
    0,
    libc::IPPROTO_TCP as u32,
    libc::IPPROTO_UDP as u32,
    libc::IPPROTO_ICMP as u32,
    libc::IPPROTO_ICMPV6 as u32,
];

/// There may be 4,096 such segments (SHMMNI), whose memory nobody sees while none is attached: together 256 MiB.
const LARGEST_SEGMENT: u32 = 64 << 10;
/// There may be 32,000 sets of semaphores (SEMMNI) with a cache line for each: together 64 MiB.
const LARGEST_SET: u32 = 32;

const fn conditional(call: c_long, error: i32, tests: &'static [(u8, Test)]) -> Rule {
    Rule { call, error, tests }
}

/// Calls that are refused with certain arguments.
const CONDITIONAL: [Rule; 11] = [
    conditional(libc::SYS_clone, libc::EPERM, &[(0, Test::HasAny(NAMESPACES))]),
    // A thread with its own table of files, in which nobody would look.
    conditional(
        libc::SYS_clone,
        libc::EINVAL,
        &[(0, Test::HasAny(libc::CLONE_THREAD as u32)), (0, Test::Lacks(libc::CLONE_FILES as u32))],
    ),
    conditional(libc::SYS_close_range, libc::EINVAL, &[(2, Test::HasAny(libc::CLOSE_RANGE_UNSHARE))]),
    conditional(libc::SYS_socket, libc::EAFNOSUPPORT, &[(0, Test::NoneOf(FAMILIES))]),
    // The Internet's other protocols are in no table in which sockets are looked for (MPTCP, UDP-Lite, SCTP). A program that asks for the
    // first does without.
    conditional(
        libc::SYS_socket,
        libc::EPROTONOSUPPORT,
        &[(0, Test::Is(libc::AF_INET as u32)), (2, Test::NoneOf(PROTOCOLS))],
    ),
    conditional(
        libc::SYS_socket,
        libc::EPROTONOSUPPORT,
        &[(0, Test::Is(libc::AF_INET6 as u32)), (2, Test::NoneOf(PROTOCOLS))],
    ),
    // The limits of another process: reading them does no harm.
    conditional(libc::SYS_prlimit64, libc::EPERM, &[(0, Test::Above(0)), (2, Test::Above(0))]),
    // Of netlink's protocols only routing, number 0.
    conditional(
        libc::SYS_socket,
        libc::EPROTONOSUPPORT,
        &[(0, Test::Is(libc::AF_NETLINK as u32)), (2, Test::Above(0))],
    ),
    conditional(libc::SYS_shmget, libc::EINVAL, &[(1, Test::Above(LARGEST_SEGMENT))]),
    conditional(libc::SYS_semget, libc::EINVAL, &[(1, Test::Above(LARGEST_SET))]),
    // A filter of its own: with one, threads could seem to be in calls that never take place (SECCOMP_RET_USER_NOTIF). The kernel seems
    // to have none (PR_SET_SECCOMP in prctl(2)).
    conditional(libc::SYS_prctl, libc::EINVAL, &[(0, Test::Is(libc::PR_SET_SECCOMP as u32))]),
];

/// Calls that the kernel seems not to have, so that programs fall back to older ones: clone3, whose flags lie in memory where no filter
/// can read them; io_uring, which makes calls that nobody sees; asynchronous input and output (io_setup(2)), whose waits nobody sees;
/// files in memory and System V's queues of messages, which nobody can count; and filters of system calls, as above.
const UNKNOWN: [c_long; 12] = [
    libc::SYS_clone3,
    libc::SYS_msgget,
    libc::SYS_seccomp,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_setup,
    libc::SYS_io_submit,
    libc::SYS_io_getevents,
    Sysno::io_pgetevents as c_long,
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
];

/// Calls that are never allowed.
const FORBIDDEN: [c_long; 40] = [
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    // Namespaces, mounts and roots.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    // The kernel itself.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_quotactl,
];

/// Calls that succeed and do nothing. All that a program can write lies in memory, but flushing a file of the machine's own would hold up
/// the disk, and keep the program in a state that is neither running nor asleep.
const IDLE: [c_long; 5] =
    [libc::SYS_fsync, libc::SYS_fdatasync, libc::SYS_sync, libc::SYS_syncfs, libc::SYS_sync_file_range];

/// The number that seccomp gives to this machine's calls (`linux/audit.h`).
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
#[cfg(target_arch = "riscv64")]
const ARCHITECTURE: u32 = 0xc000_00f3;

/// From here on x86-64 numbers the calls of x32 programs, to which the rules would not apply.
const OTHER_NUMBERS: u32 = 0x4000_0000;

/// The filter as the kernel runs it for each call.
pub(crate) fn program() -> Vec<sock_filter> {
    let number = u32::try_from(offset_of!(libc::seccomp_data, nr)).unwrap_or_default();
    let architecture = u32::try_from(offset_of!(libc::seccomp_data, arch)).unwrap_or_default();
    let mut program = vec![load(architecture), jump(libc::BPF_JEQ, ARCHITECTURE, 1, 0), refuse(libc::ENOSYS)];
    program.extend([load(number), jump(libc::BPF_JGE, OTHER_NUMBERS, 0, 1), refuse(libc::ENOSYS)]);
    let always = [(&UNKNOWN[..], libc::ENOSYS), (&FORBIDDEN[..], libc::EPERM), (&IDLE[..], 0)];
    for (calls, error) in always {
        for call in calls {
            program.extend([jump(libc::BPF_JEQ, constant(*call), 0, 1), refuse(error)]);
        }
    }
    for rule in &CONDITIONAL {
        // From last to first: a test that fails jumps over all that follow it, to where the number is loaded again.
        let mut body = vec![refuse(rule.error)];
        for (argument, test) in rule.tests.iter().rev() {
            body = [tested(*argument, test, body.len()), body].concat();
        }
        body.push(load(number));
        program.push(jump(libc::BPF_JEQ, constant(rule.call), 0, length(body.len())));
        program.extend(body);
    }
    program.push(answer(libc::SECCOMP_RET_ALLOW));
    program
}

/// Loads an argument and goes on if the test holds; else jumps over the next `rest` instructions.
fn tested(argument: u8, test: &Test, rest: usize) -> Vec<sock_filter> {
    let over = length(rest);
    let half = |upper: bool| {
        let second = usize::from(upper == cfg!(target_endian = "little"));
        let offset = offset_of!(libc::seccomp_data, args) + 8 * usize::from(argument) + 4 * second;
        load(u32::try_from(offset).unwrap_or_default())
    };
    match test {
        Test::HasAny(bits) => vec![half(false), jump(libc::BPF_JSET, *bits, 0, over)],
        Test::Lacks(bits) => vec![half(false), jump(libc::BPF_JSET, *bits, over, 0)],
        Test::Is(value) => vec![half(false), jump(libc::BPF_JEQ, *value, 0, over)],
        Test::NoneOf(values) => {
            let compare = |(index, value): (usize, &u32)| {
                let remaining = values.len() - 1 - index;
                jump(libc::BPF_JEQ, *value, length(rest + remaining), 0)
            };
            std::iter::once(half(false)).chain(values.iter().enumerate().map(compare)).collect()
        }
        Test::Above(value) => {
            vec![half(true), jump(libc::BPF_JGT, 0, 2, 0), half(false), jump(libc::BPF_JGT, *value, 0, over)]
        }
    }
}

fn load(offset: u32) -> sock_filter {
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0, 0)
}

/// Compares what was loaded, and skips `when_true` or `when_false` instructions.
fn jump(comparison: u32, value: u32, when_true: u8, when_false: u8) -> sock_filter {
    instruction(libc::BPF_JMP | comparison | libc::BPF_K, value, when_true, when_false)
}

fn refuse(error: i32) -> sock_filter {
    answer(libc::SECCOMP_RET_ERRNO | error.cast_unsigned())
}

fn answer(action: u32) -> sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, action, 0, 0)
}

fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code: u16::try_from(code).unwrap_or_default(), jt, jf, k }
}

fn constant(call: c_long) -> u32 {
    u32::try_from(call).unwrap_or(u32::MAX)
}

fn length(instructions: usize) -> u8 {
    u8::try_from(instructions).unwrap_or(u8::MAX)
}
