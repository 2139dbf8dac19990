//! How memory is told.

/// Memory in bytes, as far as this process may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// All of it, or the container's limit where that is lower.
    pub total: u64,
    /// What could be taken now without pushing others out.
    pub available: u64,
}
