//! `x * w^T` for weights in their file layout.
//!
//! A chunk of work is a band of rows of one matrix: it is unpacked once into scratch that fits the cache, and read by every row of
//! activations. So one road serves one row (decode), a few (candidates, drafts) and many (prefill).

use std::cell::RefCell;

#[cfg(target_arch = "aarch64")]
use super::aarch64;
use super::activations::Activations;
use super::arranged::Arranged;
use super::dot;
pub use super::matrix::Matrix;
use super::panel::{self, Panel, PanelActivations};
use super::prefill;
use super::unpack::{self, STEP, UnpackedRow};
#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{BlockType, Level, Pool};

/// Bytes of weights in the chunks that are claimed last, so that no thread waits long for another; and at most.
const CHUNK_BYTES: std::ops::Range<usize> = 16 << 10..256 << 10;

/// Rows `0..rows` in chunks: large ones first, which the processor's prefetching follows better, smaller ones to the end.
fn chunks_of(rows: usize, row_bytes: usize, threads: usize) -> Vec<std::ops::Range<usize>> {
    let of = |bytes: usize| (bytes / row_bytes.max(1)).next_multiple_of(4).max(4);
    let (mut out, mut start) = (Vec::new(), 0);
    while start < rows {
        let share = ((rows - start) / (3 * threads)).next_multiple_of(4);
        let end = (start + share.clamp(of(CHUNK_BYTES.start), of(CHUNK_BYTES.end))).min(rows);
        out.push(start..end);
        start = end;
    }
    out
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
    panels: [Panel; 2],
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
        match phase {
            Phase::Prefill => {
                let two = 2 * panel::ROWS; // as many as kernels take together
                chunks.extend((0..weight.rows).step_by(two).map(|start| (index, start, (start + two).min(weight.rows))));
            }
            Phase::Decode => {
                let ranges = chunks_of(weight.rows, weight.bytes.len() / weight.rows.max(1), pool.threads());
                chunks.extend(ranges.into_iter().map(|range| (index, range.start, range.end)));
            }
        }
    }
    let mut arranged: Vec<(BlockType, Arranged)> = Vec::new();
    if phase == Phase::Decode {
        for weight in weights.iter().filter(|w| is_quantized(w)) {
            if arranged.iter().all(|(block, _)| *block != weight.block) {
                arranged.push((weight.block, Arranged::new(level, pool, &activations, m, weight.block)));
            }
        }
    }
    // Types whose groups and offsets are alike share what is made of the activations.
    let kind = |block| (panel::group_columns(block), unpack::offset(block));
    let mut packed: Vec<(BlockType, PanelActivations)> = Vec::new();
    if phase == Phase::Prefill {
        for weight in weights.iter().filter(|w| is_quantized(w)) {
            if packed.iter().all(|(block, _)| kind(*block) != kind(weight.block)) {
                packed.push((weight.block, PanelActivations::new(level, pool, &activations, m, columns, weight.block)));
            }
        }
    }
    let outs: Vec<Out> = outs.iter_mut().map(|out| Out { start: out.as_mut_ptr(), length: out.len() }).collect();
    pool.run(chunks.len(), &|chunk| {
        let (index, start, end) = chunks[chunk];
        let weight = &weights[index];
        SCRATCH.with_borrow_mut(|scratch| {
            let for_panels = packed.iter().find(|(block, _)| kind(*block) == kind(weight.block));
            match for_panels {
                _ if !is_quantized(weight) => float_band(level, weight, start..end, x, m, &mut scratch.floats, &mut |t, row, value| {
                    outs[index].put(t * weight.rows + row, value);
                }),
                Some((_, x)) => {
                    let row_bytes = weight.bytes.len() / weight.rows;
                    let rows = rows_for(&mut scratch.rows, weight.columns, panel::ROWS);
                    let count = (end - start).div_ceil(panel::ROWS);
                    for (number, panel) in scratch.panels[..count].iter_mut().enumerate() {
                        let first = start + number * panel::ROWS;
                        let last = end.min(first + panel::ROWS);
                        for (row, scratch) in (first..last).zip(rows.iter_mut()) {
                            unpack_at(level, scratch, weight.block, &weight.bytes[row * row_bytes..(row + 1) * row_bytes], weight.columns);
                        }
                        panel.fill(level, weight.block, weight.columns, &rows[..last - first]);
                    }
                    let out = &outs[index];
                    out.check(weight.rows * (m - 1) + end);
                    // SAFETY: the last place is inside, as checked; no other chunk writes to these rows.
                    unsafe {
                        let out = panel::Outputs { start: out.start.add(start), stride: weight.rows, count: end - start };
                        prefill::multiply(level, &scratch.panels[..count], x, out);
                    }
                }
                None => {
                    if let Some((_, x)) = arranged.iter().find(|(block, _)| *block == weight.block) {
                        decode_band(level, weight, start..end, x, scratch, &outs[index]);
                    }
                }
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
    fn check(&self, end: usize) {
        assert!(end <= self.length, "an output of {} does not reach {end}", self.length);
    }

    fn put(&self, at: usize, value: f32) {
        assert!(at < self.length, "an output of {} has no place {at}", self.length);
        // SAFETY: inside the slice, as asserted; no other chunk writes here.
        unsafe { *self.start.add(at) = value }
    }
}

/// Rows `rows` of a matrix in decoding; `x` was arranged for its type.
fn decode_band(level: Level, weight: &Matrix<'_>, rows: std::ops::Range<usize>, x: &Arranged, scratch: &mut Scratch, out: &Out) {
    out.check(weight.rows * (x.rows - 1) + rows.end);
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the last place is inside, as checked; no other chunk writes to these rows.
    if unsafe { x86::gemv::gemv(level, weight, rows.clone(), x, out.start) } {
        return;
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    if unsafe { aarch64::gemv::gemv(level, weight, rows.clone(), x, out.start) } {
        return;
    }
    let mut products = vec![0.0; x.rows];
    let row_bytes = weight.bytes.len() / weight.rows;
    for row in rows {
        let unpacked = &mut rows_for(&mut scratch.rows, weight.columns, 1)[0];
        unpack_at(level, unpacked, weight.block, &weight.bytes[row * row_bytes..(row + 1) * row_bytes], weight.columns);
        dot::dots_scalar(weight.block, unpacked, x, &mut products);
        products.iter().enumerate().for_each(|(t, &value)| out.put(t * weight.rows + row, value));
    }
}

fn unpack_at(level: Level, row: &mut UnpackedRow, block: BlockType, bytes: &[u8], columns: usize) {
    #[cfg(target_arch = "x86_64")]
    if level >= Level::Avx2 {
        // SAFETY: `Level` says that the processor has AVX2, FMA and F16C.
        if unsafe { x86::quants::fill(block, bytes, &mut row.bytes, &mut row.scales, &mut row.biases) } {
            return;
        }
    }
    let _ = level;
    row.fill(block, bytes);
    debug_assert!(row.bytes.len() >= columns);
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
