//! The inner kernels of panels: products of bytes of half a panel with a tile of activations.
//!
//! What has closures has no feature beyond Advanced SIMD, which is everywhere: a closure with more is not inlined into what calls it.

use std::arch::aarch64::*;

use super::super::panel::ROWS;
use super::products::{dot, dot_lane, two_by_two};
use super::tile::{HALF, Tile};

/// With products of four columns. The tile has `rows` rows: 6, 4, 2 or 1.
///
/// # Safety
/// The processor has `FEAT_DotProd`; lengths as `panel::multiply` asserts.
#[target_feature(enable = "neon,dotprod")]
pub(super) unsafe fn dotprod(tile: Tile<'_>, rows: usize) {
    // SAFETY: passed on.
    unsafe {
        match rows {
            6 => by_dots::<6>(tile),
            4 => by_dots::<4>(tile),
            2 => by_dots::<2>(tile),
            _ => by_dots::<1>(tile),
        }
    }
}

/// # Safety
/// As for [`dotprod`]; the tile has `T` rows.
#[target_feature(enable = "neon,dotprod")]
unsafe fn by_dots<const T: usize>(tile: Tile<'_>) {
    let (panel, x) = (tile.panel, tile.x);
    let mut out = [[vdupq_n_f32(0.0); 2]; T];
    // SAFETY: all places are inside the slices.
    unsafe {
        let mut weights = panel.bytes.as_ptr().add(4 * HALF * tile.half).cast::<i8>();
        let mut quants = x.quants.as_ptr().add(tile.first * x.columns);
        for group in 0..x.groups {
            let at = tile.first * x.groups + group * T;
            let mut sums = tile.debts::<T>(at);
            for _ in 0..panel.group / 4 {
                let bytes = [vld1q_s8(weights), vld1q_s8(weights.add(16))];
                let four = fours::<T>(quants);
                // Written out: the compiler would make a loop of six, with sums in memory.
                macro_rules! row {
                    ($t:literal) => {
                        if T > $t {
                            sums[$t][0] = dot_lane::<{ $t % 4 }>(sums[$t][0], bytes[0], four[$t / 4]);
                            sums[$t][1] = dot_lane::<{ $t % 4 }>(sums[$t][1], bytes[1], four[$t / 4]);
                        }
                    };
                }
                row!(0);
                row!(1);
                row!(2);
                row!(3);
                row!(4);
                row!(5);
                weights = weights.add(4 * ROWS);
                quants = quants.add(4 * T);
            }
            tile.add(group, sums, &mut out);
        }
        tile.put(out);
    }
}

/// Four columns of `T` rows of activations, four rows a register.
///
/// # Safety
/// `4 * T` bytes can be read.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn fours<const T: usize>(quants: *const i8) -> [int8x16_t; 2] {
    // SAFETY: as above.
    unsafe {
        let two = |at: *const i8| vreinterpretq_s8_s64(vdupq_n_s64(at.cast::<i64>().read_unaligned()));
        let one = |at: *const i8| vreinterpretq_s8_s32(vdupq_n_s32(at.cast::<i32>().read_unaligned()));
        match T {
            6 => [vld1q_s8(quants), two(quants.add(16))],
            4 => [vld1q_s8(quants); 2],
            2 => [two(quants); 2],
            _ => [one(quants); 2],
        }
    }
}

/// With products of eight columns of two rows by two rows. The tile has `rows` rows: 6, 4, 2 or 1.
///
/// # Safety
/// The processor has `FEAT_I8MM` and `FEAT_DotProd`; lengths as `panel::multiply` asserts; the panel and the activations are in the order of
/// eights.
#[target_feature(enable = "neon,dotprod,i8mm")]
pub(super) unsafe fn i8mm(tile: Tile<'_>, rows: usize) {
    // SAFETY: passed on.
    unsafe {
        match rows {
            6 => by_pairs::<3, 6>(tile),
            4 => by_pairs::<2, 4>(tile),
            2 => by_pairs::<1, 2>(tile),
            _ => by_eights(tile),
        }
    }
}

/// Pairs of rows of half a panel.
const PAIRS: usize = HALF / 2;

/// # Safety
/// As for [`i8mm`]; the tile has `T` rows, which are `P` pairs.
#[target_feature(enable = "neon,dotprod,i8mm")]
unsafe fn by_pairs<const P: usize, const T: usize>(tile: Tile<'_>) {
    let (panel, x) = (tile.panel, tile.x);
    let mut out = [[vdupq_n_f32(0.0); 2]; T];
    // SAFETY: all places are inside the slices.
    unsafe {
        let mut weights = panel.bytes.as_ptr().add(8 * HALF * tile.half).cast::<i8>();
        let mut quants = x.quants.as_ptr().add(tile.first * x.columns);
        for group in 0..x.groups {
            let at = tile.first * x.groups + group * T;
            let mut sums = pairs_of_debts::<P>(&tile, at);
            for _ in 0..panel.group / 8 {
                let bytes = sixteens(weights);
                for (pair, sums) in sums.iter_mut().enumerate() {
                    let quants = vld1q_s8(quants.add(16 * pair));
                    for (sum, bytes) in sums.iter_mut().zip(bytes) {
                        *sum = two_by_two(*sum, quants, bytes);
                    }
                }
                weights = weights.add(8 * ROWS);
                quants = quants.add(8 * T);
            }
            tile.add::<T>(group, by_row(sums), &mut out);
        }
        tile.put(out);
    }
}

