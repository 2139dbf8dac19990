//! What an optimizer remembers of a parameter, on one side: a number for each element, or for each row, or a byte for each element.

use super::dynamic::{BLOCK, DynamicMap};

/// Numbers, as they are or as bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    /// As they are.
    Floats(Vec<f32>),
    /// A byte each, and a scale for every [`BLOCK`] of them.
    Bytes {
        /// One for each element.
        codes: Vec<u8>,
        /// One for each block, the last of which may be shorter.
        scales: Vec<f32>,
    },
}

impl Moment {
    /// So many zeros.
    pub fn zeros(length: usize, as_bytes: bool) -> Self {
        match as_bytes {
            true => Self::Bytes { codes: vec![0; length], scales: vec![0.0; length.div_ceil(BLOCK)] },
            false => Self::Floats(vec![0.0; length]),
        }
    }

    /// How many numbers.
    pub fn len(&self) -> usize {
        match self {
            Self::Floats(values) => values.len(),
            Self::Bytes { codes, .. } => codes.len(),
        }
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers; bytes are read by `map`.
    pub fn floats(&self, map: &DynamicMap) -> Vec<f32> {
        match self {
            Self::Floats(values) => values.clone(),
            Self::Bytes { codes, scales } => {
                let mut values = vec![0.0; codes.len()];
                for ((values, codes), scale) in values.chunks_mut(BLOCK).zip(codes.chunks(BLOCK)).zip(scales) {
                    map.decode(codes, *scale, values);
                }
                values
            }
        }
    }
}
