//! Faults of system calls, injected by `strace`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::operations::{Operation, prepare};
use crate::support::stage::Stage;

/// System calls that change something on disk.
const CALLS: &str = "fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,rmdir,write,pwrite64,writev,pwritev,\
    ftruncate,fallocate,copy_file_range,sendfile,link,linkat,mkdir,mkdirat";

#[expect(clippy::print_stdout, reason = "a test that tries nothing says so")]
pub fn strace_works() -> bool {
    let probe = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    let works = probe.is_ok_and(|output| output.status.success());
    if !works {
        println!("skipped: `strace` is not here or may not trace; no faults were injected");
    }
    works
}

/// The program under `strace` with these arguments.
pub fn traced(stage: &Stage, injections: &[String], log: &Path, words: &str) -> Command {
    let program = stage.command(words);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(log).args(["-e", &format!("trace={CALLS}")]);
    for injection in injections {
        command.args(["-e", &format!("inject={injection}")]);
    }
    command.arg(program.get_program()).args(program.get_args()).current_dir(stage.path("."));
    command.env("NO_COLOR", "1").env("COLUMNS", "100").stdin(Stdio::null());
    command
}

/// The number of each system call in an undisturbed operation: that of the busiest thread, because `strace` counts
/// the calls of each thread for itself and injects into each. All but the registered run write by one thread; that
/// one reads the wallet by another before, and so the first calls of its writing thread are met only where the
/// fault of the other's was survived.
pub fn calls(stage: &Stage, operation: &Operation) -> BTreeMap<String, u32> {
    prepare(stage, operation.template);
    let log = stage.path("trace.log");
    let output = traced(stage, &[], &log, operation.command).output().unwrap();
    assert!(output.status.success(), "{}: {output:?}", operation.name);
    let mut by_thread: BTreeMap<(String, String), u32> = BTreeMap::new();
    for line in fs::read_to_string(&log).unwrap().lines() {
        let mut words = line.split_whitespace();
        let thread = words.next().unwrap_or_default().to_owned();
        let call = words.next().unwrap_or_default().split('(').next().unwrap_or_default();
        if CALLS.split(',').any(|known| known == call) {
            *by_thread.entry((call.to_owned(), thread)).or_insert(0) += 1;
        }
    }
    let mut counts = BTreeMap::new();
    for ((call, _), count) in by_thread {
        let most = counts.entry(call).or_insert(0);
        *most = count.max(*most);
    }
    counts
}

/// Whether the fault was injected, by the log of `strace`.
pub fn was_injected(log: &Path) -> bool {
    let text = fs::read_to_string(log).unwrap_or_default();
    ["(INJECTED)", "(DELAYED)", "killed by SIGKILL"].iter().any(|sign| text.contains(sign))
}

/// One fault for a call: alternately an error, a kill or a delay.
pub fn one_of_all(call: &str, when: u32, turn: usize) -> Vec<String> {
    let of = |what: &str| vec![format!("{call}:{what}:when={when}")];
    match turn % 5 {
        0 => of("error=EIO"),
        1 => of("error=ENOSPC"),
        2 => of("signal=SIGKILL"),
        3 if call == "renameat2" => {
            vec!["renameat2:error=EINVAL".to_owned(), format!("rename:signal=SIGKILL:when={}", when + 1)]
        }
        3 => vec![format!("{call}:error=EIO:when={when}+")],
        _ => of("delay_enter=30000"),
    }
}

/// At every call an error, a full disk and a kill. What repeats them almost, at every second call: the same
/// errors from this call on; and a delay at every eighth.
pub fn every(counts: &BTreeMap<String, u32>) -> Vec<Vec<String>> {
    let mut tries = Vec::new();
    let at = counts.iter().flat_map(|(call, count)| (1..=*count).map(move |when| (call, when)));
    for (index, (call, when)) in at.enumerate() {
        for what in ["error=EIO", "error=ENOSPC", "signal=SIGKILL"] {
            tries.push(vec![format!("{call}:{what}:when={when}")]);
        }
        match index % 8 {
            0 | 4 => tries.push(vec![format!("{call}:error=EIO:when={when}+")]),
            2 | 6 => tries.push(vec![format!("{call}:error=ENOSPC:when={when}+")]),
            5 => tries.push(vec![format!("{call}:delay_enter=30000:when={when}")]),
            _ => {}
        }
        if call == "renameat2" {
            // A file system that cannot exchange names renames twice instead.
            for second in 1..=2 {
                for what in ["error=EIO", "error=ENOSPC", "signal=SIGKILL"] {
                    let rename = format!("rename:{what}:when={second}");
                    tries.push(vec![format!("renameat2:error=EINVAL:when={when}"), rename]);
                }
            }
        }
    }
    tries
}
