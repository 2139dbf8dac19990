//! Blocks of quantised weights, 32 weights at a time, by AVX2. Layouts are ggml's, as in [`super::super::unpack`], which is the oracle.

use std::arch::x86_64::*;

use super::super::BlockType;
use super::{AHEAD, prefetch, with_type};

/// Weights that are described by one call of [`Quant::scales`].
pub(in super::super) const SPAN: usize = 256;
/// Weights that one call of [`Quant::bytes`] gives.
pub(in super::super) const PART: usize = 32;

/// A quantised type. A span is [`SPAN`] weights: one block of a K type, up to eight of the others (fewer at a row's end).
pub(in super::super) trait Quant {
    /// Bytes of a block.
    const BLOCK_BYTES: usize;
    /// Weights of a block.
    const BLOCK_LENGTH: usize;

    /// Scales and biases of a span's sixteen groups (zero behind the last block), each as groups 0..8 and 8..16. Biases are minimums, or the
    /// scale times the offset that a type has instead.
    ///
    /// # Safety
    /// The processor has AVX2, FMA and F16C; `blocks` blocks can be read at `span`.
    unsafe fn scales(span: *const u8, blocks: usize) -> ([__m256; 2], [__m256; 2]);

    /// Weights `32 * part..` of a span as unsigned bytes.
    ///
    /// # Safety
    /// The processor has AVX2; the block that holds the part can be read.
    unsafe fn bytes(span: *const u8, part: usize) -> __m256i;
}

/// Fills a scratch row, as [`super::super::unpack::UnpackedRow::fill`] does. False for types without bytes.
///
/// # Safety
/// The processor has AVX2, FMA and F16C.
#[target_feature(enable = "avx2,fma,f16c")]
pub(in super::super) unsafe fn fill(block: BlockType, row: &[u8], bytes: &mut [u8], scales: &mut [f32], biases: &mut [f32]) -> bool {
    // SAFETY: passed on.
    unsafe { with_type!(quants, block, Q => fill_of::<Q>(row, bytes, scales, biases)) }.is_some()
}

#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn fill_of<Q: Quant>(row: &[u8], bytes: &mut [u8], scales: &mut [f32], biases: &mut [f32]) {
    let span_bytes = SPAN / Q::BLOCK_LENGTH * Q::BLOCK_BYTES;
    let spans = row.chunks(span_bytes).zip(scales.chunks_exact_mut(16).zip(biases.chunks_exact_mut(16)));
    for ((span, (scales, biases)), bytes) in spans.zip(bytes.chunks_mut(SPAN)) {
        let blocks = span.len() / Q::BLOCK_BYTES;
        prefetch(span.as_ptr(), span_bytes, AHEAD);
        // SAFETY: `span` holds `blocks` blocks; stores go to chunks of sixteen floats and 32 bytes.
        unsafe {
            let (s, b) = Q::scales(span.as_ptr(), blocks);
            for half in 0..2 {
                _mm256_storeu_ps(scales[8 * half..8 * half + 8].as_mut_ptr(), s[half]);
                _mm256_storeu_ps(biases[8 * half..8 * half + 8].as_mut_ptr(), b[half]);
            }
            let parts = blocks * Q::BLOCK_LENGTH / PART;
            for (part, bytes) in bytes.chunks_exact_mut(PART).take(parts).enumerate() {
                _mm256_storeu_si256(bytes.as_mut_ptr().cast(), Q::bytes(span.as_ptr(), part));
            }
        }
    }
}

/// Each of eight numbers twice: a register for the first four, another for the rest.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn twice(eight: __m256) -> [__m256; 2] {
    let low = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
    let high = _mm256_setr_epi32(4, 4, 5, 5, 6, 6, 7, 7);
    [_mm256_permutevar8x32_ps(eight, low), _mm256_permutevar8x32_ps(eight, high)]
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn times(pair: [__m256; 2], factor: f32) -> [__m256; 2] {
    let factor = _mm256_set1_ps(factor);
    [_mm256_mul_ps(pair[0], factor), _mm256_mul_ps(pair[1], factor)]
}

