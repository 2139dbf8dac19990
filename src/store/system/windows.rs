//! Windows: kernel32 says it.

use std::os::windows::ffi::OsStrExt;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::SystemInformation::{GlobalMemoryStatusEx, MEMORYSTATUSEX};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use super::memory::Memory;

/// This machine's memory.
pub(in crate::store) fn memory() -> Option<Memory> {
    let mut status = MEMORYSTATUSEX { dwLength: size_of::<MEMORYSTATUSEX>() as u32, ..Default::default() };
    // SAFETY: the structure says how long it is.
    let is_told = unsafe { GlobalMemoryStatusEx(&mut status) } != 0;
    is_told.then_some(Memory { total: status.ullTotalPhys, available: status.ullAvailPhys })
}

/// Bytes of memory that this process holds.
pub(in crate::store) fn resident_bytes() -> Option<u64> {
    let size = size_of::<PROCESS_MEMORY_COUNTERS>() as u32;
    let mut counters = PROCESS_MEMORY_COUNTERS { cb: size, ..Default::default() };
    // SAFETY: the handle is this process's own, which needs no closing, and the structure has the size that is said.
    let is_told = unsafe { K32GetProcessMemoryInfo(GetCurrentProcess(), &mut counters, size) } != 0;
    is_told.then_some(counters.WorkingSetSize as u64)
}

/// Bytes that this user may still write where `path` lies. A file is asked about by its folder.
pub(in crate::store) fn free_at(path: &Path) -> Option<u64> {
    let folder = if path.is_dir() { path } else { path.parent()? };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let name: Vec<u16> = folder.as_os_str().encode_wide().chain([0]).collect();
    let mut free = 0;
    // SAFETY: the name ends with a zero; what is not wanted may be null.
    let is_told = unsafe { GetDiskFreeSpaceExW(name.as_ptr(), &mut free, std::ptr::null_mut(), std::ptr::null_mut()) } != 0;
    is_told.then_some(free)
}
