//! Spans of 256 quantised weights as two halves of four registers, by AVX2. Layouts are ggml's.
//!
//! Bytes of the file are interleaved while two or four weights still share a byte, which halves the shuffles. What comes out so has its
//! lanes in an order of its own ([`Half::DEALING`]); activations are arranged to match, and [`Half::in_order`] deals the sums back.

use std::arch::x86_64::*;

use super::super::arranged::{BY_HALVES, Dealing, EVEN_AND_ODD, QUARTERS};
use super::quants::{k_numbers, twice};

/// A quantised type.
pub(in super::super) trait Half {
    /// Bytes of a block.
    const BLOCK_BYTES: usize;
    /// Weights of a block.
    const BLOCK_LENGTH: usize;
    /// How many sums of two products of a byte with a quant of at most 127 fit into sixteen bits together: 2 or 4; 0 where weights are signed
    /// bytes, and one such sum just fits.
    const FIT: usize = 4;
    /// How many halves have lanes that minimums are subtracted from; 0 for types without.
    const MINIMUMS: usize = 0;
    /// Which lane stands where.
    const DEALING: &'static Dealing = &BY_HALVES;

    /// Each half's weights, step by step; unsigned where [`Half::FIT`] is not 0.
    ///
    /// # Safety
    /// The processor has AVX2; a whole span can be read.
    unsafe fn steps(span: *const u8) -> [[__m256i; 4]; 2];

    /// Each lane's scale, then what is subtracted from each lane once for its sum of activations, which is zero for half of them; both zero for
    /// blocks from `blocks` on.
    ///
    /// # Safety
    /// As for [`Half::steps`], with FMA and F16C.
    unsafe fn scales(span: *const u8, blocks: usize) -> ([__m256; 2], [__m256; 2]);

    /// Lanes 0 to 7 and 8 to 15 from those of both halves.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn in_order(halves: [__m256; 2]) -> [__m256; 2] {
        halves
    }
}

/// The sixteen bytes at each of two places.
///
/// # Safety
/// The processor has AVX2; the bytes can be read.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn two(low: *const u8, high: *const u8) -> __m256i {
    // SAFETY: as above.
    unsafe { _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(_mm_loadu_si128(low.cast())), _mm_loadu_si128(high.cast())) }
}

/// The eights at `places[0]` and `places[1]` of four runs of bytes that begin `stride` apart: one register for each place.
///
/// # Safety
/// The processor has AVX2; sixteen bytes of each run can be read.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn eights(first: *const u8, stride: usize) -> [__m256i; 2] {
    // SAFETY: as above.
    let (even, odd) = unsafe { (two(first, first.add(2 * stride)), two(first.add(stride), first.add(3 * stride))) };
    [_mm256_unpacklo_epi64(even, odd), _mm256_unpackhi_epi64(even, odd)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn low_nibbles(packed: __m256i) -> __m256i {
    _mm256_and_si256(packed, _mm256_set1_epi8(15))
}

#[inline]
#[target_feature(enable = "avx2")]
fn high_nibbles(packed: __m256i) -> __m256i {
    low_nibbles(_mm256_srli_epi16::<4>(packed))
}

/// The half-precision numbers at `at` of eight blocks of `stride` bytes; zero from `blocks` on.
///
/// # Safety
/// The processor has AVX2 and F16C; eight blocks can be read.
#[inline]
#[target_feature(enable = "avx2,f16c")]
unsafe fn numbers(span: *const u8, at: usize, stride: usize, blocks: usize) -> __m256 {
    // SAFETY: as above.
    let bits: [i16; 8] = std::array::from_fn(|block| unsafe { span.add(block * stride + at).cast::<i16>().read_unaligned() });
    let [a, b, c, d, e, f, g, h] = bits;
    let bits = _mm_setr_epi16(a, b, c, d, e, f, g, h);
    let eight = _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7);
    let bits = if blocks < 8 { _mm_and_si128(bits, _mm_cmpgt_epi16(_mm_set1_epi16(blocks as i16), eight)) } else { bits };
    _mm256_cvtph_ps(bits)
}

