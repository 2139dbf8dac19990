//! Panels filled: sixteen unpacked rows side by side.
//!
//! Bytes are signed here, because that is what the processor multiplies: those of types with an offset of 128 have it taken off, and owe nothing
//! for it. Two orders: four columns of all rows after four columns ([`Panel::bytes`](super::super::panel::Panel)'s), and for [`Level::I8mm`]
//! eight columns of all rows after eight columns.

use std::arch::aarch64::*;

use super::super::Level;
use super::super::panel::ROWS;
use super::super::unpack::UnpackedRow;

/// Interleaves up to sixteen rows; those that are missing count as zero bytes, or whatever a scale of zero makes nothing of. False for portable
/// Rust. `columns` is a multiple of 16; `is_signed` says that bytes are signed ones with 128 added.
pub(in super::super) fn interleave(level: Level, rows: &[UnpackedRow], columns: usize, is_signed: bool, out: &mut [u8]) -> bool {
    if level < Level::Neon {
        return false;
    }
    assert!(columns.is_multiple_of(16) && out.len() == columns * ROWS && rows.len() <= ROWS);
    assert!(rows.iter().all(|row| row.bytes.len() >= columns));
    // SAFETY: the level has Advanced SIMD; the lengths are as asserted.
    unsafe { if level == Level::I8mm { by_eights(rows, columns, is_signed, out) } else { by_fours(rows, columns, is_signed, out) } }
    true
}

/// Sixteen bytes of a row from `column` on, zero where it is missing, with `flip` flipped.
///
/// # Safety
/// The row, where it is there, has these columns.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn sixteen(rows: &[UnpackedRow], row: usize, column: usize, flip: uint8x16_t) -> uint8x16_t {
    match rows.get(row) {
        // SAFETY: as above.
        Some(row) => veorq_u8(unsafe { vld1q_u8(row.bytes.as_ptr().add(column)) }, flip),
        None => vdupq_n_u8(0),
    }
}

/// # Safety
/// Lengths as [`interleave`] asserts.
#[target_feature(enable = "neon")]
unsafe fn by_fours(rows: &[UnpackedRow], columns: usize, is_signed: bool, out: &mut [u8]) {
    let flip = vdupq_n_u8(if is_signed { 0x80 } else { 0 });
    for column in (0..columns).step_by(16) {
        for quarter in 0..4 {
            // SAFETY: the columns are there; four times four columns of the panel from `column` on, of which a quarter has sixteen bytes each.
            unsafe {
                let four: [uint32x4_t; 4] = std::array::from_fn(|i| vreinterpretq_u32_u8(sixteen(rows, 4 * quarter + i, column, flip)));
                for (step, bytes) in transposed(four).into_iter().enumerate() {
                    vst1q_u8(out.as_mut_ptr().add((column + 4 * step) * ROWS + 16 * quarter), vreinterpretq_u8_u32(bytes));
                }
            }
        }
    }
}

/// # Safety
/// Lengths as [`interleave`] asserts.
#[target_feature(enable = "neon")]
unsafe fn by_eights(rows: &[UnpackedRow], columns: usize, is_signed: bool, out: &mut [u8]) {
    let flip = vdupq_n_u8(if is_signed { 0x80 } else { 0 });
    for column in (0..columns).step_by(16) {
        for pair in 0..ROWS / 2 {
            // SAFETY: the columns are there; two times eight columns of the panel from `column` on, of which a pair has sixteen bytes each.
            unsafe {
                let [a, b] = [0, 1].map(|i| vreinterpretq_u64_u8(sixteen(rows, 2 * pair + i, column, flip)));
                let out = out.as_mut_ptr().add(column * ROWS + 16 * pair);
                vst1q_u8(out, vreinterpretq_u8_u64(vzip1q_u64(a, b)));
                vst1q_u8(out.add(8 * ROWS), vreinterpretq_u8_u64(vzip2q_u64(a, b)));
            }
        }
    }
}

/// Every `stride`th of the numbers of sixteen rows, one or two, to `out[group][row]`, for as many groups as are whole fours; gives their number,
/// which is 0 for portable Rust.
pub(in super::super) fn deal(level: Level, rows: &[&[f32]; ROWS], stride: usize, out: &mut [f32]) -> usize {
    if level < Level::Neon || !(1..=2).contains(&stride) {
        return 0;
    }
    // SAFETY: the level has Advanced SIMD.
    unsafe { deal_neon(rows, stride, out) }
}

