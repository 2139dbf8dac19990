//! Spans of 256 quantised weights as four registers in the order of [`super::super::arranged`], by AVX-512. Layouts are ggml's.

use std::arch::x86_64::*;

/// A quantised type.
pub(in super::super) trait Span {
    /// Bytes of a block.
    const BLOCK_BYTES: usize;
    /// Weights of a block.
    const BLOCK_LENGTH: usize;
    /// Whether there are minimums, see [`Span::minimums`].
    const MINIMUMS: bool = false;

    /// The weights as unsigned bytes, as the file's layout gives them cheaply: what [`steps`] makes the steps of.
    ///
    /// # Safety
    /// The processor has AVX-512 F, BW, VL; a whole span can be read.
    unsafe fn bytes(span: *const u8) -> [__m512i; 4];

    /// Each lane's scale; zero for blocks from `blocks` on.
    ///
    /// # Safety
    /// As for [`Span::bytes`].
    unsafe fn scales(span: *const u8, blocks: usize) -> __m512;

    /// What is subtracted for each of the eight groups of 32, zero for blocks from `blocks` on.
    ///
    /// # Safety
    /// As for [`Span::bytes`].
    unsafe fn minimums(span: *const u8, blocks: usize) -> __m256;
}

/// A register for each step of a lane, by interleaving halves of what [`Span::bytes`] gives.
///
/// # Safety
/// As for [`Span::bytes`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
pub(in super::super) unsafe fn steps<S: Span>(span: *const u8) -> [__m512i; 4] {
    // SAFETY: passed on.
    let [a, b, c, d] = unsafe { S::bytes(span) };
    [_mm512_unpacklo_epi64(a, c), _mm512_unpackhi_epi64(a, c), _mm512_unpacklo_epi64(b, d), _mm512_unpackhi_epi64(b, d)]
}

/// Each of the numbers twice.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn spread(eight: __m256) -> __m512 {
    let twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    _mm512_permutexvar_ps(twice, _mm512_castps256_ps512(eight))
}

/// Low nibbles of both, then high nibbles.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn nibbles(first: __m512i, second: __m512i) -> [__m512i; 4] {
    let mask = _mm512_set1_epi8(15);
    let high = |v| _mm512_and_si512(_mm512_srli_epi16::<4>(v), mask);
    [_mm512_and_si512(first, mask), _mm512_and_si512(second, mask), high(first), high(second)]
}

/// Adds a fifth bit to the bytes that `mask` names.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn with_fifth(bytes: __m512i, mask: u64) -> __m512i {
    _mm512_mask_add_epi8(bytes, mask, bytes, _mm512_set1_epi8(16))
}

/// The half-precision number at `at` of eight blocks of `stride` bytes, zero from `blocks` on.
///
/// # Safety
/// Eight blocks can be read.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
unsafe fn halves(span: *const u8, at: usize, stride: usize, blocks: usize) -> __m256 {
    // Joined in general registers, which have nothing else to do.
    // SAFETY: as above.
    let four = |first: usize| unsafe {
        let one = |block: usize| u64::from(span.add((first + block) * stride + at).cast::<u16>().read_unaligned()) << (16 * block);
        (one(0) | one(1) | one(2) | one(3)) as i64
    };
    let eight = _mm256_cvtph_ps(_mm_set_epi64x(four(4), four(0)));
    if blocks < 8 { _mm256_maskz_mov_ps((1u8 << blocks) - 1, eight) } else { eight }
}

/// The sixteen bytes at `at` of blocks `first`, `first + 2`, `+ 4` and `+ 6`.
///
/// # Safety
/// Eight blocks of `stride` bytes can be read.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn every_other(span: *const u8, at: usize, stride: usize, first: usize) -> __m512i {
    // SAFETY: as above.
    unsafe {
        let one = |number: usize| _mm_loadu_si128(span.add((first + 2 * number) * stride + at).cast());
        let out = _mm512_castsi128_si512(one(0));
        let out = _mm512_inserti32x4::<1>(out, one(1));
        let out = _mm512_inserti32x4::<2>(out, one(2));
        _mm512_inserti32x4::<3>(out, one(3))
    }
}

/// The fifth bits of blocks `first`, `first + 2`, `+ 4` and `+ 6`: those of their first sixteen weights, those of the others.
///
/// # Safety
/// Eight blocks of `stride` bytes can be read.
#[inline]
unsafe fn fifth_bits(span: *const u8, at: usize, stride: usize, first: usize) -> [u64; 2] {
    let mut out = [0; 2];
    for number in 0..4 {
        // SAFETY: as above.
        let bits = unsafe { span.add((first + 2 * number) * stride + at).cast::<u32>().read_unaligned() };
        out[0] |= u64::from(bits & 0xffff) << (16 * number);
        out[1] |= u64::from(bits >> 16) << (16 * number);
    }
    out
}

