//! Sums of products of signed bytes, by level.
//!
//! The instructions of `FEAT_DotProd` and `FEAT_I8MM` are written as such: their intrinsics are not stable yet.

use std::arch::aarch64::*;
use std::arch::asm;

/// How a level multiplies four lanes of weights with quants.
pub(super) trait Products {
    /// `start` and, for each of four lanes, four products of each of four steps. So many sums of products of one byte of a step fit into
    /// sixteen bits as `fit` says: 4 or 2.
    ///
    /// # Safety
    /// The processor has the level.
    unsafe fn four_steps(fit: usize, start: int32x4_t, weights: [int8x16_t; 4], quants: [int8x16_t; 4]) -> int32x4_t;
}

/// Advanced SIMD alone: products of sixteen bits.
pub(super) struct Neon;
impl Products for Neon {
    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn four_steps(fit: usize, start: int32x4_t, weights: [int8x16_t; 4], quants: [int8x16_t; 4]) -> int32x4_t {
        let first = |step: usize| {
            let (weights, quants) = (weights[step], quants[step]);
            [vmull_s8(vget_low_s8(weights), vget_low_s8(quants)), vmull_high_s8(weights, quants)]
        };
        let more = |sums: [int16x8_t; 2], step: usize| {
            let (weights, quants) = (weights[step], quants[step]);
            [vmlal_s8(sums[0], vget_low_s8(weights), vget_low_s8(quants)), vmlal_high_s8(sums[1], weights, quants)]
        };
        let near = more(first(0), 1);
        let pairs = if fit >= 4 {
            more(more(near, 2), 3).map(|sums| vpaddlq_s16(sums))
        } else {
            let far = more(first(2), 3);
            std::array::from_fn(|half| vpadalq_s16(vpaddlq_s16(near[half]), far[half]))
        };
        vaddq_s32(start, vpaddq_s32(pairs[0], pairs[1]))
    }
}

/// With `FEAT_DotProd`.
pub(super) struct Dotprod;
impl Products for Dotprod {
    #[inline]
    #[target_feature(enable = "neon,dotprod")]
    unsafe fn four_steps(_fit: usize, start: int32x4_t, weights: [int8x16_t; 4], quants: [int8x16_t; 4]) -> int32x4_t {
        let mut sum = start;
        for (weights, quants) in weights.into_iter().zip(quants) {
            sum = dot(sum, weights, quants);
        }
        sum
    }
}

/// `sum` and the four products of each lane.
#[inline]
#[target_feature(enable = "neon,dotprod")]
pub(super) fn dot(mut sum: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
    // SAFETY: an instruction on registers, which the processor has.
    unsafe {
        asm!("sdot {0:v}.4s, {1:v}.16b, {2:v}.16b", inout(vreg) sum, in(vreg) a, in(vreg) b, options(pure, nomem, nostack, preserves_flags));
    }
    sum
}

/// The same with lane `LANE` of `b` for all lanes.
#[inline]
#[target_feature(enable = "neon,dotprod")]
pub(super) fn dot_lane<const LANE: usize>(mut sum: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
    // SAFETY: as above; a lane above the last one does not assemble.
    unsafe {
        asm!("sdot {0:v}.4s, {1:v}.16b, {2:v}.4b[{lane}]", inout(vreg) sum, in(vreg) a, in(vreg) b, lane = const LANE,
            options(pure, nomem, nostack, preserves_flags));
    }
    sum
}

/// `sum` and the products of two rows of eight bytes with two others: `[a0 b0, a0 b1, a1 b0, a1 b1]`.
#[inline]
#[target_feature(enable = "neon,i8mm")]
pub(super) fn two_by_two(mut sum: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
    // SAFETY: as in `dot`.
    unsafe {
        asm!("smmla {0:v}.4s, {1:v}.16b, {2:v}.16b", inout(vreg) sum, in(vreg) a, in(vreg) b, options(pure, nomem, nostack, preserves_flags));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::super::Level;
    use super::*;

    fn bytes(seed: usize, least: i32) -> [i8; 16] {
        std::array::from_fn(|i| ((((i + seed) * 7919 + seed * 31) % 256) as i32 - 128).max(least) as i8)
    }

    fn load(bytes: [i8; 16]) -> int8x16_t {
        // SAFETY: sixteen bytes.
        unsafe { vld1q_s8(bytes.as_ptr()) }
    }

    fn numbers(lanes: int32x4_t) -> [i32; 4] {
        let mut out = [0; 4];
        // SAFETY: four numbers.
        unsafe { vst1q_s32(out.as_mut_ptr(), lanes) };
        out
    }

    #[track_caller]
    fn check_steps<P: Products>(fit: usize, weights: [[i8; 16]; 4], quants: [[i8; 16]; 4]) {
        let start = [5, -6, 7, -8];
        let expected: [i32; 4] = std::array::from_fn(|lane| {
            let of = |step: usize| (4 * lane..4 * lane + 4).map(|i| i32::from(weights[step][i]) * i32::from(quants[step][i])).sum::<i32>();
            start[lane] + (0..4).map(of).sum::<i32>()
        });
        // SAFETY: the caller has asked for the level.
        let out = unsafe { P::four_steps(fit, vld1q_s32(start.as_ptr()), weights.map(load), quants.map(load)) };
        assert_eq!(numbers(out), expected, "{weights:?} {quants:?}");
    }

    /// Quants are never -128; weights that four sums are made of are at most 63, others may be anything.
    fn check_all<P: Products>() {
        for seed in 0..64 {
            let quants = std::array::from_fn(|step| bytes(seed + step, -127));
            check_steps::<P>(2, std::array::from_fn(|step| bytes(3 * seed + step, -128)), quants);
            check_steps::<P>(4, std::array::from_fn(|step| bytes(3 * seed + step, -128).map(|w| w & 63)), quants);
        }
        for quant in [127, -127] {
            check_steps::<P>(2, [[-128; 16]; 4], [[quant; 16]; 4]);
            check_steps::<P>(2, [[127; 16]; 4], [[quant; 16]; 4]);
            check_steps::<P>(4, [[63; 16]; 4], [[quant; 16]; 4]);
        }
    }

    #[test]
    fn four_steps_are_exact_at_their_extremes() {
        let here = Level::available();
        assert!(here.contains(&Level::Neon));
        check_all::<Neon>();
        if here.contains(&Level::Dotprod) {
            check_all::<Dotprod>();
        }
    }

    #[test]
    fn lanes_and_small_matrices_are_what_their_sums_say() {
        let (a, b, start) = (bytes(1, -128), bytes(9, -128), [1, -2, 3, -4]);
        let sum = |from: usize, to: usize, count: usize| (0..count).map(|i| i32::from(a[from + i]) * i32::from(b[to + i])).sum::<i32>();
        // SAFETY: four numbers.
        let begin = unsafe { vld1q_s32(start.as_ptr()) };
        if Level::available().contains(&Level::Dotprod) {
            // SAFETY: the processor has it.
            let out = unsafe { numbers(dot_lane::<2>(begin, load(a), load(b))) };
            assert_eq!(out, std::array::from_fn(|lane| start[lane] + sum(4 * lane, 8, 4)));
        }
        if Level::available().contains(&Level::I8mm) {
            // SAFETY: the processor has it.
            let out = unsafe { numbers(two_by_two(begin, load(a), load(b))) };
            assert_eq!(out, std::array::from_fn(|i| start[i] + sum(8 * (i / 2), 8 * (i % 2), 8)));
        }
    }
}
