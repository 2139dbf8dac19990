//! Rows of a tensor on their way from one file to another: read, woven, added to, checked, encoded.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use half::{bf16, f16};
use memmap2::Mmap;

use super::super::LlmError;
use super::super::adapter::Lora;
use super::super::names::unwoven;
use super::plan::{Planned, Stored, Values};
use crate::compute::{self, BlockType, Pool};

/// Weights that a thread takes at a time: enough that sharing costs nothing, little enough for its cache.
const BAND: usize = 1 << 16;
/// The largest number of half precision.
const MOST_F16: f32 = 65504.0;

/// Writes rows `rows` of `planned`, as many as `out` holds.
pub(super) fn encode(
    pool: &Pool,
    planned: &Planned,
    rows: Range<usize>,
    importance: Option<&[f32]>,
    out: &mut [u8],
) -> Result<(), LlmError> {
    let (_, columns) = planned.sides();
    let row_bytes = planned.block.row_bytes(columns).unwrap_or(0).max(1);
    let band_rows = (BAND / columns.max(1)).max(1);
    let (infinite, too_large) = (AtomicBool::new(false), AtomicBool::new(false));
    let bands = out.chunks_mut(band_rows * row_bytes).enumerate();
    pool.for_each(bands, |(band, out)| {
        let first = rows.start + band * band_rows;
        let own = first..first + out.len() / row_bytes;
        if let Values::Stored(stored) = &planned.values
            && stored.block == planned.block
            && stored.addition.is_none()
        {
            copy(stored, own, columns, out);
            if !compute::finite::band_is_finite(planned.block, out) {
                infinite.store(true, Ordering::Relaxed);
            }
            return;
        }
        let values = read(&planned.values, own, columns);
        let largest = values.iter().fold(0.0f32, |largest, x| if x.is_finite() { largest.max(x.abs()) } else { f32::INFINITY });
        if largest == f32::INFINITY {
            infinite.store(true, Ordering::Relaxed);
        } else if planned.block == BlockType::F16 && largest > MOST_F16 {
            too_large.store(true, Ordering::Relaxed);
        } else {
            compute::encode(planned.block, columns, &values, importance, out);
        }
    });
    if infinite.into_inner() {
        return Err(LlmError::NotFinite { tensor: planned.name.clone() });
    }
    if too_large.into_inner() {
        return Err(LlmError::TooLarge { tensor: planned.name.clone() });
    }
    Ok(())
}

/// Where row `row` of the new tensor stands in the old one.
fn source_row(stored: &Stored, row: usize) -> usize {
    stored.woven.map_or(row, |head| unwoven(row, head))
}

/// The bytes of a row; `columns` of one dimension are one row.
fn row_of(stored: &Stored, row: usize, row_bytes: usize) -> &[u8] {
    let start = stored.range.start + row * row_bytes;
    stored.map.get(start..start + row_bytes).unwrap_or_default()
}

fn copy(stored: &Stored, rows: Range<usize>, columns: usize, out: &mut [u8]) {
    if let Some(head) = stored.woven.filter(|_| is_vector(stored, columns)) {
        let bytes = stored.block.block_bytes();
        for (at, out) in out.chunks_exact_mut(bytes).enumerate() {
            out.copy_from_slice(row_of(stored, unwoven(at, head), bytes));
        }
        return;
    }
    let row_bytes = stored.block.row_bytes(columns).unwrap_or(0);
    for (row, out) in rows.zip(out.chunks_exact_mut(row_bytes.max(1))) {
        let from = row_of(stored, source_row(stored, row), row_bytes);
        if from.len() == out.len() {
            out.copy_from_slice(from);
        }
    }
}

/// Whether it is a bias, whose places are woven as the rows of its matrix are.
fn is_vector(stored: &Stored, columns: usize) -> bool {
    stored.block.row_bytes(columns) == Some(stored.range.len())
}

fn read(values: &Values, rows: Range<usize>, columns: usize) -> Vec<f32> {
    let mut out = vec![0.0; rows.len() * columns];
    let stored = match values {
        Values::Stacked(parts) => {
            let row_bytes = |part: &Stored| part.block.row_bytes(columns).unwrap_or(0).max(1);
            let each = parts.first().map_or(1, |part| (part.range.len() / row_bytes(part)).max(1));
            for (row, out) in rows.zip(out.chunks_exact_mut(columns.max(1))) {
                if let Some(part) = parts.get(row / each) {
                    compute::dequantize(part.block, row_of(part, row % each, row_bytes(part)), out);
                }
            }
            return out;
        }
        Values::Made(all) => {
            out.iter_mut().zip(all.iter().skip(rows.start * columns)).for_each(|(out, value)| *out = *value);
            return out;
        }
        Values::Stored(stored) => stored,
    };
    let row_bytes = stored.block.row_bytes(columns).unwrap_or(0);
    if let Some(head) = stored.woven.filter(|_| is_vector(stored, columns)) {
        let mut plain = vec![0.0; columns];
        compute::dequantize(stored.block, row_of(stored, 0, row_bytes), &mut plain);
        for (at, out) in out.iter_mut().enumerate() {
            *out = plain.get(unwoven(at, head)).copied().unwrap_or_default();
        }
        return out;
    }
    for (row, out) in rows.zip(out.chunks_exact_mut(columns.max(1))) {
        let from = source_row(stored, row);
        compute::dequantize(stored.block, row_of(stored, from, row_bytes), out);
        if let Some((lora, scale)) = &stored.addition {
            add(out, lora, *scale, from);
            round(out, stored.block);
        }
    }
    out
}

/// Row `row` of `scale * b * a`, added.
fn add(out: &mut [f32], lora: &Lora, scale: f32, row: usize) {
    let inputs = lora.a.len() / lora.rank.max(1);
    let mut sum = vec![0.0f32; out.len()];
    let of_row = lora.b.get(row * lora.rank..(row + 1) * lora.rank).unwrap_or_default();
    for (b, a) in of_row.iter().zip(lora.a.chunks_exact(inputs.max(1))) {
        sum.iter_mut().zip(a).for_each(|(sum, a)| *sum = a.mul_add(*b, *sum));
    }
    out.iter_mut().zip(sum).for_each(|(w, sum)| *w += scale * sum);
}

/// As PEFT's `merge_and_unload` leaves it: in the base's type.
fn round(values: &mut [f32], block: BlockType) {
    match block {
        BlockType::F16 => values.iter_mut().for_each(|value| *value = f16::from_f32(*value).to_f32()),
        BlockType::BF16 => values.iter_mut().for_each(|value| *value = bf16::from_f32(*value).to_f32()),
        _ => {}
    }
}

/// Tells the system that what `planned` comes from is not needed any more: bounds what the process holds.
pub(super) fn release(planned: &Planned) {
    let parts = match &planned.values {
        Values::Stored(stored) => std::slice::from_ref(stored),
        Values::Stacked(parts) => parts,
        Values::Made(_) => &[],
    };
    parts.iter().for_each(|stored| forget(&stored.map, stored.range.clone()));
}

/// The same of bytes `range` of a map.
pub(super) fn forget(map: &Mmap, range: Range<usize>) {
    #[cfg(unix)]
    {
        // SAFETY: the mapping is private, read-only and of a file: pages that are dropped are read from the file again, with the same
        // bytes. That it fails costs memory and nothing else.
        let _ = unsafe { map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, range.start, range.len()) };
    }
    #[cfg(not(unix))]
    let _ = (map, range);
}
