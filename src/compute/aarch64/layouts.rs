//! What the blocks of several types have in common. Layouts are ggml's, as in [`super::super::unpack`], which is the oracle.

use std::arch::aarch64::*;

/// The sixteen bytes at each of two places, eight by eight: the first eights of both, then the others.
///
/// # Safety
/// The bytes can be read.
#[inline]
#[target_feature(enable = "neon")]
pub(super) unsafe fn eights(first: *const u8, second: *const u8) -> [uint8x16_t; 2] {
    // SAFETY: as above.
    let (a, b) = unsafe { (vreinterpretq_u64_u8(vld1q_u8(first)), vreinterpretq_u64_u8(vld1q_u8(second))) };
    [vreinterpretq_u8_u64(vzip1q_u64(a, b)), vreinterpretq_u8_u64(vzip2q_u64(a, b))]
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn low_nibbles(packed: uint8x16_t) -> uint8x16_t {
    vandq_u8(packed, vdupq_n_u8(15))
}

#[inline]
#[target_feature(enable = "neon")]
pub(super) fn high_nibbles(packed: uint8x16_t) -> uint8x16_t {
    vshrq_n_u8::<4>(packed)
}

/// Four half-precision numbers as f32.
#[inline]
#[target_feature(enable = "neon")]
fn wide(halves: uint16x4_t) -> float32x4_t {
    vcvt_f32_f16(vreinterpret_f16_u16(halves))
}

/// The half-precision number at `at`, four times.
///
/// # Safety
/// Two bytes can be read.
#[inline]
#[target_feature(enable = "neon")]
pub(super) unsafe fn half(at: *const u8) -> float32x4_t {
    // SAFETY: as above.
    wide(vdup_n_u16(unsafe { at.cast::<u16>().read_unaligned() }))
}

/// The half-precision numbers at `at` of eight blocks of `stride` bytes; zero from `blocks` on.
///
/// # Safety
/// Eight blocks can be read; `at + 2 <= stride`.
#[inline]
#[target_feature(enable = "neon")]
pub(super) unsafe fn numbers(span: *const u8, at: usize, stride: usize, blocks: usize) -> [float32x4_t; 2] {
    let mut bits = vdupq_n_u16(0);
    // SAFETY: as above.
    unsafe {
        let at = |block: usize| span.add(block * stride + at).cast::<u16>().read_unaligned();
        bits = vsetq_lane_u16::<0>(at(0), bits);
        bits = vsetq_lane_u16::<1>(at(1), bits);
        bits = vsetq_lane_u16::<2>(at(2), bits);
        bits = vsetq_lane_u16::<3>(at(3), bits);
        bits = vsetq_lane_u16::<4>(at(4), bits);
        bits = vsetq_lane_u16::<5>(at(5), bits);
        bits = vsetq_lane_u16::<6>(at(6), bits);
        bits = vsetq_lane_u16::<7>(at(7), bits);
    }
    if blocks < 8 {
        // SAFETY: eight numbers.
        let order = unsafe { vld1q_u16([0, 1, 2, 3, 4, 5, 6, 7].as_ptr()) };
        bits = vandq_u16(bits, vcltq_u16(order, vdupq_n_u16(blocks as u16)));
    }
    [wide(vget_low_u16(bits)), wide(vget_high_u16(bits))]
}

/// Each of eight numbers twice.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn twice(eight: [float32x4_t; 2]) -> [float32x4_t; 4] {
    let [low, high] = eight;
    [vzip1q_f32(low, low), vzip2q_f32(low, low), vzip1q_f32(high, high), vzip2q_f32(high, high)]
}

/// Eight unsigned bytes times a factor.
#[inline]
#[target_feature(enable = "neon")]
fn times(bytes: u64, factor: float32x4_t) -> [float32x4_t; 2] {
    let words = vmovl_u8(vcreate_u8(bytes));
    let wide = [vmovl_u16(vget_low_u16(words)), vmovl_high_u16(words)];
    wide.map(|four| vmulq_f32(vcvtq_f32_u32(four), factor))
}

/// The eight scales, then the eight minimums of a Q4_K or Q5_K block: six bits each, in twelve bytes behind two halves.
///
/// # Safety
/// Sixteen bytes can be read.
#[inline]
#[target_feature(enable = "neon")]
pub(super) unsafe fn k_numbers(block: *const u8) -> [[float32x4_t; 2]; 2] {
    // In general registers, which have nothing else to do.
    const SIX: u64 = 0x3f3f_3f3f;
    const TWO: u64 = 0x3030_3030;
    const FOUR: u64 = 0x0f0f_0f0f;
    // SAFETY: as above.
    unsafe {
        let [a, b, c] = block.add(4).cast::<[u32; 3]>().read_unaligned().map(u64::from);
        let scales = (a & SIX) | ((c & FOUR) | ((a >> 2) & TWO)) << 32;
        let minimums = (b & SIX) | (((c >> 4) & FOUR) | ((b >> 2) & TWO)) << 32;
        [times(scales, half(block)), times(minimums, half(block.add(2)))]
    }
}

/// What the nibbles of IQ4 stand for.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn iq4_values(nibbles: uint8x16_t) -> int8x16_t {
    // SAFETY: sixteen values.
    vqtbl1q_s8(unsafe { vld1q_s8(super::super::unpack::IQ4_VALUES.as_ptr()) }, nibbles)
}
