//! Spans of 256 quantised weights as four registers for each quarter of the lanes, in the order of [`super::super::arranged`]. Layouts are
//! ggml's.
//!
//! Bytes of the file are interleaved while two weights still share a byte, which halves the shuffles.

use std::arch::aarch64::*;

use super::super::arranged::{BY_FOURS, BY_HALVES, BY_PAIRS, Dealing};
use super::four;
use super::interleave::transposed;
use super::layouts::{eights, half, high_nibbles, iq4_values, k_numbers, low_nibbles, numbers, twice};

/// A quantised type.
pub(super) trait Span {
    /// Bytes of a block.
    const BLOCK_BYTES: usize;
    /// Weights of a block.
    const BLOCK_LENGTH: usize;
    /// How many sums of a product of a weight with a quant of at most 127 fit into sixteen bits together: 4 or 2.
    const FIT: usize = 4;
    /// Whether weights are signed bytes as they are, and owe nothing for an offset.
    const SIGNED: bool = false;
    /// Whether there are minimums, see [`Span::minimums`].
    const MINIMUMS: bool = false;
    /// Which lane stands where.
    const DEALING: &'static Dealing = &BY_HALVES;

    /// The weights of quarters `2 * half` and the next of the lanes, step by step.
    ///
    /// # Safety
    /// A whole span can be read.
    unsafe fn steps(span: *const u8, half: usize) -> [[int8x16_t; 4]; 2];

    /// Each lane's scale; zero for blocks from `blocks` on.
    ///
    /// # Safety
    /// As for [`Span::steps`].
    unsafe fn scales(span: *const u8, blocks: usize) -> [float32x4_t; 4];

    /// What is subtracted once from each lane of the first two quarters for its sum of activations; zero for blocks from `blocks` on.
    ///
    /// # Safety
    /// As for [`Span::steps`].
    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn minimums(_span: *const u8, _blocks: usize) -> [float32x4_t; 2] {
        [vdupq_n_f32(0.0); 2]
    }

    /// All lanes added, as [`super::super::lanes::tree`] adds them in their order.
    ///
    /// # Safety
    /// The processor has Advanced SIMD.
    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn total(lanes: [float32x4_t; 4]) -> f32 {
        super::tree(lanes)
    }
}

/// Low nibbles of both, then high nibbles.
#[inline]
#[target_feature(enable = "neon")]
fn nibbles([a, b]: [uint8x16_t; 2]) -> [uint8x16_t; 4] {
    [low_nibbles(a), low_nibbles(b), high_nibbles(a), high_nibbles(b)]
}

/// Bit 4 from `bits`, all others from `bytes`.
#[inline]
#[target_feature(enable = "neon")]
fn with_fifth(bytes: uint8x16_t, bits: uint8x16_t) -> uint8x16_t {
    vbslq_u8(vdupq_n_u8(16), bits, bytes)
}

/// The fifth bits of two blocks as bit 4 of the bytes of each step; the other bits are of no meaning.
///
/// # Safety
/// Four bytes can be read at both places.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn fifth_bits(first: *const u8, second: *const u8) -> [uint8x16_t; 4] {
    const UP: [i8; 16] = [4, 3, 2, 1, 0, -1, -2, -3, 4, 3, 2, 1, 0, -1, -2, -3];
    const PLACES: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4, 4];
    // SAFETY: as above; tables of sixteen bytes.
    let (bits, up, places) = unsafe {
        let pair = u64::from(first.cast::<u32>().read_unaligned()) | u64::from(second.cast::<u32>().read_unaligned()) << 32;
        (vreinterpretq_u8_u64(vdupq_n_u64(pair)), vld1q_s8(UP.as_ptr()), vld1q_u8(PLACES.as_ptr()))
    };
    // Byte `step` of each block's four, eight times.
    std::array::from_fn(|step| vshlq_u8(vqtbl1q_u8(bits, vaddq_u8(places, vdupq_n_u8(step as u8))), up))
}

