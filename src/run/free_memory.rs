//! How much memory a process can still get, so that work which cannot fit is refused before it starts.
//!
//! Reads what the system says of itself (Linux); elsewhere nothing is known and nothing refused.

use std::fs;
use std::path::Path;

use super::RunError;

/// Bytes that this process can still get: free memory and swap space of the machine, at most what its control group
/// and its own limit (`ulimit -v`) leave. `None` where the system does not say.
pub fn free_memory() -> Option<u64> {
    let limits = [of_machine(), of_group(), of_process()];
    limits.into_iter().flatten().min()
}

/// Refuses work that needs more bytes than are free.
///
/// # Errors
/// [`RunError::Memory`].
pub fn check_memory(needed: usize) -> Result<(), RunError> {
    match free_memory() {
        Some(free) if needed as u64 > free => Err(RunError::Memory { needed: needed as u64, free }),
        _ => Ok(()),
    }
}

fn of_machine() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    Some(kilobytes(&text, "MemAvailable:")? + kilobytes(&text, "SwapFree:").unwrap_or(0))
}

/// The value of a line such as `MemAvailable:   123 kB`, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// What the control group leaves; memory of files that were read does not count as used.
fn of_group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let folder = Path::new("/sys/fs/cgroup").join(own);
    let number = |name: &str| fs::read_to_string(folder.join(name)).ok()?.trim().parse::<u64>().ok();
    let (most, used) = (number("memory.max")?, number("memory.current")?);
    let statistics = fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
    let cached = statistics.lines().find_map(|line| line.strip_prefix("inactive_file "));
    let cached = cached.and_then(|cached| cached.trim().parse().ok()).unwrap_or(0);
    Some(most.saturating_sub(used.saturating_sub(cached)))
}

/// What the limit of the address space leaves.
#[cfg(target_os = "linux")]
fn of_process() -> Option<u64> {
    let most = rustix::process::getrlimit(rustix::process::Resource::As).current?;
    let used = kilobytes(&fs::read_to_string("/proc/self/status").ok()?, "VmSize:")?;
    Some(most.saturating_sub(used))
}

#[cfg(not(target_os = "linux"))]
fn of_process() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_fit_is_refused_with_both_numbers() {
        assert_eq!(kilobytes("MemTotal: 9 kB\nMemAvailable:     12 kB\n", "MemAvailable:"), Some(12 * 1024));
        assert_eq!(kilobytes("", "MemAvailable:"), None);
        check_memory(1).unwrap();
        if free_memory().is_some() {
            let error = check_memory(1 << 60).unwrap_err().to_string();
            assert!(error.starts_with("needs 1,152,921,504.6 GB of memory, of which "), "{error}");
        }
    }
}
