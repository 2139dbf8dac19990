//! What this machine has: memory, and room on a disk.

use std::path::Path;

use super::system;
pub use super::system::Memory;

/// How many bytes are free at a place; `None` where the system does not say.
pub type FreeBytes<'a> = &'a dyn Fn(&Path) -> Option<u64>;

/// This machine's memory; `None` where the system does not say it.
pub fn memory() -> Option<Memory> {
    system::memory()
}

/// Bytes of memory that this process holds; `None` where the system does not say it.
pub fn resident_bytes() -> Option<u64> {
    system::resident_bytes()
}

/// Bytes that an ordinary user may still write where `path` lies, or where it would lie once it is made.
pub fn free_bytes(path: &Path) -> Option<u64> {
    let existing = path.ancestors().find(|ancestor| ancestor.exists())?;
    system::free_at(existing)
}

/// Whether something can be written at `path`, or at the nearest folder above it that is there. Writes nothing to find out.
pub fn is_writable(path: &Path) -> bool {
    path.ancestors().find(|ancestor| ancestor.exists()).is_some_and(may_write)
}

#[cfg(unix)]
fn may_write(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

// On Windows rights are lists of who may what; the mark that forbids writing is what std has a word for.
#[cfg(not(unix))]
fn may_write(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_what_there_is() {
        if cfg!(any(target_os = "linux", target_os = "macos", windows)) {
            let memory = memory().unwrap();
            assert!(memory.total >= memory.available && memory.available > 1 << 20, "{memory:?}");
            let held = resident_bytes().unwrap();
            assert!(held > 1 << 20 && held < memory.total, "{held}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_judged_by_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("not/yet");
        assert!(is_writable(&below));
        assert_eq!(free_bytes(&below).is_some(), cfg!(any(unix, windows)));
        assert_eq!(free_bytes(&below).is_some(), free_bytes(folder.path()).is_some());
        assert!(!below.exists());
    }
}