/// The types of 32 weights with a scale: `$start` is where the nibbles begin; with `$fifth`, the fifth bits stand in the four bytes before.
macro_rules! legacy {
    ($name:ident, $bytes:literal, $start:literal, fifth: $fifth:literal, minimums: $minimums:literal) => {
        pub(super) struct $name;
        impl Span for $name {
            const BLOCK_BYTES: usize = $bytes;
            const BLOCK_LENGTH: usize = 32;
            const MINIMUMS: bool = $minimums;

            #[inline]
            #[target_feature(enable = "neon")]
            unsafe fn steps(span: *const u8, half: usize) -> [[int8x16_t; 4]; 2] {
                std::array::from_fn(|quarter| {
                    // SAFETY: eight blocks can be read, of which a quarter has two.
                    let (four, fifth) = unsafe {
                        let first = span.add((4 * half + 2 * quarter) * $bytes);
                        let four = nibbles(eights(first.add($start), first.add($start + $bytes)));
                        (four, if $fifth { fifth_bits(first.add($start - 4), first.add($start - 4 + $bytes)) } else { four })
                    };
                    std::array::from_fn(|step| vreinterpretq_s8_u8(if $fifth { with_fifth(four[step], fifth[step]) } else { four[step] }))
                })
            }

            #[inline]
            #[target_feature(enable = "neon")]
            unsafe fn scales(span: *const u8, blocks: usize) -> [float32x4_t; 4] {
                // SAFETY: passed on.
                twice(unsafe { numbers(span, 0, $bytes, blocks) })
            }

            #[inline]
            #[target_feature(enable = "neon")]
            unsafe fn minimums(span: *const u8, blocks: usize) -> [float32x4_t; 2] {
                // SAFETY: passed on; a block is longer than four bytes.
                unsafe { numbers(span, 2, $bytes, blocks) }.map(|four| vnegq_f32(four))
            }
        }
    };
}
legacy!(Q4_0, 18, 2, fifth: false, minimums: false);
legacy!(Q4_1, 20, 4, fifth: false, minimums: true);
legacy!(Q5_0, 22, 6, fifth: true, minimums: false);
legacy!(Q5_1, 24, 8, fifth: true, minimums: true);

pub(super) struct Q8_0;
impl Span for Q8_0 {
    const BLOCK_BYTES: usize = 34;
    const BLOCK_LENGTH: usize = 32;
    const FIT: usize = 2;
    const SIGNED: bool = true;

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn steps(span: *const u8, half: usize) -> [[int8x16_t; 4]; 2] {
        std::array::from_fn(|quarter| {
            // SAFETY: 32 bytes stand behind the scale of each of eight blocks.
            let ([a, b], [c, d]) = unsafe {
                let first = span.add((4 * half + 2 * quarter) * 34 + 2);
                (eights(first, first.add(34)), eights(first.add(16), first.add(16 + 34)))
            };
            [a, b, c, d].map(|bytes| vreinterpretq_s8_u8(bytes))
        })
    }

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn scales(span: *const u8, blocks: usize) -> [float32x4_t; 4] {
        // SAFETY: passed on.
        twice(unsafe { numbers(span, 0, 34, blocks) })
    }
}

/// The types of nibbles that stand for values of a table: groups of 32, whose sixteen bytes begin at `$start` and are `$stride` apart.
macro_rules! iq4_steps {
    ($start:literal, $stride:literal) => {
        const FIT: usize = 2;
        const SIGNED: bool = true;

        #[inline]
        #[target_feature(enable = "neon")]
        unsafe fn steps(span: *const u8, half: usize) -> [[int8x16_t; 4]; 2] {
            std::array::from_fn(|quarter| {
                // SAFETY: a span has eight groups, of which a quarter has two.
                let packed = unsafe {
                    let first = span.add((4 * half + 2 * quarter) * $stride + $start);
                    eights(first, first.add($stride))
                };
                nibbles(packed).map(|four| iq4_values(four))
            })
        }
    };
}

pub(super) struct Iq4Nl;
impl Span for Iq4Nl {
    const BLOCK_BYTES: usize = 18;
    const BLOCK_LENGTH: usize = 32;
    iq4_steps!(2, 18);

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn scales(span: *const u8, blocks: usize) -> [float32x4_t; 4] {
        // SAFETY: passed on.
        twice(unsafe { numbers(span, 0, 18, blocks) })
    }
}