/// The half-precision numbers at `at` of up to eight blocks of `stride` bytes; zero for the blocks that are not there.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn halves(span: *const u8, at: usize, stride: usize, blocks: usize) -> __m256 {
    let mut bits = [0u16; 8];
    for (block, bits) in bits.iter_mut().enumerate().take(blocks) {
        // SAFETY: the caller can read `blocks` blocks of `stride` bytes; `at + 2 <= stride`.
        *bits = unsafe { span.add(block * stride + at).cast::<u16>().read_unaligned() };
    }
    // SAFETY: eight u16 are sixteen bytes.
    _mm256_cvtph_ps(unsafe { _mm_loadu_si128(bits.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn half(at: *const u8) -> f32 {
    // SAFETY: the caller can read two bytes.
    let bits = unsafe { at.cast::<u16>().read_unaligned() };
    _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(i32::from(bits))))
}

/// Sixteen bytes of nibbles as 32 bytes: low nibbles, then high ones.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn nibbles(at: *const u8) -> __m256i {
    // SAFETY: the caller can read sixteen bytes.
    let packed = unsafe { _mm_loadu_si128(at.cast()) };
    let both = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(packed), _mm_srli_epi16::<4>(packed));
    _mm256_and_si256(both, _mm256_set1_epi8(15))
}

/// Bit `i` of the 32 at `at` as 16 or 0 in byte `i`.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn fifth_bits(at: *const u8) -> __m256i {
    // SAFETY: the caller can read four bytes.
    let bits = unsafe { at.cast::<i32>().read_unaligned() };
    let place = _mm256_setr_epi64x(0, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303);
    let own = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    let spread = _mm256_shuffle_epi8(_mm256_set1_epi32(bits), place);
    let set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, own), own);
    _mm256_and_si256(set, _mm256_set1_epi8(16))
}

/// The types of 32 weights with a scale: `$start` is where the nibbles begin; with `$fifth`, the fifth bits stand in the four bytes before.
macro_rules! legacy {
    ($name:ident, $bytes:literal, $start:literal, fifth: $fifth:literal, bias: $bias:expr) => {
        pub(in super::super) struct $name;
        impl Quant for $name {
            const BLOCK_BYTES: usize = $bytes;
            const BLOCK_LENGTH: usize = 32;

            #[inline]
            #[target_feature(enable = "avx2,fma,f16c")]
            unsafe fn scales(span: *const u8, blocks: usize) -> ([__m256; 2], [__m256; 2]) {
                // SAFETY: passed on; a block is longer than its first four bytes.
                let scale = unsafe { halves(span, 0, $bytes, blocks) };
                let bias: Option<f32> = $bias;
                let biases = match bias {
                    Some(factor) => times(twice(scale), factor),
                    // SAFETY: as above.
                    None => twice(_mm256_xor_ps(unsafe { halves(span, 2, $bytes, blocks) }, _mm256_set1_ps(-0.0))),
                };
                (twice(scale), biases)
            }

            #[inline]
            #[target_feature(enable = "avx2,fma,f16c")]
            unsafe fn bytes(span: *const u8, part: usize) -> __m256i {
                // SAFETY: the part is one block; nibbles and fifth bits lie inside it.
                unsafe {
                    let block = span.add(part * $bytes);
                    let low = nibbles(block.add($start));
                    if $fifth { _mm256_or_si256(low, fifth_bits(block.add($start - 4))) } else { low }
                }
            }
        }
    };
}
legacy!(Q4_0, 18, 2, fifth: false, bias: Some(8.0));
legacy!(Q4_1, 20, 4, fifth: false, bias: None);
legacy!(Q5_0, 22, 6, fifth: true, bias: Some(16.0));
legacy!(Q5_1, 24, 8, fifth: true, bias: None);

pub(in super::super) struct Q8_0;
impl Quant for Q8_0 {
    const BLOCK_BYTES: usize = 34;
    const BLOCK_LENGTH: usize = 32;

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn scales(span: *const u8, blocks: usize) -> ([__m256; 2], [__m256; 2]) {
        // SAFETY: passed on.
        let scales = twice(unsafe { halves(span, 0, 34, blocks) });
        (scales, times(scales, 128.0))
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn bytes(span: *const u8, part: usize) -> __m256i {
        // SAFETY: 32 bytes behind the scale of the part's block.
        let signed = unsafe { _mm256_loadu_si256(span.add(34 * part + 2).cast()) };
        _mm256_xor_si256(signed, _mm256_set1_epi8(-128))
    }
}

/// The eight scales, then the eight minimums of a Q4_K or Q5_K block.
///
/// # Safety
/// The processor has AVX2 and F16C; sixteen bytes can be read.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn k_numbers(block: *const u8) -> [__m256; 2] {
    // Two halves, then twelve bytes: six bits of the first four scales, of the first four minimums, the low four bits of the other four; their
    // upper two bits stand above the first ones' six.
    // SAFETY: as above.
    let bytes = unsafe { _mm_loadu_si128(block.cast()) };
    let factors = _mm_cvtph_ps(bytes);
    let ones = _mm_shuffle_epi32::<0b10_10_01_01>(bytes);
    let ones = _mm_and_si128(_mm_srlv_epi32(ones, _mm_setr_epi32(0, 2, 0, 2)), _mm_setr_epi32(SIX, TWO, SIX, TWO));
    let fours = _mm_shuffle_epi32::<0b11_11_11_11>(bytes);
    let fours = _mm_and_si128(_mm_srlv_epi32(fours, _mm_setr_epi32(0, 0, 0, 4)), _mm_setr_epi32(0, FOUR, 0, FOUR));
    let numbers = _mm_or_si128(ones, fours);
    let wide = |eight, factor| _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eight)), _mm256_broadcastss_ps(factor));
    [wide(numbers, factors), wide(_mm_unpackhi_epi64(numbers, numbers), _mm_movehdup_ps(factors))]
}

