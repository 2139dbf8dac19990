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

/// Values that begin with a cache line: a register of 64 bytes that is loaded from two lines costs two loads.
#[derive(Debug, Default)]
pub struct Aligned<T> {
    values: Vec<T>,
    start: usize,
    length: usize,
}

/// Bytes of a cache line.
const LINE: usize = 64;

impl<T: Copy + Default> Aligned<T> {
    /// `length` values of zero.
    pub fn zeros(length: usize) -> Self {
        let values = vec![T::default(); length + if length == 0 { 0 } else { LINE / size_of::<T>() }];
        // Where no place is found, speed is all that is lost.
        let start = Some(values.as_ptr().align_offset(LINE)).filter(|start| start + length <= values.len()).unwrap_or(0);
        Self { values, start, length }
    }

    /// As many values as asked for: zeros where the number is another than before, else those that are there.
    pub fn resize(&mut self, length: usize) {
        if self.length != length {
            *self = Self::zeros(length);
        }
    }
}

impl<T> std::ops::Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.values[self.start..self.start + self.length]
    }
}

impl<T> std::ops::DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values[self.start..self.start + self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_begin_with_a_line_and_stay_where_they_are() {
        for length in [0, 1, 63, 64, 1000] {
            let mut values = Aligned::<i8>::zeros(length);
            assert!(values.len() == length && values.iter().all(|&value| value == 0));
            assert!(length == 0 || (values.as_ptr() as usize).is_multiple_of(LINE));
            values.iter_mut().for_each(|value| *value = 1);
            values.resize(length);
            assert!(values.iter().all(|&value| value == 1));
            values.resize(length + 1);
            assert!(values.len() == length + 1 && values.iter().all(|&value| value == 0));
        }
    }
}