pub(super) struct Iq4Xs;
impl Span for Iq4Xs {
    const BLOCK_BYTES: usize = 136;
    const BLOCK_LENGTH: usize = 256;
    iq4_steps!(8, 16);

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn scales(span: *const u8, _blocks: usize) -> [float32x4_t; 4] {
        const PLACES: [i16; 8] = [0, -2, -4, -6, -8, -10, -12, -14];
        const NIBBLES: [i16; 8] = [0, -4, -8, -12, 0, -4, -8, -12];
        // SAFETY: a block begins with a half, two bytes of upper bits and four of nibbles; tables of eight numbers.
        let (d, upper, lower, places, shifts) = unsafe {
            let [upper, near, far] = span.add(2).cast::<[u16; 3]>().read_unaligned();
            let lower = vcombine_u16(vdup_n_u16(near), vdup_n_u16(far));
            (half(span), vdupq_n_u16(upper), lower, vld1q_s16(PLACES.as_ptr()), vld1q_s16(NIBBLES.as_ptr()))
        };
        let upper = vandq_u16(vshlq_u16(upper, places), vdupq_n_u16(3));
        let lower = vandq_u16(vshlq_u16(lower, shifts), vdupq_n_u16(15));
        let scales = vsubq_s16(vreinterpretq_s16_u16(vsliq_n_u16::<4>(lower, upper)), vdupq_n_s16(32));
        let wide = [vmovl_s16(vget_low_s16(scales)), vmovl_high_s16(scales)];
        twice(wide.map(|four| vmulq_f32(vcvtq_f32_s32(four), d)))
    }
}

macro_rules! k_header {
    () => {
        const BLOCK_LENGTH: usize = 256;
        const MINIMUMS: bool = true;
        const DEALING: &'static Dealing = &BY_PAIRS;

        #[inline]
        #[target_feature(enable = "neon")]
        unsafe fn scales(span: *const u8, _blocks: usize) -> [float32x4_t; 4] {
            // SAFETY: a span is one block.
            let [[low, high], _] = unsafe { k_numbers(span) };
            [vtrn1q_f32(low, low), vtrn2q_f32(low, low), vtrn1q_f32(high, high), vtrn2q_f32(high, high)]
        }

        #[inline]
        #[target_feature(enable = "neon")]
        unsafe fn minimums(span: *const u8, _blocks: usize) -> [float32x4_t; 2] {
            // SAFETY: as above.
            let [_, [low, high]] = unsafe { k_numbers(span) };
            evens_and_odds(low, high)
        }

        #[inline]
        #[target_feature(enable = "neon")]
        unsafe fn total(lanes: [float32x4_t; 4]) -> f32 {
            let [near, far] = evens_and_odds(vaddq_f32(lanes[0], lanes[2]), vaddq_f32(lanes[1], lanes[3]));
            four(vaddq_f32(near, far))
        }
    };
}

/// The even pairs of both, then the odd ones.
#[inline]
#[target_feature(enable = "neon")]
fn evens_and_odds(a: float32x4_t, b: float32x4_t) -> [float32x4_t; 2] {
    let (a, b) = (vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b));
    [vreinterpretq_f32_f64(vzip1q_f64(a, b)), vreinterpretq_f32_f64(vzip2q_f64(a, b))]
}

/// The steps of half a Q4_K or Q5_K block still packed: low nibbles are the even groups, high nibbles the odd ones.
///
/// # Safety
/// 64 bytes can be read.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn k_packed(at: *const u8) -> [uint8x16_t; 4] {
    // SAFETY: as above.
    let ([a, b], [c, d]) = unsafe { (eights(at, at.add(32)), eights(at.add(16), at.add(48))) };
    [a, b, c, d]
}

pub(super) struct Q4K;
impl Span for Q4K {
    const BLOCK_BYTES: usize = 144;
    k_header!();

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn steps(span: *const u8, half: usize) -> [[int8x16_t; 4]; 2] {
        // SAFETY: 128 bytes of nibbles stand behind the first sixteen.
        let packed = unsafe { k_packed(span.add(16 + 64 * half)) };
        [packed.map(|bytes| vreinterpretq_s8_u8(low_nibbles(bytes))), packed.map(|bytes| vreinterpretq_s8_u8(high_nibbles(bytes)))]
    }
}