/// The lower six bits of each byte, the fifth and sixth, the lower four.
const SIX: i32 = 0x3f3f_3f3f;
const TWO: i32 = 0x3030_3030;
const FOUR: i32 = 0x0f0f_0f0f;

/// Scales and biases of a Q4_K or Q5_K block from its first sixteen bytes.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn k_scales(block: *const u8) -> ([__m256; 2], [__m256; 2]) {
    // SAFETY: passed on.
    let [scales, minimums] = unsafe { k_numbers(block) };
    (twice(scales), twice(minimums))
}

pub(in super::super) struct Q4K;
impl Quant for Q4K {
    const BLOCK_BYTES: usize = 144;
    const BLOCK_LENGTH: usize = 256;

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn scales(span: *const u8, _blocks: usize) -> ([__m256; 2], [__m256; 2]) {
        // SAFETY: a span is one block.
        unsafe { k_scales(span) }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn bytes(span: *const u8, part: usize) -> __m256i {
        // SAFETY: four times 32 bytes of nibbles stand behind the first sixteen.
        let packed = unsafe { _mm256_loadu_si256(span.add(16 + 32 * (part / 2)).cast()) };
        let shifted = if part.is_multiple_of(2) { packed } else { _mm256_srli_epi16::<4>(packed) };
        _mm256_and_si256(shifted, _mm256_set1_epi8(15))
    }
}

pub(in super::super) struct Q5K;
impl Quant for Q5K {
    const BLOCK_BYTES: usize = 176;
    const BLOCK_LENGTH: usize = 256;

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn scales(span: *const u8, _blocks: usize) -> ([__m256; 2], [__m256; 2]) {
        // SAFETY: a span is one block.
        unsafe { k_scales(span) }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn bytes(span: *const u8, part: usize) -> __m256i {
        // SAFETY: 32 bytes of fifth bits stand behind the first sixteen, then four times 32 bytes of nibbles.
        let (fifth, packed) =
            unsafe { (_mm256_loadu_si256(span.add(16).cast()), _mm256_loadu_si256(span.add(48 + 32 * (part / 2)).cast())) };
        let shifted = if part.is_multiple_of(2) { packed } else { _mm256_srli_epi16::<4>(packed) };
        let bit = _mm256_set1_epi8((1u8 << part) as i8);
        let set = _mm256_cmpeq_epi8(_mm256_and_si256(fifth, bit), bit);
        _mm256_or_si256(_mm256_and_si256(shifted, _mm256_set1_epi8(15)), _mm256_and_si256(set, _mm256_set1_epi8(16)))
    }
}

pub(in super::super) struct Q6K;
impl Quant for Q6K {
    const BLOCK_BYTES: usize = 210;
    const BLOCK_LENGTH: usize = 256;

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn scales(span: *const u8, _blocks: usize) -> ([__m256; 2], [__m256; 2]) {
        // SAFETY: a span is one block: sixteen signed scales at 192, one half at 208.
        let (d, bytes) = unsafe { (half(span.add(208)), _mm_loadu_si128(span.add(192).cast())) };
        let wide = |bytes| _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
        let scales = times([wide(bytes), wide(_mm_srli_si128::<8>(bytes))], d);
        (scales, times(scales, 32.0))
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn bytes(span: *const u8, part: usize) -> __m256i {
        let (half, quarter) = (part / 4, part % 4);
        // SAFETY: two times 64 bytes of low nibbles, then two times 32 of high bits.
        let (low, high) = unsafe {
            (_mm256_loadu_si256(span.add(64 * half + 32 * (quarter % 2)).cast()), _mm256_loadu_si256(span.add(128 + 32 * half).cast()))
        };
        let low = if quarter < 2 { low } else { _mm256_srli_epi16::<4>(low) };
        let high = _mm256_srl_epi16(high, _mm_cvtsi32_si128(2 * quarter as i32));
        let high = _mm256_slli_epi16::<4>(_mm256_and_si256(high, _mm256_set1_epi8(3)));
        _mm256_or_si256(_mm256_and_si256(low, _mm256_set1_epi8(15)), high)
    }
}
