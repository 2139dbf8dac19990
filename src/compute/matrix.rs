//! A matrix in its file layout.

use std::ops::Range;

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

impl<'a> Matrix<'a> {
    /// Where columns `columns` of row `row` are stored; they begin and end with blocks.
    pub fn part(&self, row: usize, columns: Range<usize>) -> &'a [u8] {
        let (length, bytes) = (self.block.block_len(), self.block.block_bytes());
        let start = row * (self.columns / length * bytes) + columns.start / length * bytes;
        &self.bytes[start..start + columns.len() / length * bytes]
    }
}