/// The types of 32 weights with a scale: `$start` is where the nibbles begin; with `$fifth`, the fifth bits stand in the four bytes before.
macro_rules! legacy {
    ($name:ident, $bytes:literal, $start:literal, fifth: $fifth:literal, minimums: $minimums:literal) => {
        pub(in super::super) struct $name;
        impl Half for $name {
            const BLOCK_BYTES: usize = $bytes;
            const BLOCK_LENGTH: usize = 32;
            const MINIMUMS: usize = $minimums;

            #[inline]
            #[target_feature(enable = "avx2,fma,f16c")]
            unsafe fn steps(span: *const u8) -> [[__m256i; 4]; 2] {
                std::array::from_fn(|half| {
                    // SAFETY: eight blocks can be read, of which a half has four.
                    let ([a, b], fifth) = unsafe {
                        let first = span.add(4 * half * $bytes);
                        (
                            eights(first.add($start), $bytes),
                            if $fifth { fifth_bits(first.add($start - 4), $bytes) } else { [_mm256_setzero_si256(); 4] },
                        )
                    };
                    let four = [low_nibbles(a), low_nibbles(b), high_nibbles(a), high_nibbles(b)];
                    if $fifth { std::array::from_fn(|step| _mm256_or_si256(four[step], fifth[step])) } else { four }
                })
            }

            #[inline]
            #[target_feature(enable = "avx2,fma,f16c")]
            unsafe fn scales(span: *const u8, blocks: usize) -> ([__m256; 2], [__m256; 2]) {
                // SAFETY: passed on; a block is longer than its first four bytes.
                let (scales, minimums) = unsafe {
                    let negated = if $minimums > 0 { numbers(span, 2, $bytes, blocks) } else { _mm256_setzero_ps() };
                    (numbers(span, 0, $bytes, blocks), _mm256_xor_ps(negated, _mm256_set1_ps(-0.0)))
                };
                (twice(scales), [minimums, _mm256_setzero_ps()])
            }
        }
    };
}
legacy!(Q4_0, 18, 2, fifth: false, minimums: 0);
legacy!(Q4_1, 20, 4, fifth: false, minimums: 1);
legacy!(Q5_0, 22, 6, fifth: true, minimums: 0);
legacy!(Q5_1, 24, 8, fifth: true, minimums: 1);

/// The fifth bits of four blocks as 16 or 0, in the order of the steps of a half.
///
/// # Safety
/// The processor has AVX2; four bytes can be read at four places that are `stride` apart.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn fifth_bits(first: *const u8, stride: usize) -> [__m256i; 4] {
    // SAFETY: as above.
    let [a, b, c, d]: [i32; 4] = std::array::from_fn(|block| unsafe { first.add(block * stride).cast::<i32>().read_unaligned() });
    let bits = _mm256_setr_epi32(a, b, 0, 0, c, d, 0, 0);
    let own = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    std::array::from_fn(|step| {
        // Byte `step` of each block's four, eight times.
        let place = 0x0101_0101_0101_0101 * step as i64;
        let other = place + 0x0404_0404_0404_0404;
        let spread = _mm256_shuffle_epi8(bits, _mm256_setr_epi64x(place, other, place, other));
        let set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, own), own);
        _mm256_and_si256(set, _mm256_set1_epi8(16))
    })
}

pub(in super::super) struct Q8_0;
impl Half for Q8_0 {
    const BLOCK_BYTES: usize = 34;
    const BLOCK_LENGTH: usize = 32;
    const FIT: usize = 0;

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn steps(span: *const u8) -> [[__m256i; 4]; 2] {
        std::array::from_fn(|half| {
            // SAFETY: 32 bytes stand behind the scale of each of eight blocks.
            let ([a, b], [c, d]) = unsafe {
                let first = span.add(4 * half * 34 + 2);
                (eights(first, 34), eights(first.add(16), 34))
            };
            [a, b, c, d]
        })
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn scales(span: *const u8, blocks: usize) -> ([__m256; 2], [__m256; 2]) {
        // SAFETY: passed on.
        (twice(unsafe { numbers(span, 0, 34, blocks) }), [_mm256_setzero_ps(); 2])
    }
}

macro_rules! k_header {
    () => {
        const BLOCK_LENGTH: usize = 256;
        const MINIMUMS: usize = 2;
        const DEALING: &'static Dealing = &EVEN_AND_ODD;

        #[inline]
        #[target_feature(enable = "avx2,fma,f16c")]
        unsafe fn scales(span: *const u8, _blocks: usize) -> ([__m256; 2], [__m256; 2]) {
            // SAFETY: a span is one block.
            let [scales, minimums] = unsafe { k_numbers(span) };
            let places = |places| _mm256_permutevar8x32_ps(minimums, places);
            (
                [_mm256_moveldup_ps(scales), _mm256_movehdup_ps(scales)],
                [places(_mm256_setr_epi32(0, 1, 4, 5, 0, 1, 4, 5)), places(_mm256_setr_epi32(2, 3, 6, 7, 2, 3, 6, 7))],
            )
        }

        #[inline]
        #[target_feature(enable = "avx2")]
        unsafe fn in_order([even, odd]: [__m256; 2]) -> [__m256; 2] {
            let pairs = |v| _mm256_castps_pd(v);
            let near = _mm256_castpd_ps(_mm256_unpacklo_pd(pairs(even), pairs(odd)));
            let far = _mm256_castpd_ps(_mm256_unpackhi_pd(pairs(even), pairs(odd)));
            [_mm256_permute2f128_ps::<0x20>(near, far), _mm256_permute2f128_ps::<0x31>(near, far)]
        }
    };
}

/// The steps of a Q4_K or Q5_K block still packed: low nibbles are the even groups, high nibbles the odd ones.
///
/// # Safety
/// The processor has AVX2; 128 bytes can be read.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn k_packed(at: *const u8) -> [__m256i; 4] {
    // SAFETY: as above.
    let ([a, b], [c, d]) = unsafe { (eights(at, 32), eights(at.add(16), 32)) };
    [a, b, c, d]
}

