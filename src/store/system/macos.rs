//! macOS: `sysctl` for the machine, `libproc` for this process.

use std::ffi::CStr;

use super::memory::Memory;

/// This machine's memory. What is available is the share of it that `memory_pressure` calls free.
pub(in crate::store) fn memory() -> Option<Memory> {
    let total: u64 = number(c"hw.memsize").map(u64::from_ne_bytes)?;
    let percent = number(c"kern.memorystatus_level").map(i32::from_ne_bytes).and_then(|percent| u64::try_from(percent).ok());
    Some(Memory { total, available: percent.map_or(total, |percent| total / 100 * percent.min(100)) })
}

/// A number of `N` bytes that `sysctl` has under a name.
fn number<const N: usize>(name: &CStr) -> Option<[u8; N]> {
    let (mut value, mut length) = ([0u8; N], N);
    // SAFETY: the name ends with a zero, `value` has `length` bytes, and nothing is set.
    let code = unsafe { libc::sysctlbyname(name.as_ptr(), value.as_mut_ptr().cast(), &mut length, std::ptr::null_mut(), 0) };
    (code == 0 && length == N).then_some(value)
}

/// Bytes of memory that this process holds.
pub(in crate::store) fn resident_bytes() -> Option<u64> {
    let process = i32::try_from(std::process::id()).ok()?;
    let size = i32::try_from(size_of::<libc::proc_taskinfo>()).ok()?;
    let mut info = std::mem::MaybeUninit::<libc::proc_taskinfo>::zeroed();
    // SAFETY: the buffer has the size that is said.
    let written = unsafe { libc::proc_pidinfo(process, libc::PROC_PIDTASKINFO, 0, info.as_mut_ptr().cast(), size) };
    // SAFETY: numbers all of them, which zeros are, too.
    (written == size).then(|| unsafe { info.assume_init() }.pti_resident_size)
}
