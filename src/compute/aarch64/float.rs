//! Products of f32 rows, in the order of [`super::super::lanes::dot_f32`] and of [`super::super::attention`], so the bits are the same; and
//! half-precision numbers as f32.

use std::arch::aarch64::*;

use super::super::Level;
use super::tree;

/// Each of `rows` times `x`; `None` for portable Rust. All lengths are equal.
pub(in super::super) fn dots<const R: usize>(level: Level, rows: [&[f32]; R], x: &[f32]) -> Option<[f32; R]> {
    assert!(rows.iter().all(|row| row.len() == x.len()));
    // SAFETY: the level has Advanced SIMD; the lengths are as asserted.
    (level >= Level::Neon).then(|| unsafe { dots_neon(rows, x) })
}

/// # Safety
/// The processor has Advanced SIMD; all lengths are equal.
#[target_feature(enable = "neon")]
unsafe fn dots_neon<const R: usize>(rows: [&[f32]; R], x: &[f32]) -> [f32; R] {
    let mut lanes = [[vdupq_n_f32(0.0); 4]; R];
    let whole = x.len() / 16 * 16;
    for at in (0..whole).step_by(16) {
        for quarter in 0..4 {
            // SAFETY: `at + 16` is inside the slices.
            unsafe {
                let values = vld1q_f32(x.as_ptr().add(at + 4 * quarter));
                for (lanes, row) in lanes.iter_mut().zip(rows) {
                    lanes[quarter] = vfmaq_f32(lanes[quarter], vld1q_f32(row.as_ptr().add(at + 4 * quarter)), values);
                }
            }
        }
    }
    let mut out = [0f32; R];
    for ((out, lanes), row) in out.iter_mut().zip(lanes).zip(rows) {
        if whole == x.len() {
            *out = tree(lanes);
            continue;
        }
        let mut all = [0f32; 16];
        for (four, lanes) in all.as_chunks_mut::<4>().0.iter_mut().zip(lanes) {
            // SAFETY: four floats.
            unsafe { vst1q_f32(four.as_mut_ptr(), lanes) };
        }
        for (lane, (a, b)) in all.iter_mut().zip(row[whole..].iter().zip(&x[whole..])) {
            *lane = a.mul_add(*b, *lane);
        }
        *out = super::super::lanes::tree(all);
    }
    out
}

/// As many half-precision numbers as fit, as f32; NaN stays NaN. False for portable Rust.
pub(in super::super) fn widen(level: Level, bytes: &[u8], out: &mut [f32]) -> bool {
    if level < Level::Neon {
        return false;
    }
    // SAFETY: the level has Advanced SIMD.
    unsafe { widen_neon(bytes, out) };
    true
}

#[target_feature(enable = "neon")]
fn widen_neon(bytes: &[u8], out: &mut [f32]) {
    let count = out.len().min(bytes.len() / 2);
    let (eights, rest) = bytes[..2 * count].as_chunks::<16>();
    let (out_eights, out_rest) = out[..count].as_chunks_mut::<8>();
    for (bytes, out) in eights.iter().zip(out_eights) {
        // SAFETY: sixteen bytes, eight floats.
        unsafe {
            let halves = vreinterpretq_f16_u8(vld1q_u8(bytes.as_ptr()));
            vst1q_f32(out.as_mut_ptr(), vcvt_f32_f16(vget_low_f16(halves)));
            vst1q_f32(out.as_mut_ptr().add(4), vcvt_high_f32_f16(halves));
        }
    }
    for (bytes, out) in rest.as_chunks::<2>().0.iter().zip(out_rest) {
        *out = vgetq_lane_f32::<0>(vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(u16::from_le_bytes(*bytes)))));
    }
}

/// [`super::super::attention::products`]; false for portable Rust. The caller has checked all lengths.
pub(in super::super) fn products(
    level: Level,
    rows: &[usize],
    a: (&[f32], usize),
    depth: usize,
    b: (&[f32], usize),
    out: &mut [f32],
) -> bool {
    if level < Level::Neon {
        return false;
    }
    // SAFETY: the level has Advanced SIMD; rows and columns are inside the slices, as the caller has checked.
    unsafe { products_neon(rows, a, depth, b, out) };
    true
}

/// # Safety
/// The processor has Advanced SIMD; lengths as [`products`] asks.
#[target_feature(enable = "neon")]
unsafe fn products_neon(rows: &[usize], a: (&[f32], usize), depth: usize, b: (&[f32], usize), out: &mut [f32]) {
    let (fives, rest) = rows.as_chunks::<5>();
    let (twos, ones) = rest.as_chunks::<2>();
    // Columns outside: their part of `b` stays in the first-level cache for all rows.
    for column in (0..b.1).step_by(16) {
        // SAFETY: passed on; the width is a multiple of sixteen.
        unsafe {
            fives.iter().for_each(|rows| tile::<5, 4>(rows, a, depth, b, column, out));
            twos.iter().for_each(|rows| tile::<2, 4>(rows, a, depth, b, column, out));
        }
    }
    for &row in ones {
        let mut column = 0;
        while column < b.1 {
            // SAFETY: as above; one row has registers for four times as many columns.
            unsafe {
                if b.1 - column >= 64 {
                    tile::<1, 16>(&[row], a, depth, b, column, out);
                    column += 64;
                } else {
                    tile::<1, 4>(&[row], a, depth, b, column, out);
                    column += 16;
                }
            }
        }
    }
}

/// `R` rows and the columns from `column` on that `N` registers hold.
///
/// # Safety
/// The processor has Advanced SIMD; lengths as [`products`] asks; the columns are there.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn tile<const R: usize, const N: usize>(
    rows: &[usize; R],
    a: (&[f32], usize),
    depth: usize,
    b: (&[f32], usize),
    column: usize,
    out: &mut [f32],
) {
    // SAFETY: as above.
    unsafe {
        let place = |row: usize| row * b.1 + column;
        let mut lanes: [[float32x4_t; N]; R] =
            std::array::from_fn(|r| std::array::from_fn(|n| vld1q_f32(out.as_ptr().add(place(rows[r]) + 4 * n))));
        let left: [*const f32; R] = std::array::from_fn(|r| a.0.as_ptr().add(rows[r] * a.1));
        let mut right = b.0.as_ptr().add(column);
        for k in 0..depth {
            let values: [float32x4_t; N] = std::array::from_fn(|n| vld1q_f32(right.add(4 * n)));
            for r in 0..R {
                let factor = vld1q_dup_f32(left[r].add(k));
                for n in 0..N {
                    lanes[r][n] = vfmaq_f32(lanes[r][n], factor, values[n]);
                }
            }
            right = right.wrapping_add(b.1);
        }
        for r in 0..R {
            for (n, &lane) in lanes[r].iter().enumerate() {
                vst1q_f32(out.as_mut_ptr().add(place(rows[r]) + 4 * n), lane);
            }
        }
    }
}
