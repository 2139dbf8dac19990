//! A frozen matrix turned over, in 8 bits: what the way back multiplies with where products are made in 8 bits.
//!
//! A gradient `dx = dy w` sums over a matrix's outputs, along which its own blocks do not lie. So a copy is kept whose blocks do: Q8_0, 34 bytes
//! for 32 weights. Its rounding is at most 1/254 of the largest weight of a block (and 1/2048 for the scale in 16 bits), that of `dy` at most 1/254
//! of the largest of 32 gradients.

use std::sync::Arc;

use crate::compute::{self, BlockType, Matrix, Pool, encode};

/// Weights of a block, all of one input.
const BLOCK: usize = 32;
/// Outputs that are turned at once: with [`COLUMNS`] inputs they fit the second-level cache.
const ROWS: usize = 512;
/// Inputs that are turned at once, where blocks are no longer.
const COLUMNS: usize = 64;

/// A matrix `[outputs, inputs]` turned over: `[inputs, outputs]` in blocks of Q8_0.
#[derive(Debug, Clone)]
pub struct Turned {
    inputs: usize,
    outputs: usize,
    bytes: Arc<[u8]>,
}

impl Turned {
    /// Bytes of a turned matrix `[outputs, inputs]`; `None` where it cannot be one: it is stored as floats, or its outputs are no whole number of
    /// blocks.
    pub fn bytes_of(matrix: &Matrix<'_>) -> Option<usize> {
        let is_quantised = matrix.block.block_len() > 1;
        (is_quantised && matrix.rows.is_multiple_of(BLOCK)).then(|| matrix.columns * row_bytes(matrix.rows))
    }

    /// Turns a matrix over, where it can be.
    pub fn new(pool: &Pool, matrix: &Matrix<'_>) -> Option<Self> {
        let mut bytes = vec![0; Self::bytes_of(matrix)?];
        let (outputs, inputs) = (matrix.rows, matrix.columns);
        let width = COLUMNS.max(matrix.block.block_len());
        let length = row_bytes(outputs);
        let parts = bytes.chunks_mut((width * length).max(1)).enumerate();
        pool.for_each(parts, |(part, out)| {
            let columns = part * width..((part + 1) * width).min(inputs);
            let mut read = vec![0.0; columns.len()];
            let mut turned = vec![0.0; columns.len() * ROWS];
            for first in (0..outputs).step_by(ROWS) {
                let count = ROWS.min(outputs - first);
                for row in 0..count {
                    compute::dequantize(matrix.block, matrix.part(first + row, columns.clone()), &mut read);
                    for (turned, &value) in turned.chunks_exact_mut(count).zip(&read) {
                        if let Some(place) = turned.get_mut(row) {
                            *place = value;
                        }
                    }
                }
                let at = row_bytes(first);
                for (values, out) in turned.chunks_exact(count).zip(out.chunks_exact_mut(length)) {
                    encode::encode(BlockType::Q8_0, count, values, None, out.get_mut(at..at + row_bytes(count)).unwrap_or_default());
                }
            }
        });
        Some(Self { inputs, outputs, bytes: bytes.into() })
    }

    /// `[inputs, outputs]`
    pub fn matrix(&self) -> Matrix<'_> {
        Matrix { block: BlockType::Q8_0, rows: self.inputs, columns: self.outputs, bytes: &self.bytes }
    }
}

fn row_bytes(values: usize) -> usize {
    values / BLOCK * BlockType::Q8_0.block_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(block: BlockType, outputs: usize, inputs: usize) {
        let values: Vec<f32> = (0..outputs * inputs).map(|at| (at as f32 * 0.37).sin() + (at % 7) as f32 * 0.1).collect();
        let mut bytes = vec![0; outputs * inputs / block.block_len() * block.block_bytes()];
        encode::encode(block, inputs, &values, None, &mut bytes);
        let matrix = Matrix { block, rows: outputs, columns: inputs, bytes: &bytes };
        let turned = Turned::new(compute::global(), &matrix).unwrap();
        let mut stored = vec![0.0; outputs * inputs];
        compute::dequantize(block, &bytes, &mut stored);
        let mut back = vec![0.0; outputs * inputs];
        compute::dequantize(BlockType::Q8_0, turned.matrix().bytes, &mut back);
        for (output, input) in (0..outputs).flat_map(|output| (0..inputs).map(move |input| (output, input))) {
            let block = output / BLOCK * BLOCK..(output / BLOCK + 1) * BLOCK;
            let largest = block.map(|at| stored[at * inputs + input].abs()).fold(0.0, f32::max);
            let (wanted, found) = (stored[output * inputs + input], back[input * outputs + output]);
            // Half a step, and what 16 bits round of its scale.
            assert!((wanted - found).abs() <= largest / 254.0 + largest / 2048.0, "{output},{input}: {wanted} {found}");
        }
    }

    #[test]
    fn a_matrix_is_turned_over_within_half_a_step() {
        check(BlockType::Q8_0, 64, 32);
        check(BlockType::Q5_0, 544, 96); // a rest of rows and of columns
        check(BlockType::Q4K, 32, 512);
        check(BlockType::Q6K, 1056, 256);
    }

    #[test]
    fn what_cannot_be_turned_is_left() {
        let of = |block: BlockType, rows| {
            let bytes = vec![0; rows * 256 / block.block_len() * block.block_bytes()];
            Turned::new(compute::global(), &Matrix { block, rows, columns: 256, bytes: &bytes }).is_some()
        };
        assert_eq!([of(BlockType::F16, 64), of(BlockType::Q4K, 40), of(BlockType::Q4K, 64)], [false, false, true]);
    }
}
