//! Buffers that are used again: a fresh one of some megabytes costs a page fault for every four kilobytes.

use crate::compute::Pool;

/// Buffers nobody uses at the moment, and the threads that work.
#[derive(Debug)]
pub struct Workspace<'p> {
    /// The threads.
    pub pool: &'p Pool,
    free: Vec<Vec<f32>>,
    held: usize,
    peak: usize,
}

impl<'p> Workspace<'p> {
    /// Nothing yet.
    pub fn new(pool: &'p Pool) -> Self {
        Self { pool, free: Vec::new(), held: 0, peak: 0 }
    }

    /// A buffer of `length` elements; what stands in it is left from earlier.
    pub fn take(&mut self, length: usize) -> Vec<f32> {
        let fits = |buffer: &Vec<f32>| buffer.capacity() >= length && buffer.capacity() / 2 <= length.max(1024);
        let best = (0..self.free.len()).filter(|&i| self.free.get(i).is_some_and(fits)).min_by_key(|&i| self.free[i].capacity());
        let mut buffer = match best {
            Some(index) => self.free.swap_remove(index),
            None => {
                self.held += length;
                self.peak = self.peak.max(self.held);
                Vec::with_capacity(length)
            }
        };
        buffer.resize(length, 0.0);
        buffer
    }

    /// A buffer of zeros.
    pub fn zeros(&mut self, length: usize) -> Vec<f32> {
        let mut buffer = self.take(length);
        buffer.fill(0.0);
        buffer
    }

    /// A buffer with a copy of `values`.
    pub fn copy(&mut self, values: &[f32]) -> Vec<f32> {
        let mut buffer = self.take(values.len());
        buffer.copy_from_slice(values);
        buffer
    }

    /// Takes a buffer back.
    pub fn give(&mut self, buffer: Vec<f32>) {
        /// More idle buffers than one operation takes are left to the allocator, which uses their memory for others of any size.
        const MOST: usize = 16;
        if self.free.len() < MOST && buffer.capacity() > 0 {
            self.free.push(buffer);
        } else {
            self.held = self.held.saturating_sub(buffer.capacity());
        }
    }
}
