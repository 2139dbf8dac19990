//! `x * w^T` for weights in their file layout.
//!
//! A chunk of work is a band of rows of one matrix: it is unpacked once into scratch that fits the cache, and read by every row of
//! activations. So one road serves one row (decode), a few (candidates, drafts) and many (prefill).

use std::cell::RefCell;

use super::activations::Activations;
use super::dot::{self, ActivationRow, STEP};
use super::panel::{self, Panel, PanelActivations};
use super::unpack::{self, UnpackedRow};
#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{BlockType, Level, Pool};

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

/// Up to this many rows of activations, weights go to registers without scratch: measured faster up to 16, slower from 24.
const DIRECT: usize = 16;

/// Rows a chunk: enough to be worth claiming when there is one row of activations, few enough to fit the cache when there are many.
fn band_rows(m: usize, columns: usize) -> usize {
    match m {
        0..=DIRECT => (65_536 / columns.max(1)).clamp(8, 64) & !3,
        _ => 16,
    }
}

/// What the products are for. Each phase has its own order of accumulation, see [`crate::compute`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reading a prompt: many rows of activations.
    Prefill,
    /// Writing, or checking a draft: one row or a few.
    Decode,
}

/// What a thread keeps between chunks.
#[derive(Default)]
struct Scratch {
    rows: Vec<UnpackedRow>,
    panel: Panel,
    floats: Vec<Vec<f32>>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// `outs[i] = x * weights[i]^T` for several matrices that read the same `x: [m, columns]`; `outs[i]: [m, weights[i].rows]`.
/// Quantised weights meet activations quantised to int8; float weights meet them as they are.
pub fn matmul(pool: &Pool, phase: Phase, x: &[f32], m: usize, weights: &[Matrix<'_>], outs: &mut [&mut [f32]]) {
    matmul_at(Level::detect(), pool, phase, x, m, weights, outs);
}

/// As [`matmul`], with the kernels of `level`, which the processor must have.
pub(super) fn matmul_at(level: Level, pool: &Pool, phase: Phase, x: &[f32], m: usize, weights: &[Matrix<'_>], outs: &mut [&mut [f32]]) {
    let Some(columns) = weights.first().map(|w| w.columns).filter(|&columns| columns > 0 && m > 0) else { return };
    let is_quantized = |w: &Matrix<'_>| unpack::offset(w.block).is_some();
    let activations = if weights.iter().any(is_quantized) { Activations::quantize(pool, x, m, columns) } else { Activations::default() };
    let mut chunks = Vec::new();
    for (index, weight) in weights.iter().enumerate() {
        let band = if phase == Phase::Prefill { panel::ROWS } else { band_rows(m, columns) };
        chunks.extend((0..weight.rows).step_by(band).map(|start| (index, start, (start + band).min(weight.rows))));
    }
    let of_group = |group| {
        let wanted = weights.iter().any(|w| is_quantized(w) && panel::group_columns(w.block) == group);
        (phase == Phase::Prefill && wanted).then(|| PanelActivations::new(&activations, m, columns, group))
    };
    let (sixteen, thirty_two) = (of_group(16), of_group(32));
    let outs: Vec<Out> = outs.iter_mut().map(|out| Out { start: out.as_mut_ptr(), length: out.len() }).collect();
    pool.run(chunks.len(), &|chunk| {
        let (index, start, end) = chunks[chunk];
        let weight = &weights[index];
        SCRATCH.with_borrow_mut(|scratch| {
            let mut put = |t: usize, row: usize, value: f32| outs[index].put(t * weight.rows + row, value);
            let grouped = if panel::group_columns(weight.block) == 16 { &sixteen } else { &thirty_two };
            match grouped {
                _ if !is_quantized(weight) => float_band(level, weight, start..end, x, m, &mut scratch.floats, &mut put),
                Some(x) => {
                    let row_bytes = weight.bytes.len() / weight.rows;
                    let rows = rows_for(&mut scratch.rows, weight.columns, panel::ROWS);
                    for (row, scratch) in (start..end).zip(rows.iter_mut()) {
                        unpack_at(level, scratch, weight.block, &weight.bytes[row * row_bytes..(row + 1) * row_bytes], weight.columns);
                    }
                    scratch.panel.fill(level, weight.block, weight.columns, &rows[..end - start]);
                    let out = &outs[index];
                    panel::multiply(level, &scratch.panel, x, m, &mut |t, values| {
                        out.put_all(t * weight.rows + start, &values[..end - start]);
                    });
                }
                None => quantized_band(level, weight, start..end, &activations, m, &mut scratch.rows, &mut put),
            }
        });
    });
}

/// At least `count` scratch rows for `columns` weights.
fn rows_for(rows: &mut Vec<UnpackedRow>, columns: usize, count: usize) -> &mut [UnpackedRow] {
    if rows.first().is_none_or(|row| row.bytes.len() != columns.div_ceil(STEP) * STEP) {
        rows.clear();
    }
    rows.resize_with(count.max(rows.len()), || UnpackedRow::new(columns));
    &mut rows[..count]
}

/// An output that several threads write to, each at places of its own.
struct Out {
    start: *mut f32,
    length: usize,
}

// SAFETY: every place is written by the one chunk that owns its row, and read by nobody before the pool is done.
unsafe impl Sync for Out {}

impl Out {
    fn put(&self, at: usize, value: f32) {
        assert!(at < self.length, "an output of {} has no place {at}", self.length);
        // SAFETY: inside the slice, as asserted; no other chunk writes here.
        unsafe { *self.start.add(at) = value }
    }

    fn put_all(&self, at: usize, values: &[f32]) {
        assert!(at + values.len() <= self.length, "an output of {} has no place {at}", self.length);
        // SAFETY: as above.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), self.start.add(at), values.len()) }
    }
}

fn quantized_band(
    level: Level,
    weight: &Matrix<'_>,
    rows: std::ops::Range<usize>,
    activations: &Activations,
    m: usize,
    unpacked: &mut Vec<UnpackedRow>,
    put: &mut dyn FnMut(usize, usize, f32),
) {
    let steps = weight.columns.div_ceil(STEP);
    // One row at a time is unpacked and read while it is in the first-level cache, where nobody reads it twice.
    let tile_rows = if m < 4 { 4 } else { rows.len() };
    let unpacked = rows_for(unpacked, weight.columns, tile_rows);
    let row_bytes = weight.bytes.len() / weight.rows;
    let x: Vec<ActivationRow<'_>> = (0..m)
        .map(|t| ActivationRow {
            quants: &activations.quants[t * steps * STEP..(t + 1) * steps * STEP],
            scales: &activations.scales[t * activations.groups..(t + 1) * activations.groups],
            sums: &activations.sums[t * activations.groups..(t + 1) * activations.groups],
        })
        .collect();
    if m <= DIRECT && direct(level, weight, rows.clone(), &x, put) {
        return;
    }
    let wide = weight.block == BlockType::Q8_0;
    for start in rows.clone().step_by(tile_rows) {
        let end = (start + tile_rows).min(rows.end);
        for (row, scratch) in (start..end).zip(unpacked.iter_mut()) {
            unpack_at(level, scratch, weight.block, &weight.bytes[row * row_bytes..(row + 1) * row_bytes], weight.columns);
        }
        tiles(level, wide, &unpacked[..end - start], &x, &mut |t, r, value| put(t, start + r, value));
    }
}

/// The road of a few rows of activations: no scratch, where the level has kernels for it.
fn direct(
    level: Level,
    weight: &Matrix<'_>,
    rows: std::ops::Range<usize>,
    x: &[ActivationRow<'_>],
    put: &mut dyn FnMut(usize, usize, f32),
) -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        let row_bytes = weight.bytes.len() / weight.rows;
        let bytes = |row: usize, count: usize| &weight.bytes[row * row_bytes..(row + count) * row_bytes];
        if let [x] = x {
            // Independent rows side by side hide the latency of each one's chain of additions.
            let mut row = rows.start;
            while row < rows.end {
                let count = if rows.end - row >= 4 { 4 } else { 1 };
                let known = match count {
                    4 => x86::gemv::gemv::<4, 1>(level, weight.block, bytes(row, 4), &[*x])
                        .map(|out| out.iter().enumerate().for_each(|(r, &[value])| put(0, row + r, value))),
                    _ => x86::gemv::gemv::<1, 1>(level, weight.block, bytes(row, 1), &[*x]).map(|[[value]]| put(0, row, value)),
                };
                if known.is_none() {
                    return false;
                }
                row += count;
            }
            return true;
        }
        for row in rows {
            let (eights, rest) = x.as_chunks::<8>();
            let (fours, rest) = rest.as_chunks::<4>();
            let (twos, ones) = rest.as_chunks::<2>();
            let mut t = 0;
            let mut put_all = |out: &[f32]| {
                out.iter().enumerate().for_each(|(i, &value)| put(t + i, row, value));
                t += out.len();
            };
            let bytes = bytes(row, 1);
            let known = eights.iter().try_for_each(|x| x86::gemv::gemv(level, weight.block, bytes, x).map(|[out]| put_all(&out))).is_some()
                && fours.iter().try_for_each(|x| x86::gemv::gemv(level, weight.block, bytes, x).map(|[out]| put_all(&out))).is_some()
                && twos.iter().try_for_each(|x| x86::gemv::gemv(level, weight.block, bytes, x).map(|[out]| put_all(&out))).is_some()
                && ones.iter().try_for_each(|x| x86::gemv::gemv(level, weight.block, bytes, &[*x]).map(|[out]| put_all(&out))).is_some();
            if !known {
                return false;
            }
        }
        true
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (level, weight, rows, x, put);
        false
    }
}

fn unpack_at(level: Level, row: &mut UnpackedRow, block: BlockType, bytes: &[u8], columns: usize) {
    #[cfg(target_arch = "x86_64")]
    if level >= Level::Avx2 {
        // SAFETY: `Level` says that the processor has AVX2, FMA and F16C.
        unsafe { x86::quants::fill(block, bytes, &mut row.bytes, &mut row.scales, &mut row.biases) };
        return;
    }
    let _ = level;
    row.fill(block, bytes);
    debug_assert!(row.bytes.len() >= columns);
}

/// Every row of `weights` with every row of `x`, in tiles of four by four, then what is left.
fn tiles(level: Level, wide: bool, weights: &[UnpackedRow], x: &[ActivationRow<'_>], put: &mut dyn FnMut(usize, usize, f32)) {
    let (x_tiles, x_rest) = x.as_chunks::<4>();
    for (row, weights) in weights.chunks(4).enumerate() {
        for (t, x) in x_tiles.iter().enumerate() {
            tile(level, wide, weights, x, &mut |i, r, value| put(4 * t + i, 4 * row + r, value));
        }
        for (t, x) in x_rest.iter().enumerate() {
            tile(level, wide, weights, &[*x], &mut |_, r, value| put(4 * x_tiles.len() + t, 4 * row + r, value));
        }
    }
}

fn tile<const T: usize>(
    level: Level,
    wide: bool,
    weights: &[UnpackedRow],
    x: &[ActivationRow<'_>; T],
    put: &mut dyn FnMut(usize, usize, f32),
) {
    if weights.len() == 4 {
        let mut out = [[0f32; 4]; T];
        tile_of::<4, T>(level, wide, weights, x, &mut out);
        out.iter().enumerate().for_each(|(t, row)| row.iter().enumerate().for_each(|(r, &value)| put(t, r, value)));
    } else {
        for (r, weight) in weights.iter().enumerate() {
            let mut out = [[0f32; 1]; T];
            tile_of::<1, T>(level, wide, std::slice::from_ref(weight), x, &mut out);
            out.iter().enumerate().for_each(|(t, row)| put(t, r, row[0]));
        }
    }
}

fn tile_of<const R: usize, const T: usize>(
    level: Level,
    wide: bool,
    weights: &[UnpackedRow],
    x: &[ActivationRow<'_>; T],
    out: &mut [[f32; R]; T],
) {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => {
            // SAFETY: `Level` says that the processor has these; all rows were made for one number of columns.
            unsafe { dot::x86::tile_avx512::<R, T>(weights, x, out) }
        }
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 if wide => {
            // SAFETY: as above; `WIDE` takes any byte.
            unsafe { dot::x86::tile_avx2::<R, T, true>(weights, x, out) }
        }
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => {
            // SAFETY: as above; of the types with an offset only Q8_0, which is wide, has bytes above 63.
            unsafe { dot::x86::tile_avx2::<R, T, false>(weights, x, out) }
        }
        _ => {
            let _ = wide;
            for (x, out) in x.iter().zip(out) {
                for (weights, out) in weights.iter().zip(out) {
                    *out = dot::dot_scalar(weights, *x);
                }
            }
        }
    }
}

/// Rows of float weights are widened four at a time, and read by every row of activations from the first-level cache.
fn float_band(
    level: Level,
    weight: &Matrix<'_>,
    rows: std::ops::Range<usize>,
    x: &[f32],
    m: usize,
    scratch: &mut Vec<Vec<f32>>,
    put: &mut dyn FnMut(usize, usize, f32),
) {
    scratch.resize_with(4, Vec::new);
    let row_bytes = weight.bytes.len() / weight.rows;
    for start in rows.clone().step_by(4) {
        let count = (rows.end - start).min(4);
        for (row, floats) in (start..start + count).zip(scratch.iter_mut()) {
            floats.resize(weight.columns, 0.0);
            super::elementwise::dequantize_at(level, weight.block, &weight.bytes[row * row_bytes..(row + 1) * row_bytes], floats);
        }
        for (t, x) in x.chunks_exact(weight.columns).take(m).enumerate() {
            if let ([a, b, c, d], 4) = (&scratch[..], count) {
                let out = super::elementwise::dots_at(level, [a, b, c, d], x);
                out.iter().enumerate().for_each(|(r, &value)| put(t, start + r, value));
            } else {
                scratch[..count].iter().enumerate().for_each(|(r, row)| put(t, start + r, super::elementwise::dots_at(level, [row], x)[0]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TYPES: [BlockType; 13] = [
        BlockType::F32,
        BlockType::F16,
        BlockType::BF16,
        BlockType::Q4_0,
        BlockType::Q4_1,
        BlockType::Q5_0,
        BlockType::Q5_1,
        BlockType::Q8_0,
        BlockType::Q2K,
        BlockType::Q3K,
        BlockType::Q4K,
        BlockType::Q5K,
        BlockType::Q6K,
    ];

    /// Bytes of `rows` rows from a seed, with every half-precision scale made finite.
    fn random_matrix(block: BlockType, rows: usize, columns: usize, seed: u64) -> Vec<u8> {
        let mut state = seed | 1;
        let mut bytes: Vec<u8> = (0..rows * block.row_bytes(columns).unwrap())
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as u8
            })
            .collect();
        let halves: &[usize] = match block {
            BlockType::Q2K => &[80, 82],
            BlockType::Q3K => &[108],
            BlockType::Q6K => &[208],
            BlockType::Q4_1 | BlockType::Q5_1 | BlockType::Q4K | BlockType::Q5K => &[0, 2],
            _ => &[0],
        };
        for chunk in bytes.chunks_exact_mut(block.block_bytes()) {
            match block {
                BlockType::F32 | BlockType::BF16 => *chunk.last_mut().unwrap() = 0x3c,
                _ => halves.iter().for_each(|at| chunk[at + 1] = (chunk[at + 1] & 0x83) | 0x24),
            }
        }
        bytes
    }

    fn product_in(
        phase: Phase,
        level: Level,
        threads: usize,
        block: BlockType,
        bytes: &[u8],
        rows: usize,
        columns: usize,
        x: &[f32],
    ) -> Vec<f32> {
        let m = x.len() / columns;
        let mut out = vec![0.0; m * rows];
        matmul_at(level, &Pool::new(threads), phase, x, m, &[Matrix { block, rows, columns, bytes }], &mut [&mut out]);
        out
    }

    fn product(level: Level, threads: usize, block: BlockType, bytes: &[u8], rows: usize, columns: usize, x: &[f32]) -> Vec<f32> {
        product_in(Phase::Decode, level, threads, block, bytes, rows, columns, x)
    }

    fn inputs(m: usize, columns: usize) -> Vec<f32> {
        (0..m * columns).map(|i| ((i * 7919 + 13) % 2003) as f32 / 1000.0 - 1.0).collect()
    }

    fn cases() -> impl Iterator<Item = (BlockType, Phase)> {
        TYPES.into_iter().flat_map(|block| [(block, Phase::Prefill), (block, Phase::Decode)])
    }

    #[test]
    fn products_agree_with_the_dequantised_ones_within_the_activations_rounding() {
        for (block, phase) in cases() {
            let (rows, columns, m) = (23, 768, 3);
            let bytes = random_matrix(block, rows, columns, 42);
            let mut weights = vec![0.0; rows * columns];
            super::super::dequantize(block, &bytes, &mut weights);
            let x = inputs(m, columns);
            let out = product_in(phase, Level::detect(), 2, block, &bytes, rows, columns, &x);
            for t in 0..m {
                for r in 0..rows {
                    let pairs = || weights[r * columns..(r + 1) * columns].iter().zip(&x[t * columns..(t + 1) * columns]);
                    let exact: f64 = pairs().map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
                    let size: f64 = pairs().map(|(w, x)| (f64::from(*w) * f64::from(*x)).powi(2)).sum::<f64>().sqrt();
                    let error = (f64::from(out[t * rows + r]) - exact).abs();
                    assert!(error <= 0.05 * size + 1e-6, "{block:?} row {r}: {} instead of {exact}, size {size}", out[t * rows + r]);
                }
            }
        }
    }

    #[test]
    fn bits_do_not_depend_on_level_batch_or_threads() {
        for (block, phase) in cases() {
            // 37 rows and 23 tokens are no multiples of a tile; 800 columns are no multiple of a step.
            let (rows, columns, m) = (37, if block.block_len() == 256 { 768 } else { 800 }, 11);
            let bytes = random_matrix(block, rows, columns, 7);
            let x = inputs(m, columns);
            let oracle = product_in(phase, Level::Scalar, 1, block, &bytes, rows, columns, &x);
            for level in Level::available() {
                for threads in [1, 3] {
                    assert_eq!(
                        product_in(phase, level, threads, block, &bytes, rows, columns, &x),
                        oracle,
                        "{block:?} in {phase:?} at {level:?}"
                    );
                }
                for t in 0..m {
                    let alone = product_in(phase, level, 2, block, &bytes, rows, columns, &x[t * columns..(t + 1) * columns]);
                    assert_eq!(alone, oracle[t * rows..(t + 1) * rows], "{block:?} in {phase:?}, token {t} alone at {level:?}");
                }
            }
        }
    }

    #[test]
    fn several_matrices_share_an_input() {
        let (columns, m) = (256, 2);
        let x = inputs(m, columns);
        let (a, b) = (random_matrix(BlockType::Q4K, 5, columns, 1), random_matrix(BlockType::Q6K, 9, columns, 2));
        let (mut out_a, mut out_b) = (vec![0.0; m * 5], vec![0.0; m * 9]);
        let weights =
            [Matrix { block: BlockType::Q4K, rows: 5, columns, bytes: &a }, Matrix { block: BlockType::Q6K, rows: 9, columns, bytes: &b }];
        matmul(&Pool::new(2), Phase::Decode, &x, m, &weights, &mut [&mut out_a, &mut out_b]);
        assert_eq!(out_a, product(Level::Scalar, 1, BlockType::Q4K, &a, 5, columns, &x));
        assert_eq!(out_b, product(Level::Scalar, 1, BlockType::Q6K, &b, 9, columns, &x));
    }

    #[test]
    fn a_weight_of_minus_128_and_extreme_activations_are_exact() {
        // One Q8_0 block of -128s with scale 1 (0x3c00), activations of one size: no rounding anywhere.
        let bytes = [&[0x00, 0x3c][..], &[0x80; 32]].concat();
        for (level, phase) in Level::available().into_iter().flat_map(|level| [(level, Phase::Prefill), (level, Phase::Decode)]) {
            let product = |level, threads, block, bytes: &[u8], rows, columns, x: &[f32]| {
                product_in(phase, level, threads, block, bytes, rows, columns, x)
            };
            for x in [1.0f32, -1.0, 1e30] {
                let out = product(level, 1, BlockType::Q8_0, &bytes, 1, 32, &[x; 32]);
                assert!((out[0] / (-128.0 * 32.0 * x) - 1.0).abs() < 1e-6, "{level:?}: {out:?}");
            }
            assert_eq!(product(level, 1, BlockType::Q8_0, &bytes, 1, 32, &[0.0; 32]), [0.0]);
            assert!(product(level, 1, BlockType::Q8_0, &bytes, 1, 32, &[f32::NAN; 32])[0].is_nan());
            assert!(product(level, 1, BlockType::Q8_0, &bytes, 1, 32, &[f32::INFINITY; 32])[0].is_nan());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn levels_agree_on_arbitrary_bytes(seed in any::<u64>(), which in 3usize..8, blocks in 1usize..9, scale in -30i32..30) {
            let block = TYPES[which];
            let columns = blocks * 32;
            let bytes = random_matrix(block, 5, columns, seed);
            let x: Vec<f32> = inputs(2, columns).iter().map(|x| x * 2f32.powi(scale)).collect();
            let oracle = product(Level::Scalar, 1, block, &bytes, 5, columns, &x);
            let panels = product_in(Phase::Prefill, Level::Scalar, 1, block, &bytes, 5, columns, &x);
            for level in Level::available() {
                prop_assert_eq!(&product(level, 2, block, &bytes, 5, columns, &x), &oracle);
                prop_assert_eq!(&product_in(Phase::Prefill, level, 2, block, &bytes, 5, columns, &x), &panels);
            }
        }
    }
}
