//! Low-rank additions to linear maps (LoRA, arXiv 2106.09685): `out += (x * a^T) * b`.

use super::elementwise::{at_level, dots_at};
use super::{Level, Pool};

/// An addition of rank `rank` to a map from `inputs` to `outputs`.
#[derive(Debug, Clone, PartialEq)]
pub struct LowRank {
    rank: usize,
    inputs: usize,
    outputs: usize,
    /// `[rank, inputs]`
    a: Vec<f32>,
    /// `[rank, outputs]`: PEFT's `lora_B` transposed, times the scale.
    b: Vec<f32>,
}

/// Outputs that one chunk of work takes.
const BAND: usize = 2048;

impl LowRank {
    /// From PEFT's matrices `a: [rank, inputs]` and `b: [outputs, rank]`, times `scale`; `None` where their sizes do not agree.
    pub fn new(a: Vec<f32>, b: &[f32], rank: usize, scale: f32) -> Option<Self> {
        if rank == 0 || a.is_empty() || b.is_empty() || !a.len().is_multiple_of(rank) || !b.len().is_multiple_of(rank) {
            return None;
        }
        let (inputs, outputs) = (a.len() / rank, b.len() / rank);
        let mut transposed = vec![0.0; b.len()];
        for (output, row) in b.chunks_exact(rank).enumerate() {
            for (j, value) in row.iter().enumerate() {
                transposed[j * outputs + output] = value * scale;
            }
        }
        Some(Self { rank, inputs, outputs, a, b: transposed })
    }

    /// Its rank.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The inner factor, `[rank, inputs]`.
    pub fn a(&self) -> &[f32] {
        &self.a
    }

    /// The outer factor, transposed and scaled: `[rank, outputs]`.
    pub fn b(&self) -> &[f32] {
        &self.b
    }

    /// Inputs of the map.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Outputs of the map.
    pub fn outputs(&self) -> usize {
        self.outputs
    }
}

/// For each addition, `out += (x * a^T) * b`; `x: [m, inputs]` is theirs together, `out: [m, outputs]`. Every row of `out` depends on its
/// own row of `x` alone.
pub fn add_low_rank(pool: &Pool, x: &[f32], m: usize, additions: &mut [(&LowRank, &mut [f32])]) {
    let level = Level::detect();
    let mut inner: Vec<Vec<f32>> = additions.iter().map(|(addition, _)| vec![0.0; m * addition.rank]).collect(); // [m, rank] each
    let units = additions.iter().zip(&mut inner).flat_map(|((addition, _), inner)| {
        let rows = inner.chunks_exact_mut(addition.rank).zip(x.chunks_exact(addition.inputs));
        rows.map(|(inner, x)| (&addition.a, inner, x))
    });
    pool.for_each(units, |(a, inner, x)| {
        let (inner_parts, inner_rest) = inner.as_chunks_mut::<4>();
        let mut rows = a.chunks_exact(x.len());
        for part in inner_parts {
            if let (Some(p), Some(q), Some(r), Some(s)) = (rows.next(), rows.next(), rows.next(), rows.next()) {
                *part = dots_at(level, [p, q, r, s], x);
            }
        }
        inner_rest.iter_mut().zip(rows).for_each(|(out, row)| [*out] = dots_at(level, [row], x));
    });
    let units = additions.iter_mut().zip(&inner).flat_map(|((addition, out), inner)| {
        let addition: &LowRank = addition;
        out.chunks_exact_mut(addition.outputs).zip(inner.chunks_exact(addition.rank)).flat_map(move |(out, inner)| {
            let bands = out.chunks_mut(BAND).enumerate();
            bands.map(move |(band, out)| (addition.b.as_slice(), addition.outputs, band * BAND, inner, out))
        })
    });
    pool.for_each(units, |(b, outputs, start, inner, out)| {
        at_level!(level, add_band(b: &[f32], outputs: usize, start: usize, inner: &[f32], out: &mut [f32]));
    });
}

/// `out[o] += inner[j] * b[j][start + o]`, one `j` after another.
#[inline(always)]
fn add_band(b: &[f32], outputs: usize, start: usize, inner: &[f32], out: &mut [f32]) {
    for (row, factor) in b.chunks_exact(outputs).zip(inner) {
        let row = &row[start..start + out.len()];
        out.iter_mut().zip(row).for_each(|(out, b)| *out = b.mul_add(*factor, *out));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn additions_agree_with_their_formula(rank in 1usize..10, inputs in 1usize..70, outputs in 1usize..90, m in 1usize..5, seed in 0u32..1000) {
            let value = |i: usize| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 20) as f32 / 4096.0 - 0.5;
            let a: Vec<f32> = (0..rank * inputs).map(value).collect();
            let b: Vec<f32> = (0..rank * outputs).map(|i| value(i + 7777)).collect();
            let x: Vec<f32> = (0..m * inputs).map(|i| value(i + 99)).collect();
            let addition = LowRank::new(a.clone(), &b, rank, 0.5).unwrap();
            let mut out = vec![1.0; m * outputs];
            add_low_rank(&Pool::new(2), &x, m, &mut [(&addition, &mut out)]);
            for t in 0..m {
                for o in 0..outputs {
                    let inner = |j: usize| (0..inputs).map(|i| f64::from(a[j * inputs + i]) * f64::from(x[t * inputs + i])).sum::<f64>();
                    let expected = 1.0 + 0.5 * (0..rank).map(|j| inner(j) * f64::from(b[o * rank + j])).sum::<f64>();
                    prop_assert!((f64::from(out[t * outputs + o]) - expected).abs() < 1e-4);
                }
            }
        }
    }

    #[test]
    fn sizes_that_do_not_agree_are_refused() {
        assert!(LowRank::new(vec![1.0; 3], &[1.0; 4], 2, 1.0).is_none());
        assert!(LowRank::new(vec![1.0; 4], &[1.0; 4], 0, 1.0).is_none());
    }
}
