//! The inner kernels on AArch64: four, eight or twelve rows by eight columns.

#![allow(clippy::too_many_arguments)] // an inner kernel is told its panels, their depth and where its tile goes

use std::arch::aarch64::*;

use super::sides::TILE;

/// Columns of a tile, as two registers.
pub(super) const COLUMNS: usize = 8;
/// Rows of tiles.
pub(super) const WIDTHS: [usize; 3] = [4, 8, TILE];

/// `(width, left, right, depth, out, stride, rows, columns, replace)`
///
/// # Safety
/// The processor has Advanced SIMD; `out` points to `rows` rows, `stride` apart, of `columns` elements that nobody else uses.
pub(super) unsafe fn neon(
    width: usize,
    left: &[f32],
    right: &[f32],
    depth: usize,
    out: *mut f32,
    stride: usize,
    rows: usize,
    columns: usize,
    replace: bool,
) {
    // SAFETY: as the caller says.
    unsafe {
        match width {
            4 => tile::<1>(left, right, depth, out, stride, rows, columns, replace),
            8 => tile::<2>(left, right, depth, out, stride, rows, columns, replace),
            _ => tile::<3>(left, right, depth, out, stride, rows, columns, replace),
        }
    }
}

/// A tile of four times `FOURS` rows.
///
/// # Safety
/// As for [`neon`].
#[target_feature(enable = "neon")]
unsafe fn tile<const FOURS: usize>(
    left: &[f32],
    right: &[f32],
    depth: usize,
    out: *mut f32,
    stride: usize,
    rows: usize,
    columns: usize,
    replace: bool,
) {
    assert!(left.len() >= depth * 4 * FOURS && right.len() >= depth * COLUMNS && columns <= COLUMNS);
    let mut sums = [[[vdupq_n_f32(0.0); 2]; 4]; FOURS];
    let (mut a, mut b) = (left.as_ptr(), right.as_ptr());
    for _ in 0..depth {
        // SAFETY: `depth` steps lie inside both sides, as asserted.
        unsafe {
            let values = [vld1q_f32(b), vld1q_f32(b.add(4))];
            for (four, sums) in sums.iter_mut().enumerate() {
                let factors = vld1q_f32(a.add(4 * four));
                for half in 0..2 {
                    sums[0][half] = vfmaq_laneq_f32::<0>(sums[0][half], values[half], factors);
                    sums[1][half] = vfmaq_laneq_f32::<1>(sums[1][half], values[half], factors);
                    sums[2][half] = vfmaq_laneq_f32::<2>(sums[2][half], values[half], factors);
                    sums[3][half] = vfmaq_laneq_f32::<3>(sums[3][half], values[half], factors);
                }
            }
            a = a.add(4 * FOURS);
            b = b.add(COLUMNS);
        }
    }
    for (i, sums) in sums.as_flattened().iter().enumerate().take(rows) {
        // SAFETY: the caller says that `rows` rows of `columns` elements are there.
        unsafe {
            let out = out.add(i * stride);
            if columns == COLUMNS {
                for (half, &sum) in sums.iter().enumerate() {
                    let place = out.add(4 * half);
                    vst1q_f32(place, if replace { sum } else { vaddq_f32(vld1q_f32(place), sum) });
                }
            } else {
                let mut row = [0f32; COLUMNS];
                vst1q_f32(row.as_mut_ptr(), sums[0]);
                vst1q_f32(row.as_mut_ptr().add(4), sums[1]);
                for (j, &sum) in row.iter().enumerate().take(columns) {
                    let place = out.add(j);
                    *place = if replace { sum } else { *place + sum };
                }
            }
        }
    }
}