/// What the sums of `P` pairs of rows begin with.
///
/// # Safety
/// As for [`Tile::debts`].
#[inline]
#[target_feature(enable = "neon")]
unsafe fn pairs_of_debts<const P: usize>(tile: &Tile<'_>, at: usize) -> [[int32x4_t; PAIRS]; P] {
    // SAFETY: passed on.
    std::array::from_fn(|pair| unsafe {
        let [first, second] = [tile.debt(at, 2 * pair), tile.debt(at, 2 * pair + 1)];
        [vcombine_s32(vdup_n_s32(first), vdup_n_s32(second)); PAIRS]
    })
}

/// Eight columns of half a panel, two rows a register.
///
/// # Safety
/// They can be read.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn sixteens(weights: *const i8) -> [int8x16_t; PAIRS] {
    // SAFETY: as above.
    std::array::from_fn(|pair| unsafe { vld1q_s8(weights.add(16 * pair)) })
}

/// Sums of two rows of activations by two of weights in each register, as those of one row of activations by four of weights.
#[inline]
#[target_feature(enable = "neon")]
fn by_row<const P: usize, const T: usize>(sums: [[int32x4_t; PAIRS]; P]) -> [[int32x4_t; 2]; T] {
    std::array::from_fn(|t| {
        let [a, b, c, d] = sums[t / 2].map(|sum| vreinterpretq_s64_s32(sum));
        let both = if t.is_multiple_of(2) { [vzip1q_s64(a, b), vzip1q_s64(c, d)] } else { [vzip2q_s64(a, b), vzip2q_s64(c, d)] };
        both.map(|sums| vreinterpretq_s32_s64(sums))
    })
}

/// One row of activations, where half of each product of two by two would be thrown away.
///
/// # Safety
/// As for [`i8mm`]; the tile has one row.
#[target_feature(enable = "neon,dotprod")]
unsafe fn by_eights(tile: Tile<'_>) {
    let (panel, x) = (tile.panel, tile.x);
    let mut out = [[vdupq_n_f32(0.0); 2]; 1];
    // SAFETY: all places are inside the slices.
    unsafe {
        let mut weights = panel.bytes.as_ptr().add(8 * HALF * tile.half).cast::<i8>();
        let mut quants = x.quants.as_ptr().add(tile.first * x.columns);
        for group in 0..x.groups {
            let debt = vdupq_n_s32(tile.debt(tile.first * x.groups + group, 0));
            let mut sums = [vdupq_n_s32(0); PAIRS];
            for _ in 0..panel.group / 8 {
                let eight = vreinterpretq_s8_s64(vdupq_n_s64(quants.cast::<i64>().read_unaligned()));
                for (pair, sum) in sums.iter_mut().enumerate() {
                    *sum = dot(*sum, vld1q_s8(weights.add(16 * pair)), eight);
                }
                weights = weights.add(8 * ROWS);
                quants = quants.add(8);
            }
            let [a, b, c, d] = sums;
            tile.add(group, [[vaddq_s32(debt, vpaddq_s32(a, b)), vaddq_s32(debt, vpaddq_s32(c, d))]], &mut out);
        }
        tile.put(out);
    }
}

/// With products of sixteen bits. The tile has `rows` rows: 4, 2 or 1.
///
/// # Safety
/// The processor has Advanced SIMD; lengths as `panel::multiply` asserts.
#[target_feature(enable = "neon")]
pub(super) unsafe fn neon(tile: Tile<'_>, rows: usize) {
    // SAFETY: passed on.
    unsafe {
        match rows {
            4 => by_shorts::<4>(tile),
            2 => by_shorts::<2>(tile),
            _ => by_shorts::<1>(tile),
        }
    }
}

/// # Safety
/// As for [`neon`]; the tile has `T` rows.
#[target_feature(enable = "neon")]
unsafe fn by_shorts<const T: usize>(tile: Tile<'_>) {
    let (panel, x) = (tile.panel, tile.x);
    let mut out = [[vdupq_n_f32(0.0); 2]; T];
    // So many products of one byte fit into sixteen bits: all of a group, but for signed bytes, of which two do.
    let fit = if tile.is_signed() { 2 } else { panel.group / 4 };
    debug_assert!(fit * usize::from(panel.largest.min(128)) * 127 <= 32767);
    // SAFETY: all places are inside the slices.
    unsafe {
        let mut weights = panel.bytes.as_ptr().add(4 * HALF * tile.half).cast::<i8>();
        let mut quants = x.quants.as_ptr().add(tile.first * x.columns);
        for group in 0..x.groups {
            let at = tile.first * x.groups + group * T;
            let mut sums = tile.debts::<T>(at);
            for _ in 0..panel.group / 4 / fit {
                let mut short = [[[vdupq_n_s16(0); 2]; 2]; T];
                for _ in 0..fit {
                    let bytes = [vld1q_s8(weights), vld1q_s8(weights.add(16))];
                    for (t, short) in short.iter_mut().enumerate() {
                        let four = vreinterpretq_s8_s32(vdupq_n_s32(quants.add(4 * t).cast::<i32>().read_unaligned()));
                        for (short, bytes) in short.iter_mut().zip(bytes) {
                            short[0] = vmlal_s8(short[0], vget_low_s8(bytes), vget_low_s8(four));
                            short[1] = vmlal_high_s8(short[1], bytes, four);
                        }
                    }
                    weights = weights.add(4 * ROWS);
                    quants = quants.add(4 * T);
                }
                for (sums, short) in sums.iter_mut().zip(short) {
                    for (sum, [near, far]) in sums.iter_mut().zip(short) {
                        *sum = vaddq_s32(*sum, vpaddq_s32(vpaddlq_s16(near), vpaddlq_s16(far)));
                    }
                }
            }
            tile.add(group, sums, &mut out);
        }
        tile.put(out);
    }
}