/// # Safety
/// The processor has Advanced SIMD.
#[target_feature(enable = "neon")]
unsafe fn deal_neon(rows: &[&[f32]; ROWS], stride: usize, out: &mut [f32]) -> usize {
    let groups = rows.iter().fold(out.len() / ROWS, |least, row| least.min(row.len() / stride)) / 4 * 4;
    for group in (0..groups).step_by(4) {
        for quarter in 0..4 {
            // SAFETY: each row has `stride` numbers for each of four groups, and `out` sixteen.
            unsafe {
                let four: [uint32x4_t; 4] = std::array::from_fn(|i| {
                    let at = rows[4 * quarter + i].as_ptr().add(stride * group);
                    vreinterpretq_u32_f32(if stride == 1 { vld1q_f32(at) } else { vuzp1q_f32(vld1q_f32(at), vld1q_f32(at.add(4))) })
                });
                for (step, numbers) in transposed(four).into_iter().enumerate() {
                    vst1q_f32(out.as_mut_ptr().add((group + step) * ROWS + 4 * quarter), vreinterpretq_f32_u32(numbers));
                }
            }
        }
    }
    groups
}

/// Rows as columns.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn transposed([a, b, c, d]: [uint32x4_t; 4]) -> [uint32x4_t; 4] {
    let pairs = |v: uint32x4_t| vreinterpretq_u64_u32(v);
    let (ab, cd) = ([pairs(vtrn1q_u32(a, b)), pairs(vtrn2q_u32(a, b))], [pairs(vtrn1q_u32(c, d)), pairs(vtrn2q_u32(c, d))]);
    [vtrn1q_u64(ab[0], cd[0]), vtrn1q_u64(ab[1], cd[1]), vtrn2q_u64(ab[0], cd[0]), vtrn2q_u64(ab[1], cd[1])]
        .map(|v| vreinterpretq_u32_u64(v))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize, columns: usize) -> Vec<UnpackedRow> {
        let row = |r: usize| UnpackedRow { bytes: (0..columns).map(|i| (i * 7 + r * 31) as u8).collect(), ..UnpackedRow::default() };
        (0..count).map(row).collect()
    }

    /// Every byte stands at the place that the order says, whatever rows are missing.
    #[track_caller]
    fn check(level: Level, count: usize, columns: usize, is_signed: bool) {
        let rows = rows(count, columns);
        let mut out = vec![0xaa; columns * ROWS];
        assert!(interleave(level, &rows, columns, is_signed, &mut out));
        let run = if level == Level::I8mm { 8 } else { 4 };
        for (r, row) in rows.iter().enumerate() {
            for (column, &byte) in row.bytes.iter().enumerate() {
                let place = column / run * run * ROWS + r * run + column % run;
                assert_eq!(out[place], if is_signed { byte ^ 0x80 } else { byte }, "{level:?}, row {r}, column {column}");
            }
        }
    }

    #[test]
    fn every_byte_has_its_place() {
        for level in Level::available().into_iter().filter(|level| *level >= Level::Neon) {
            for (count, columns) in [(16, 32), (16, 256), (5, 32), (1, 64), (15, 16)] {
                [false, true].into_iter().for_each(|is_signed| check(level, count, columns, is_signed));
            }
        }
        assert!(!interleave(Level::Scalar, &rows(16, 32), 32, false, &mut [0; 512]));
    }

    #[test]
    fn numbers_are_dealt_by_whole_fours_of_groups() {
        for (stride, length, groups) in [(1, 8, 8), (2, 16, 8), (1, 7, 4), (2, 9, 4), (1, 3, 0)] {
            let numbers: Vec<Vec<f32>> = (0..ROWS).map(|r| (0..length).map(|i| (100 * r + i) as f32).collect()).collect();
            let of_rows: [&[f32]; ROWS] = std::array::from_fn(|r| &numbers[r][..]);
            let mut out = vec![-1.0; length / stride * ROWS];
            assert_eq!(deal(Level::Neon, &of_rows, stride, &mut out), groups);
            for (at, number) in out.iter().enumerate() {
                let expected = if at / ROWS < groups { (100 * (at % ROWS) + at / ROWS * stride) as f32 } else { -1.0 };
                assert_eq!(*number, expected, "{stride} {length}");
            }
        }
    }
}