/// The types of 32 weights with a scale: `$start` is where the nibbles begin; with `$fifth`, the fifth bits stand in the four bytes before.
macro_rules! legacy {
    ($name:ident, $bytes:literal, $start:literal, fifth: $fifth:literal, minimums: $minimums:literal) => {
        pub(in super::super) struct $name;
        impl Span for $name {
            const BLOCK_BYTES: usize = $bytes;
            const BLOCK_LENGTH: usize = 32;
            const MINIMUMS: bool = $minimums;

            #[inline]
            #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
            unsafe fn bytes(span: *const u8) -> [__m512i; 4] {
                // SAFETY: eight blocks can be read.
                unsafe {
                    let [a, c, b, d] = nibbles(every_other(span, $start, $bytes, 0), every_other(span, $start, $bytes, 1));
                    if $fifth {
                        let [even, odd] = [fifth_bits(span, $start - 4, $bytes, 0), fifth_bits(span, $start - 4, $bytes, 1)];
                        [with_fifth(a, even[0]), with_fifth(b, even[1]), with_fifth(c, odd[0]), with_fifth(d, odd[1])]
                    } else {
                        [a, b, c, d]
                    }
                }
            }

            #[inline]
            #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
            unsafe fn scales(span: *const u8, blocks: usize) -> __m512 {
                // SAFETY: passed on.
                spread(unsafe { halves(span, 0, $bytes, blocks) })
            }

            #[inline]
            #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
            unsafe fn minimums(span: *const u8, blocks: usize) -> __m256 {
                // SAFETY: passed on; a block is longer than four bytes.
                _mm256_xor_ps(unsafe { halves(span, 2, $bytes, blocks) }, _mm256_set1_ps(-0.0))
            }
        }
    };
}
legacy!(Q4_0, 18, 2, fifth: false, minimums: false);
legacy!(Q4_1, 20, 4, fifth: false, minimums: true);
legacy!(Q5_0, 22, 6, fifth: true, minimums: false);
legacy!(Q5_1, 24, 8, fifth: true, minimums: true);

pub(in super::super) struct Q8_0;
impl Span for Q8_0 {
    const BLOCK_BYTES: usize = 34;
    const BLOCK_LENGTH: usize = 32;

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
    unsafe fn bytes(span: *const u8) -> [__m512i; 4] {
        // SAFETY: eight blocks can be read.
        unsafe {
            let two = |first: usize| {
                let one = |block: usize| _mm256_loadu_si256(span.add(34 * block + 2).cast());
                _mm512_inserti64x4::<1>(_mm512_castsi256_si512(one(first)), one(first + 2))
            };
            let unsigned = |v| _mm512_xor_si512(v, _mm512_set1_epi8(-128));
            let [a, b, c, d] = [two(0), two(4), two(1), two(5)];
            [
                unsigned(_mm512_shuffle_i64x2::<0x88>(a, b)),
                unsigned(_mm512_shuffle_i64x2::<0xdd>(a, b)),
                unsigned(_mm512_shuffle_i64x2::<0x88>(c, d)),
                unsigned(_mm512_shuffle_i64x2::<0xdd>(c, d)),
            ]
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
    unsafe fn scales(span: *const u8, blocks: usize) -> __m512 {
        // SAFETY: passed on.
        spread(unsafe { halves(span, 0, 34, blocks) })
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
    unsafe fn minimums(_span: *const u8, _blocks: usize) -> __m256 {
        _mm256_setzero_ps()
    }
}

/// The nibbles of a Q4_K or Q5_K block, whose packed bytes begin at `at`.
///
/// # Safety
/// The processor has AVX-512 F, BW, VL; 128 bytes can be read.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn k_nibbles(at: *const u8) -> [__m512i; 4] {
    // SAFETY: as above.
    let (a, b) = unsafe { (_mm512_loadu_si512(at.cast()), _mm512_loadu_si512(at.add(64).cast())) };
    nibbles(_mm512_shuffle_i64x2::<0x88>(a, b), _mm512_shuffle_i64x2::<0xdd>(a, b))
}

/// Six bits at a time: the eight scales or the eight minimums of a Q4_K or Q5_K block, times `factor`.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
fn k_numbers(low: u32, high: u32, factor: __m256) -> __m256 {
    let joined = _mm_cvtsi64_si128(((u64::from(high) << 32) | u64::from(low)) as i64);
    _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(joined)), factor)
}

/// The half-precision number at `at`, eight times.
///
/// # Safety
/// Two bytes can be read.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
unsafe fn half(at: *const u8) -> __m256 {
    // SAFETY: as above.
    _mm256_cvtph_ps(_mm_set1_epi16(unsafe { at.cast::<i16>().read_unaligned() }))
}

macro_rules! k_header {
    () => {
        #[inline]
        #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
        unsafe fn scales(span: *const u8, _blocks: usize) -> __m512 {
            // SAFETY: a block begins with two halves and twelve bytes of scales.
            unsafe {
                let [a, _, c] = span.add(4).cast::<[u32; 3]>().read_unaligned();
                let high = (c & 0x0f0f_0f0f) | ((a >> 2) & 0x3030_3030);
                spread(k_numbers(a & 0x3f3f_3f3f, high, half(span)))
            }
        }

        #[inline]
        #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
        unsafe fn minimums(span: *const u8, _blocks: usize) -> __m256 {
            // SAFETY: as above.
            unsafe {
                let [_, b, c] = span.add(4).cast::<[u32; 3]>().read_unaligned();
                let high = ((c >> 4) & 0x0f0f_0f0f) | ((b >> 2) & 0x3030_3030);
                k_numbers(b & 0x3f3f_3f3f, high, half(span.add(2)))
            }
        }
    };
}

