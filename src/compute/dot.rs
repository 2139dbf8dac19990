//! The inner kernels of decoding in portable Rust: dot products of quantised weights with quantised activations. They are
//! the oracle of those in `x86`.
//!
//! All levels compute the same: for each [`SPAN`] columns, sixteen lanes sum sixteen products of bytes exactly, and `lane = fma(sum, weight
//! scale * activation scale, lane)`; then, for types with minimums, `lane = fma(-minimum, activation sum, lane)` for the eight groups of 32
//! in lanes 0 to 7. At the end the lanes are added as a [`tree`].

use super::arranged::{Arranged, Dealing, SPAN, STEPS, has_minimums};
use super::lanes::{LANES, tree};
use super::unpack::{GROUP, UnpackedRow};
use super::{BlockType, Level};

/// One row of weights of type `block` with every row of activations, which were arranged for [`Level::Scalar`], into `out`.
pub fn dots_scalar(block: BlockType, weights: &UnpackedRow, x: &Arranged, out: &mut [f32]) {
    let dealing = Dealing::of(Level::Scalar, block);
    let mut lanes = vec![[0f32; LANES]; x.rows];
    for (span, bytes) in weights.bytes.chunks(SPAN).enumerate() {
        let mut arranged = [0u8; SPAN];
        for (to, &from) in arranged.iter_mut().zip(&dealing.columns) {
            *to = bytes.get(usize::from(from)).copied().unwrap_or(0);
        }
        let scales: [f32; LANES] = std::array::from_fn(|lane| weights.scales[span * (SPAN / GROUP) + dealing.group(lane)]);
        for (row, lanes) in lanes.iter_mut().enumerate() {
            let at = span * x.rows + row;
            let quants = &x.quants[at * SPAN..(at + 1) * SPAN];
            for (lane, total) in lanes.iter_mut().enumerate() {
                let products = |step: usize| -> i32 {
                    let start = 4 * LANES * step + 4 * lane;
                    (start..start + 4).map(|i| i32::from(arranged[i]) * i32::from(quants[i])).sum()
                };
                let place = LANES * at + lane;
                let debt = x.debts.get(place).copied().unwrap_or(0);
                let scale = scales[lane] * x.scales[place];
                *total = ((debt + (0..STEPS).map(products).sum::<i32>()) as f32).mul_add(scale, *total);
            }
            if has_minimums(block) {
                let minimums = weights.biases[span * (SPAN / GROUP)..].iter().step_by(2);
                for ((total, minimum), sum) in lanes.iter_mut().zip(minimums).zip(&x.sums[at * LANES..]).take(SPAN / 32) {
                    *total = (-minimum).mul_add(*sum, *total);
                }
            }
        }
    }
    for (out, lanes) in out.iter_mut().zip(lanes) {
        *out = tree(lanes);
    }
}
