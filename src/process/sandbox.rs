//! What an isolated program may do, and the helper that takes it upon itself before it becomes the program.
//!
//! The helper is this program, called with [`HELPER`]: it limits itself and then executes the agent, which inherits the
//! limits and cannot get rid of them. Files are limited by Landlock, system calls by seccomp, resources by rlimits.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::scenario::ProcessSpec;

/// The hidden command of the helper: `tiltyard __sandbox POLICY [PROGRAM ARGS..]`.
pub const HELPER: &str = "__sandbox";

/// What a program may do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    read: Vec<PathBuf>,
    folder: PathBuf,
    network: bool,
    processes: bool,
    memory_mb: u64,
    cpu_s: u64,
}

impl Policy {
    /// What `spec` says, with these files and folders to read.
    pub fn new(spec: &ProcessSpec, read: Vec<PathBuf>) -> Self {
        Self {
            read,
            folder: PathBuf::new(),
            network: spec.network,
            processes: spec.processes,
            memory_mb: spec.memory_mb.into(),
            cpu_s: spec.cpu_s.into(),
        }
    }

    /// As the helper reads it, with the folder that the program may write to.
    pub fn text(&self, folder: &Path) -> String {
        let whole = Self { folder: folder.to_owned(), ..self.clone() };
        // Paths that are no Unicode do not serialise; the helper then refuses the empty text.
        serde_json::to_string(&whole).unwrap_or_default()
    }
}

/// Limits this process and becomes the program. Returns only where that fails; without a program it is only tried.
#[cfg(target_os = "linux")]
pub fn become_program(policy: &str, program: &[std::ffi::OsString]) -> Result<(), String> {
    use std::os::unix::process::CommandExt;
    let policy: Policy = serde_json::from_str(policy).map_err(|error| format!("its policy: {error}"))?;
    linux::limit(&policy)?;
    match program {
        [] => Ok(()),
        [program, args @ ..] => {
            let error = std::process::Command::new(program).args(args).exec();
            Err(format!("cannot start `{}`: {error}", program.display()))
        }
    }
}

