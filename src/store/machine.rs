//! What this machine has: memory, and room on a disk.

use std::fs;
use std::path::Path;

/// How many bytes are free at a place; `None` where the system does not say.
pub type FreeBytes<'a> = &'a dyn Fn(&Path) -> Option<u64>;

/// Memory in bytes, as far as this process may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// All of it, or the container's limit where that is lower.
    pub total: u64,
    /// What could be taken now without pushing others out.
    pub available: u64,
}

/// This machine's memory; `None` where the system does not say it as Linux does: macOS and Windows tell it only to C, and whoever asks does
/// without.
pub fn memory() -> Option<Memory> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    let limit = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok());
    memory_of(&info, limit)
}

fn memory_of(info: &str, limit: Option<u64>) -> Option<Memory> {
    let field = |name: &str| -> Option<u64> {
        let rest = info.lines().find_map(|line| line.strip_prefix(name))?;
        rest.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
    };
    let total = field("MemTotal")?;
    let total = limit.map_or(total, |limit| limit.min(total));
    Some(Memory { total, available: field("MemAvailable").unwrap_or(total).min(total) })
}

/// Bytes of memory that this process holds; `None` where the system does not say it as Linux does.
pub fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kib: u64 = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())?;
    Some(kib * 1024)
}

/// Bytes that an ordinary user may still write where `path` lies, or where it would lie once it is made.
pub fn free_bytes(path: &Path) -> Option<u64> {
    let existing = path.ancestors().find(|ancestor| ancestor.exists())?;
    free_at(existing)
}

#[cfg(unix)]
fn free_at(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

#[cfg(not(unix))]
fn free_at(_: &Path) -> Option<u64> {
    None
}

/// Whether something can be written at `path`, or at the nearest folder above it that is there. Writes nothing to find out.
pub fn is_writable(path: &Path) -> bool {
    path.ancestors().find(|ancestor| ancestor.exists()).is_some_and(may_write)
}

#[cfg(unix)]
fn may_write(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_limit_counts() {
        let info = "MemTotal:       1000 kB\nMemFree:  10 kB\nMemAvailable:    600 kB\n";
        assert_eq!(memory_of(info, None), Some(Memory { total: 1_024_000, available: 614_400 }));
        assert_eq!(memory_of(info, Some(500_000)), Some(Memory { total: 500_000, available: 500_000 }));
        assert_eq!(memory_of(info, Some(u64::MAX)).unwrap().total, 1_024_000);
        assert_eq!(memory_of("nothing", None), None);
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_judged_by_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("not/yet");
        assert!(is_writable(&below));
        assert_eq!(free_bytes(&below).is_some(), cfg!(unix));
        assert!(!below.exists());
    }
}
