//! A tensor's place and type in a file.

use super::GgufError;
use crate::compute::BlockType;

/// A tensor's place and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its name in the file.
    pub name: String,
    /// Rows first, as PyTorch writes shapes (GGUF stores them the other way round).
    pub shape: Vec<usize>,
    /// ggml's type number; may be one that [`BlockType`] does not know.
    pub ggml_type: u32,
    /// First byte, from the file's start.
    pub offset: u64,
    /// In which part of a file that is split, from 0.
    pub part: usize,
}

impl TensorInfo {
    /// Number of weights.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The storage type.
    pub fn block(&self) -> Result<BlockType, GgufError> {
        BlockType::from_ggml(self.ggml_type).ok_or_else(|| GgufError::UnknownType { name: self.name.clone(), ggml_type: self.ggml_type })
    }

    /// Bytes it takes in the file.
    pub fn byte_len(&self) -> Result<usize, GgufError> {
        let block = self.block()?;
        let columns = self.shape.last().copied().unwrap_or(1);
        let rows = self.elements().checked_div(columns).unwrap_or(0);
        block.row_bytes(columns).and_then(|bytes| bytes.checked_mul(rows)).ok_or_else(|| {
            GgufError::Malformed(format!("tensor `{}` has rows of {columns} weights, not whole {block:?} blocks", self.name))
        })
    }
}