pub(in super::super) struct Q4K;
impl Span for Q4K {
    const BLOCK_BYTES: usize = 144;
    const BLOCK_LENGTH: usize = 256;
    const MINIMUMS: bool = true;
    k_header!();

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
    unsafe fn bytes(span: *const u8) -> [__m512i; 4] {
        // SAFETY: 128 bytes of nibbles stand behind the first sixteen.
        unsafe { k_nibbles(span.add(16)) }
    }
}

pub(in super::super) struct Q5K;
impl Span for Q5K {
    const BLOCK_BYTES: usize = 176;
    const BLOCK_LENGTH: usize = 256;
    const MINIMUMS: bool = true;
    k_header!();

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
    unsafe fn bytes(span: *const u8) -> [__m512i; 4] {
        // SAFETY: 32 bytes of fifth bits stand behind the first sixteen, then 128 of nibbles.
        let ([a, b, c, d], fifth) = unsafe {
            let half = |at: usize| _mm512_broadcast_i32x4(_mm_loadu_si128(span.add(at).cast()));
            (k_nibbles(span.add(48)), [half(16), half(32)])
        };
        // Bit `g` of a byte belongs to group `g` of 32.
        let even = _mm512_setr_epi64(EVERY, EVERY, EVERY << 2, EVERY << 2, EVERY << 4, EVERY << 4, EVERY << 6, EVERY << 6);
        let odd = _mm512_add_epi8(even, even);
        [
            with_fifth(a, _mm512_test_epi8_mask(fifth[0], even)),
            with_fifth(b, _mm512_test_epi8_mask(fifth[1], even)),
            with_fifth(c, _mm512_test_epi8_mask(fifth[0], odd)),
            with_fifth(d, _mm512_test_epi8_mask(fifth[1], odd)),
        ]
    }
}

/// The lowest bit of each byte.
const EVERY: i64 = 0x0101_0101_0101_0101;

pub(in super::super) struct Q6K;
impl Span for Q6K {
    const BLOCK_BYTES: usize = 210;
    const BLOCK_LENGTH: usize = 256;

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
    unsafe fn bytes(span: *const u8) -> [__m512i; 4] {
        // SAFETY: two times 64 bytes of low nibbles, then two times 32 of high bits.
        let (low, high) = unsafe {
            let low = |half: usize| _mm512_loadu_si512(span.add(64 * half).cast());
            let high = |half: usize| _mm512_broadcast_i64x4(_mm256_loadu_si256(span.add(128 + 32 * half).cast()));
            ([low(0), low(1)], [high(0), high(1)])
        };
        // The halves of the block alternate by four bytes.
        let low = [_mm512_unpacklo_epi32(low[0], low[1]), _mm512_unpackhi_epi32(low[0], low[1])];
        let high = [_mm512_unpacklo_epi32(high[0], high[1]), _mm512_unpackhi_epi32(high[0], high[1])];
        // The two high bits of a weight stand at 0, 2, 4 or 6 of their byte, and go to 4 and 5.
        let by = |near: i64, far: i64| {
            let (near, far) = (near * 0x0001_0001_0001_0001, far * 0x0001_0001_0001_0001);
            _mm512_setr_epi64(near, near, near, near, far, far, far, far)
        };
        let join = |low, high| {
            // Low nibble from `low`, the rest from `high`: (low & 15) | (high & !15), then six bits of it.
            let both = _mm512_ternarylogic_epi64::<0xca>(_mm512_set1_epi8(15), low, high);
            _mm512_and_si512(both, _mm512_set1_epi8(0x3f))
        };
        let first = |i: usize| join(low[i], _mm512_sllv_epi16(high[i], by(4, 2)));
        let second = |i: usize| join(_mm512_srli_epi16::<4>(low[i]), _mm512_srlv_epi16(high[i], by(0, 2)));
        [first(0), first(1), second(0), second(1)]
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
    unsafe fn scales(span: *const u8, _blocks: usize) -> __m512 {
        // SAFETY: sixteen signed scales at 192, one half at 208.
        let (bytes, d) = unsafe { (_mm_loadu_si128(span.add(192).cast()), half(span.add(208))) };
        let d = _mm512_castps256_ps512(d);
        let d = _mm512_shuffle_f32x4::<0>(d, d);
        let scales = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)), d);
        let groups = _mm512_setr_epi32(0, 8, 4, 12, 1, 9, 5, 13, 2, 10, 6, 14, 3, 11, 7, 15);
        _mm512_permutexvar_ps(groups, scales)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl")]
    unsafe fn minimums(_span: *const u8, _blocks: usize) -> __m256 {
        _mm256_setzero_ps()
    }
}
