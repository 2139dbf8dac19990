//! Where a tensor lies.

use std::ops::Range;

use crate::compute::BlockType;

/// A tensor's place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its type; `None` for types that are not weights.
    pub block: Option<BlockType>,
    /// What the file calls its type.
    pub dtype: String,
    /// Rows first.
    pub shape: Vec<usize>,
    /// Its bytes in the map.
    pub range: Range<usize>,
}
