//! What the allocator does with memory that is given back.

/// Has the C library keep large blocks for the next tensor in place of giving them back to the system: a prompt's activations come and go
/// with every layer, and mapping their pages anew takes a fifth of its time. To be called before other threads start; glibc only.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // The numbers are those of glibc's <malloc.h>.
        const TRIM_THRESHOLD: i32 = -1;
        const MMAP_THRESHOLD: i32 = -3;
        const ARENA_MAX: i32 = -8;
        unsafe extern "C" {
            fn mallopt(parameter: i32, value: i32) -> i32;
        }
        for (parameter, value) in [(MMAP_THRESHOLD, 32 << 20), (TRIM_THRESHOLD, 256 << 20), (ARENA_MAX, 1)] {
            // SAFETY: `mallopt` only stores the number; where it refuses it, it says so and changes nothing.
            unsafe { mallopt(parameter, value) };
        }
    }
}
