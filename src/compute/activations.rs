//! Rows of activations as int8, one scale for every 32 values.

use super::dot::LANES;
use super::unpack::GROUP;
use super::{Level, Pool};

/// Values that share a scale. With twice as many, an outlier takes the precision of twice as many neighbours; ggml has 32 too.
const SHARED: usize = 32;

/// Rows are padded to whole steps of this many columns.
pub const STEP: usize = 64;

/// Activations quantised once, for every matrix that reads them.
#[derive(Debug, Clone, Default)]
pub struct Activations {
    /// `[rows, steps * STEP]`, zero behind a row's end. Never -128, which the AVX2 kernels could not take.
    pub quants: Vec<i8>,
    /// The scale of each group: `[rows, groups]`, zero behind a row's end, groups padded to whole lanes.
    pub scales: Vec<f32>,
    /// `scale * sum of the group's quants`: `[rows, groups]`, groups padded to whole lanes.
    pub sums: Vec<f32>,
    /// Steps a row.
    pub steps: usize,
    /// Groups a row.
    pub groups: usize,
}

impl Activations {
    /// Quantises `rows` rows of `columns` values. A row with a value that is not finite gives NaN scales, and so NaN outputs.
    pub fn quantize(pool: &Pool, x: &[f32], rows: usize, columns: usize) -> Self {
        let steps = columns.div_ceil(STEP);
        let groups = (steps * STEP / GROUP).next_multiple_of(LANES);
        let mut this =
            Self { quants: vec![0; rows * steps * STEP], scales: vec![0.0; rows * groups], sums: vec![0.0; rows * groups], steps, groups };
        let level = Level::detect();
        // One row is too little work to share; many are shared by bands of eight.
        let band = if rows < 16 { rows.max(1) } else { 8 };
        #[allow(clippy::type_complexity)]
        let bands: Vec<_> = this
            .quants
            .chunks_mut(band * steps * STEP)
            .zip(this.scales.chunks_mut(band * groups))
            .zip(this.sums.chunks_mut(band * groups))
            .zip(x.chunks(band * columns))
            .map(|parts| std::sync::Mutex::new(Some(parts)))
            .collect();
        pool.run(bands.len(), &|index| {
            let taken = bands[index].lock().ok().and_then(|mut slot| slot.take());
            let Some((((quants, scales), sums), x)) = taken else { return };
            for (row, x) in x.chunks_exact(columns).enumerate() {
                let quants = &mut quants[row * steps * STEP..(row + 1) * steps * STEP];
                let scales = &mut scales[row * groups..(row + 1) * groups];
                let sums = &mut sums[row * groups..(row + 1) * groups];
                quantize_row_at(level, x, quants, scales, sums);
            }
        });
        drop(bands);
        this
    }
}

fn quantize_row_at(level: Level, x: &[f32], quants: &mut [i8], scales: &mut [f32], sums: &mut [f32]) {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 | Level::Avx512 => {
            // SAFETY: `Level` says that the processor has AVX2.
            unsafe { quantize_row_avx2(x, quants, scales, sums) }
        }
        _ => quantize_row(x, quants, scales, sums),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn quantize_row_avx2(x: &[f32], quants: &mut [i8], scales: &mut [f32], sums: &mut [f32]) {
    quantize_row(x, quants, scales, sums);
}

/// Adding and subtracting this rounds a small f32 to the nearest integer, ties to even.
const ROUND: f32 = 12_582_912.0;

#[inline(always)]
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
        let finite = largest.is_finite();
        let scale = if finite { largest / 127.0 } else { f32::NAN };
        let inverse = if largest > 0.0 && finite { 127.0 / largest } else { 0.0 };
        let inverse = if inverse.is_finite() { inverse } else { 0.0 };
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
