//! What only the system knows: memory, and room on a disk. Each system is asked in its own way; one that is none of these says nothing, and
//! whoever asks does without.
//!
//! Files on their floors, the lowest first:
//! - `memory`: how memory is told
//! - `linux`: files of `/proc`, also for what has them and is not Linux; `statvfs`
//! - `macos`: `sysctl` and `libproc`
//! - `windows`: kernel32

#[cfg(not(any(target_os = "macos", windows)))]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod memory;
#[cfg(windows)]
mod windows;

#[cfg(not(any(target_os = "macos", windows)))]
pub(super) use linux::{memory, resident_bytes};
#[cfg(target_os = "macos")]
pub(super) use macos::{memory, resident_bytes};
pub use memory::Memory;
#[cfg(windows)]
pub(super) use windows::{free_at, memory, resident_bytes};

/// Bytes that an ordinary user may still write where `path` lies, which is there.
#[cfg(not(windows))]
pub(super) fn free_at(path: &std::path::Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let found = rustix::fs::statvfs(path).ok()?;
        found.f_bavail.checked_mul(found.f_frsize)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}
