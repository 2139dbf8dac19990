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
mod tests;
