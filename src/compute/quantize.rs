//! Activations to int8, by level.

use super::activations::{Activations, SHARED, inverse_of, scale_of};
use super::lanes::LANES;
use super::unpack::{GROUP, STEP};
use super::{Level, Pool};

/// Columns that one thread takes at a time, some microseconds of work.
const PART: usize = 2048;

impl Activations {
    /// Quantises `rows` rows of `columns` values. A row with a value that is not finite gives NaN scales, and so NaN outputs.
    pub fn quantize(pool: &Pool, x: &[f32], rows: usize, columns: usize) -> Self {
        let steps = columns.div_ceil(STEP);
        let groups = (steps * STEP / GROUP).next_multiple_of(LANES);
        let mut this =
            Self { quants: vec![0; rows * steps * STEP], scales: vec![0.0; rows * groups], sums: vec![0.0; rows * groups], steps, groups };
        let level = Level::detect();
        let width = steps * STEP;
        let rows =
            this.quants.chunks_mut(width).zip(this.scales.chunks_mut(groups)).zip(this.sums.chunks_mut(groups)).zip(x.chunks(columns));
        let parts = rows.flat_map(|(((quants, scales), sums), x)| {
            let groups = scales.chunks_mut(PART / GROUP).zip(sums.chunks_mut(PART / GROUP));
            quants.chunks_mut(PART).zip(groups).zip(x.chunks(PART))
        });
        pool.for_each(parts, |((quants, (scales, sums)), x)| quantize_row_at(level, x, quants, scales, sums));
        this
    }
}

fn quantize_row_at(level: Level, x: &[f32], quants: &mut [i8], scales: &mut [f32], sums: &mut [f32]) {
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if level >= Level::Avx2 {
        // SAFETY: `Level` says that the processor has AVX2; there is a place for every group, and the function asks again.
        done = unsafe { super::x86::quantize::quantize(x, quants, scales, sums) };
    }
    #[cfg(target_arch = "aarch64")]
    if level >= Level::Neon {
        // SAFETY: `Level` says that the processor has Advanced SIMD; the function asks for the places again.
        done = unsafe { super::aarch64::quantize::quantize(x, quants, scales, sums) };
    }
    let _ = level;
    let groups = done / GROUP;
    quantize_row(&x[done..], &mut quants[done..], &mut scales[groups..], &mut sums[groups..]);
}

/// Adding and subtracting this rounds a small f32 to the nearest integer, ties to even.
const ROUND: f32 = 12_582_912.0;

fn quantize_row(x: &[f32], quants: &mut [i8], scales: &mut [f32], sums: &mut [f32]) {
    for (index, (x, quants)) in x.chunks(SHARED).zip(quants.chunks_exact_mut(SHARED)).enumerate() {
        // As numbers, the bits of magnitudes are in the order of the magnitudes, infinity and NaN above all others.
        let mut lanes = [0u32; LANES];
        for part in x.chunks(LANES) {
            for (lane, value) in lanes.iter_mut().zip(part) {
                *lane = value.abs().to_bits().max(*lane);
            }
        }
        let largest = f32::from_bits(lanes.iter().copied().fold(0, u32::max));
        let (scale, inverse) = (scale_of(largest), inverse_of(largest));
        for (quant, value) in quants.iter_mut().zip(x) {
            let rounded = (value * inverse + ROUND) - ROUND;
            *quant = rounded.clamp(-127.0, 127.0) as i32 as i8;
        }
        for (group, quants) in quants.chunks_exact(GROUP).enumerate() {
            let sum: i32 = quants.iter().map(|&q| i32::from(q)).sum();
            let group = index * (SHARED / GROUP) + group;
            scales[group] = scale;
            sums[group] = scale * sum as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every level's quants, scales and sums are those of portable Rust, bit by bit.
    #[track_caller]
    fn check(x: &[f32]) {
        let groups = x.len().div_ceil(STEP) * STEP / GROUP;
        let run = |level| {
            let (mut quants, mut scales, mut sums) = (vec![0; groups * GROUP], vec![0.0; groups], vec![0.0; groups]);
            quantize_row_at(level, x, &mut quants, &mut scales, &mut sums);
            (quants, scales.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), sums.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
        };
        let expected = run(Level::Scalar);
        assert!(expected.0.iter().all(|&quant| quant != -128));
        for level in Level::available() {
            assert!(run(level) == expected, "{level:?} differs on {x:?}");
        }
    }

    #[test]
    fn every_level_rounds_alike() {
        let wave: Vec<f32> = (0..200).map(|i| ((i * 7919) % 257) as f32 / 17.0 - 7.5).collect();
        for length in [1, 15, 31, 32, 33, 63, 64, 65, 200] {
            check(&wave[..length]);
        }
        for extreme in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-40, -1e-45, 0.0, -0.0] {
            let mut x = wave[..96].to_vec();
            x[40] = extreme;
            check(&x);
            check(&[extreme; 64]);
        }
        // Halves of a step, which round to even.
        check(&(0..64).map(|i| if i % 32 == 0 { 127.0 } else { i as f32 + 0.5 }).collect::<Vec<_>>());
    }
}