pub(super) struct Q5K;
impl Span for Q5K {
    const BLOCK_BYTES: usize = 176;
    k_header!();

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn steps(span: *const u8, half: usize) -> [[int8x16_t; 4]; 2] {
        // Bit `g` of a byte belongs to group `g`, and goes to bit 4.
        let shifts = |near: i8| vcombine_s8(vdup_n_s8(near - 4 * half as i8), vdup_n_s8(near - 2 - 4 * half as i8));
        // SAFETY: 32 bytes of fifth bits stand behind the first sixteen, then 128 of nibbles.
        let (packed, fifth): (_, [uint8x16_t; 4]) = unsafe {
            let eight = |step: usize| vreinterpretq_u8_u64(vdupq_n_u64(span.add(16 + 8 * step).cast::<u64>().read_unaligned()));
            (k_packed(span.add(48 + 64 * half)), std::array::from_fn(eight))
        };
        let (even, odd) = (shifts(4), shifts(3));
        [
            std::array::from_fn(|step| vreinterpretq_s8_u8(with_fifth(low_nibbles(packed[step]), vshlq_u8(fifth[step], even)))),
            std::array::from_fn(|step| vreinterpretq_s8_u8(with_fifth(high_nibbles(packed[step]), vshlq_u8(fifth[step], odd)))),
        ]
    }
}

pub(super) struct Q6K;
impl Span for Q6K {
    const BLOCK_BYTES: usize = 210;
    const BLOCK_LENGTH: usize = 256;
    const DEALING: &'static Dealing = &BY_FOURS;

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn steps(span: *const u8, half: usize) -> [[int8x16_t; 4]; 2] {
        std::array::from_fn(|quarter| {
            // Groups `i`, `i + 8`, `i + 4` and `i + 12` for quarter `i = 2 half + quarter`. SAFETY: 128 bytes of low nibbles, 64 of high bits.
            let (near, far, high_near, high_far) = unsafe {
                let load = |at: usize| vld1q_u8(span.add(at));
                let (low, high) = (16 * (2 * half + quarter), 128 + 16 * quarter);
                (load(low), load(low + 64), load(high), load(high + 32))
            };
            // Two bits of each byte belong to a group, and go to bits 4 and 5.
            let join = |low, high| vbslq_u8(vdupq_n_u8(0x30), high, low);
            let first = |low: uint8x16_t, high: uint8x16_t| {
                join(low_nibbles(low), if half == 0 { vshlq_n_u8::<4>(high) } else { vshlq_n_u8::<2>(high) })
            };
            let second = |low: uint8x16_t, high: uint8x16_t| join(high_nibbles(low), if half == 0 { high } else { vshrq_n_u8::<2>(high) });
            steps([first(near, high_near), first(far, high_far), second(near, high_near), second(far, high_far)])
        })
    }

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn scales(span: *const u8, _blocks: usize) -> [float32x4_t; 4] {
        const GROUPS: [u8; 16] = [0, 8, 4, 12, 1, 9, 5, 13, 2, 10, 6, 14, 3, 11, 7, 15];
        // SAFETY: sixteen signed scales at 192, one half at 208; a table of sixteen bytes.
        let (bytes, d) = unsafe { (vqtbl1q_s8(vld1q_s8(span.add(192).cast()), vld1q_u8(GROUPS.as_ptr())), half(span.add(208))) };
        let words = [vmovl_s8(vget_low_s8(bytes)), vmovl_high_s8(bytes)];
        let wide =
            [vmovl_s16(vget_low_s16(words[0])), vmovl_high_s16(words[0]), vmovl_s16(vget_low_s16(words[1])), vmovl_high_s16(words[1])];
        wide.map(|four| vmulq_f32(vcvtq_f32_s32(four), d))
    }
}

/// Four bytes of each of four groups at a time.
#[inline]
#[target_feature(enable = "neon")]
fn steps(groups: [uint8x16_t; 4]) -> [int8x16_t; 4] {
    transposed(groups.map(|group| vreinterpretq_u32_u8(group))).map(|step| vreinterpretq_s8_u32(step))
}