/// Isolation needs Linux.
#[cfg(not(target_os = "linux"))]
pub fn become_program(_: &str, _: &[std::ffi::OsString]) -> Result<(), String> {
    Err("it needs Linux".to_owned())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;

    use landlock::{
        ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr,
        RulesetError, RulesetStatus, Scope, path_beneath_rules,
    };
    use rlimit::Resource;
    use rustix::process::{Signal, set_parent_process_death_signal};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, apply_filter,
    };

    use super::Policy;

    /// What programs read that is not theirs: shared libraries, certificates, the clock's zone, the machine's size.
    const SYSTEM: &[&str] = &[
        "/bin",
        "/dev/random",
        "/dev/urandom",
        "/dev/zero",
        "/etc/alternatives",
        "/etc/ca-certificates",
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/localtime",
        "/etc/nsswitch.conf",
        "/etc/pki",
        "/etc/ssl",
        "/lib",
        "/lib32",
        "/lib64",
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/proc/self",
        "/proc/stat",
        "/proc/version",
        "/proc/version_signature",
        "/sbin",
        "/sys/devices/system/cpu",
        "/sys/fs/cgroup",
        "/usr",
    ];
    /// The same for programs that may use the network.
    const NETWORK: &[&str] = &[
        "/etc/gai.conf",
        "/etc/host.conf",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/etc/services",
        "/run/systemd/resolve",
    ];
    /// Bytes of a file that a program writes.
    const FILE_BYTES: u64 = 64 << 20;
    /// Files that it has open.
    const OPEN_FILES: u64 = 256;

    pub fn limit(policy: &Policy) -> Result<(), String> {
        // Ends with the program that started it, also where that is killed.
        set_parent_process_death_signal(Some(Signal::KILL)).map_err(|error| format!("prctl: {error}"))?;
        resources(policy).map_err(|error| format!("rlimit: {error}"))?;
        files(policy).map_err(|error| format!("Landlock: {error}"))?;
        calls(policy).map_err(|error| format!("seccomp: {error}"))
    }

    fn resources(policy: &Policy) -> std::io::Result<()> {
        let memory = policy.memory_mb << 20;
        // Of the data, not of the address space: interpreters reserve far more than they use.
        Resource::DATA.set(memory, memory)?;
        Resource::CPU.set(policy.cpu_s, policy.cpu_s)?;
        Resource::FSIZE.set(FILE_BYTES, FILE_BYTES)?;
        Resource::NOFILE.set(OPEN_FILES, OPEN_FILES)?;
        Resource::CORE.set(0, 0)
    }

    fn files(policy: &Policy) -> Result<(), RulesetError> {
        let newest = ABI::V6;
        let (all, read) = (AccessFs::from_all(newest), AccessFs::from_read(newest));
        let network = if policy.network { NETWORK } else { &[] };
        let rules = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))?
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(all)?
            .scope(Scope::from_all(newest))?
            .create()?
            .add_rules(path_beneath_rules(SYSTEM.iter().chain(network), read))?
            .add_rules(path_beneath_rules(&policy.read, read))?
            .add_rules(path_beneath_rules(["/dev/null"], all))?
            .add_rules(path_beneath_rules([&policy.folder], all))?;
        let status = rules.restrict_self()?;
        debug_assert!(status.ruleset != RulesetStatus::NotEnforced, "required above");
        Ok(())
    }

    /// Calls that no agent needs: of other processes, of the machine, out of its limits.
    const NEVER: &[i64] = &[
        libc::SYS_acct,
        libc::SYS_add_key,
        libc::SYS_bpf,
        libc::SYS_chroot,
        libc::SYS_clock_settime,
        libc::SYS_delete_module,
        libc::SYS_finit_module,
        libc::SYS_init_module,
        libc::SYS_io_uring_setup,
        libc::SYS_kexec_load,
        libc::SYS_keyctl,
        libc::SYS_mount,
        libc::SYS_open_by_handle_at,
        libc::SYS_perf_event_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_pidfd_send_signal,
        libc::SYS_pivot_root,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_ptrace,
        libc::SYS_reboot,
        libc::SYS_request_key,
        libc::SYS_rt_sigqueueinfo,
        libc::SYS_rt_tgsigqueueinfo,
        libc::SYS_setdomainname,
        libc::SYS_sethostname,
        libc::SYS_setns,
        // A session or a process group of its own would outlive the end of the group.
        libc::SYS_setpgid,
        libc::SYS_setrlimit,
        libc::SYS_setsid,
        libc::SYS_settimeofday,
        libc::SYS_swapoff,
        libc::SYS_swapon,
        libc::SYS_syslog,
        libc::SYS_umount2,
        libc::SYS_unshare,
        libc::SYS_userfaultfd,
    ];

    type Rules = BTreeMap<i64, Vec<SeccompRule>>;

    fn calls(policy: &Policy) -> Result<(), seccompiler::Error> {
        let mut refused: Rules = NEVER.iter().map(|&call| (call, Vec::new())).collect();
        refused.insert(libc::SYS_prlimit64, vec![argument(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?]);
        if !policy.network {
            refused.insert(libc::SYS_socket, Vec::new());
        }
        if !policy.processes {
            // Threads share their memory and pass this flag.
            let thread = libc::CLONE_THREAD as u64;
            refused.insert(
                libc::SYS_clone,
                vec![argument(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0)?],
            );
            #[cfg(target_arch = "x86_64")]
            refused.extend([(libc::SYS_fork, Vec::new()), (libc::SYS_vfork, Vec::new())]);
            // It is the same process after it became the agent.
            let own = u64::from(std::process::id());
            for call in [libc::SYS_kill, libc::SYS_tgkill] {
                refused.insert(call, vec![argument(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, own)?]);
            }
            refused.insert(libc::SYS_tkill, Vec::new());
        }
        apply(refused, libc::EPERM)?;
        if policy.processes {
            return Ok(());
        }
        // Its flags are in memory, where no filter looks: a libc without it calls `clone`.
        apply(Rules::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS)
    }

    fn argument(
        index: u8,
        length: SeccompCmpArgLen,
        operator: SeccompCmpOp,
        value: u64,
    ) -> Result<SeccompRule, seccompiler::Error> {
        Ok(SeccompRule::new(vec![SeccompCondition::new(index, length, operator, value)?])?)
    }

    fn apply(rules: Rules, error: i32) -> Result<(), seccompiler::Error> {
        let architecture = std::env::consts::ARCH.try_into()?;
        let refuse = SeccompAction::Errno(error.cast_unsigned());
        let program: BpfProgram =
            SeccompFilter::new(rules, SeccompAction::Allow, refuse, architecture)?.try_into()?;
        apply_filter(&program)
    }
}
