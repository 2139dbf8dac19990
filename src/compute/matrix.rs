//! A matrix in its file layout.

use super::BlockType;

/// A matrix in its file layout, row by row.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    /// How rows are stored.
    pub block: BlockType,
    /// Outputs.
    pub rows: usize,
    /// Inputs; a whole number of blocks.
    pub columns: usize,
    /// `rows` times the block type's row bytes.
    pub bytes: &'a [u8],
}