pub(in super::super) struct Q4K;
impl Half for Q4K {
    const BLOCK_BYTES: usize = 144;
    k_header!();

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn steps(span: *const u8) -> [[__m256i; 4]; 2] {
        // SAFETY: 128 bytes of nibbles stand behind the first sixteen.
        let packed = unsafe { k_packed(span.add(16)) };
        [packed.map(|four| low_nibbles(four)), packed.map(|four| high_nibbles(four))]
    }
}

pub(in super::super) struct Q5K;
impl Half for Q5K {
    const BLOCK_BYTES: usize = 176;
    k_header!();

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn steps(span: *const u8) -> [[__m256i; 4]; 2] {
        // SAFETY: 32 bytes of fifth bits stand behind the first sixteen, then 128 of nibbles.
        let packed = unsafe { k_packed(span.add(48)) };
        let fifth: [__m256i; 4] = std::array::from_fn(|step| {
            // SAFETY: eight of the 32 bytes of fifth bits.
            let eight = unsafe { span.add(16 + 8 * step).cast::<i64>().read_unaligned() };
            // Bit `g` of a byte belongs to group `g`; now the even group's bit is the lowest, the odd group's the next.
            _mm256_srlv_epi64(_mm256_set1_epi64x(eight), _mm256_setr_epi64x(0, 2, 4, 6))
        });
        let bit = |v| _mm256_and_si256(v, _mm256_set1_epi8(16));
        [
            std::array::from_fn(|step| _mm256_or_si256(low_nibbles(packed[step]), bit(_mm256_slli_epi16::<4>(fifth[step])))),
            std::array::from_fn(|step| _mm256_or_si256(high_nibbles(packed[step]), bit(_mm256_slli_epi16::<3>(fifth[step])))),
        ]
    }
}

pub(in super::super) struct Q6K;
impl Half for Q6K {
    const BLOCK_BYTES: usize = 210;
    const BLOCK_LENGTH: usize = 256;
    const FIT: usize = 2;
    const DEALING: &'static Dealing = &QUARTERS;

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn steps(span: *const u8) -> [[__m256i; 4]; 2] {
        // SAFETY: 128 bytes of low nibbles, then 64 of high bits.
        let (low, high) = unsafe {
            let load = |at: usize| _mm256_loadu_si256(span.add(at).cast());
            ([load(0), load(32), load(64), load(96)], [load(128), load(160)])
        };
        // Four neighbours at a time from each register.
        let near = [_mm256_unpacklo_epi32(low[0], low[1]), _mm256_unpacklo_epi32(low[2], low[3])];
        let far = [_mm256_unpackhi_epi32(low[0], low[1]), _mm256_unpackhi_epi32(low[2], low[3])];
        let low = [
            _mm256_unpacklo_epi64(near[0], near[1]),
            _mm256_unpackhi_epi64(near[0], near[1]),
            _mm256_unpacklo_epi64(far[0], far[1]),
            _mm256_unpackhi_epi64(far[0], far[1]),
        ];
        let (near, far) = (_mm256_unpacklo_epi32(high[0], high[1]), _mm256_unpackhi_epi32(high[0], high[1]));
        let high = [
            _mm256_shuffle_epi32::<0b01_01_00_00>(near),
            _mm256_shuffle_epi32::<0b11_11_10_10>(near),
            _mm256_shuffle_epi32::<0b01_01_00_00>(far),
            _mm256_shuffle_epi32::<0b11_11_10_10>(far),
        ];
        // The high bits of a weight stand at 0, 2, 4 or 6 of their byte, and go to 4 and 5.
        let bits = |v| _mm256_and_si256(v, _mm256_set1_epi8(0x30));
        let up = |v| bits(_mm256_sllv_epi32(v, _mm256_setr_epi32(4, 2, 4, 2, 4, 2, 4, 2)));
        let down = |v| bits(_mm256_srlv_epi32(v, _mm256_setr_epi32(0, 2, 0, 2, 0, 2, 0, 2)));
        [
            std::array::from_fn(|step| _mm256_or_si256(low_nibbles(low[step]), up(high[step]))),
            std::array::from_fn(|step| _mm256_or_si256(high_nibbles(low[step]), down(high[step]))),
        ]
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn scales(span: *const u8, _blocks: usize) -> ([__m256; 2], [__m256; 2]) {
        // SAFETY: sixteen signed scales at 192, one half at 208.
        let (bytes, d) = unsafe { (_mm_loadu_si128(span.add(192).cast()), span.add(208).cast::<i16>().read_unaligned()) };
        let d = _mm256_cvtph_ps(_mm_set1_epi16(d));
        let groups = _mm_shuffle_epi8(bytes, _mm_setr_epi8(0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15));
        let scales = |eight| _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(eight)), d);
        ([scales(groups), scales(_mm_srli_si128::<8>(groups))], [_mm256_setzero_ps(); 2])
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn in_order([first, second]: [__m256; 2]) -> [__m256; 2] {
        [_mm256_shuffle_ps::<0x88>(first, second), _mm256_shuffle_ps::<0xdd>(first, second)]
    }
}
