//! Linux: its files say it.

use std::fs;

use super::memory::Memory;

/// This machine's memory.
pub(in crate::store) fn memory() -> Option<Memory> {
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

/// Bytes of memory that this process holds.
pub(in crate::store) fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kib: u64 = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())?;
    Some(kib * 1024)
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
}
