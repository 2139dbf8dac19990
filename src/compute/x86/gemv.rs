//! One row of quantised weights with a few rows of activations: what decoding waits for. Weights go from the file to a register.

use std::arch::x86_64::*;

use super::super::dot::{ActivationRow, x86::tree_pair};
use super::super::{BlockType, Level};
use super::quants::{PART, Quant, SPAN, with_quant};

/// Weights times each of the activations; `None` for types that are not unpacked to bytes, and for portable Rust.
///
/// `row` is a whole number of blocks; every activation row was made for its number of columns.
pub(in super::super) fn gemv<const T: usize>(level: Level, block: BlockType, row: &[u8], x: &[ActivationRow<'_>; T]) -> Option<[f32; T]> {
    let columns = row.len() / block.block_bytes() * block.block_len();
    for x in x {
        assert!(x.quants.len() >= columns && x.scales.len() * 16 >= columns && x.sums.len() * 16 >= columns);
        assert!(x.scales.len().is_multiple_of(16) && x.sums.len().is_multiple_of(16));
    }
    // SAFETY: `Level` says what the processor has; the lengths are as asserted.
    match level {
        Level::Avx512 => with_quant!(block, Q => unsafe { row_avx512::<Q, T>(row, x) }),
        Level::Avx2 => with_quant!(block, Q => unsafe { row_avx2::<Q, T>(row, x) }),
        Level::Scalar => None,
    }
}

/// # Safety
/// The processor has AVX-512 F, BW, VL and VNNI, AVX2, FMA and F16C; each `x` holds as many values as `row` has weights, scales and sums
/// padded to sixteen.
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn row_avx512<Q: Quant, const T: usize>(row: &[u8], x: &[ActivationRow<'_>; T]) -> [f32; T] {
    let span_bytes = SPAN / Q::BLOCK_LENGTH * Q::BLOCK_BYTES;
    let spread = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    let mut lanes = [_mm512_setzero_ps(); T];
    let mut biases = [_mm512_setzero_ps(); T];
    for (number, span) in row.chunks(span_bytes).enumerate() {
        let blocks = span.len() / Q::BLOCK_BYTES;
        let parts = blocks * Q::BLOCK_LENGTH / PART;
        // SAFETY: `span` holds `blocks` blocks; activations reach as far, see above.
        unsafe {
            let (scale, bias) = Q::scales(span.as_ptr(), blocks);
            let (scale, bias) = (join(scale), join(bias));
            let mut scales = [_mm512_setzero_ps(); T];
            for t in 0..T {
                scales[t] = _mm512_mul_ps(scale, _mm512_loadu_ps(x[t].scales.as_ptr().add(16 * number)));
                biases[t] = _mm512_fmadd_ps(bias, _mm512_loadu_ps(x[t].sums.as_ptr().add(16 * number)), biases[t]);
            }
            let quants_at = |t: usize, part: usize| x[t].quants.as_ptr().add(SPAN * number + PART * part);
            if parts == SPAN / PART {
                for step in 0..4 {
                    let bytes = pair(Q::bytes(span.as_ptr(), 2 * step), Q::bytes(span.as_ptr(), 2 * step + 1));
                    let place = _mm512_add_epi32(spread, _mm512_set1_epi32(4 * step as i32));
                    for t in 0..T {
                        let quants = _mm512_loadu_si512(quants_at(t, 2 * step).cast());
                        let products = _mm512_cvtepi32_ps(_mm512_dpbusd_epi32(_mm512_setzero_si512(), bytes, quants));
                        lanes[t] = _mm512_fmadd_ps(products, _mm512_permutexvar_ps(place, scales[t]), lanes[t]);
                    }
                }
            } else {
                for step in 0..parts.div_ceil(2) {
                    let second = if 2 * step + 1 < parts { Q::bytes(span.as_ptr(), 2 * step + 1) } else { _mm256_setzero_si256() };
                    let bytes = pair(Q::bytes(span.as_ptr(), 2 * step), second);
                    let place = _mm512_add_epi32(spread, _mm512_set1_epi32(4 * step as i32));
                    for t in 0..T {
                        let quants = _mm512_loadu_si512(quants_at(t, 2 * step).cast()); // padded to whole steps
                        let products = _mm512_cvtepi32_ps(_mm512_dpbusd_epi32(_mm512_setzero_si512(), bytes, quants));
                        lanes[t] = _mm512_fmadd_ps(products, _mm512_permutexvar_ps(place, scales[t]), lanes[t]);
                    }
                }
            }
        }
    }
    let total =
        |v: __m512| tree_pair(_mm512_castps512_ps256(v), _mm256_castsi256_ps(_mm512_extracti64x4_epi64::<1>(_mm512_castps_si512(v))));
    std::array::from_fn(|t| total(lanes[t]) - total(biases[t]))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn join(pair: [__m256; 2]) -> __m512 {
    let low = _mm512_castpd256_pd512(_mm256_castps_pd(pair[0]));
    _mm512_castpd_ps(_mm512_insertf64x4::<1>(low, _mm256_castps_pd(pair[1])))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn pair(low: __m256i, high: __m256i) -> __m512i {
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high)
}

/// # Safety
/// The processor has AVX2, FMA and F16C; lengths as for [`row_avx512`].
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn row_avx2<Q: Quant, const T: usize>(row: &[u8], x: &[ActivationRow<'_>; T]) -> [f32; T] {
    let span_bytes = SPAN / Q::BLOCK_LENGTH * Q::BLOCK_BYTES;
    let spread = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
    let ones = _mm256_set1_epi16(1);
    let mut lanes = [[_mm256_setzero_ps(); 2]; T];
    let mut biases = [[_mm256_setzero_ps(); 2]; T];
    for (number, span) in row.chunks(span_bytes).enumerate() {
        let blocks = span.len() / Q::BLOCK_BYTES;
        let parts = blocks * Q::BLOCK_LENGTH / PART;
        // SAFETY: `span` holds `blocks` blocks; activations reach as far, see above.
        unsafe {
            let (scale, bias) = Q::scales(span.as_ptr(), blocks);
            let mut scales = [[_mm256_setzero_ps(); 2]; T];
            for t in 0..T {
                for half in 0..2 {
                    let at = 16 * number + 8 * half;
                    scales[t][half] = _mm256_mul_ps(scale[half], _mm256_loadu_ps(x[t].scales.as_ptr().add(at)));
                    biases[t][half] = _mm256_fmadd_ps(bias[half], _mm256_loadu_ps(x[t].sums.as_ptr().add(at)), biases[t][half]);
                }
            }
            let mut one = |part: usize| {
                let bytes = Q::bytes(span.as_ptr(), part);
                let place = _mm256_add_epi32(spread, _mm256_set1_epi32(2 * (part % 4) as i32));
                for t in 0..T {
                    let quants = _mm256_loadu_si256(x[t].quants.as_ptr().add(SPAN * number + PART * part).cast());
                    let products = if Q::WIDE {
                        // The bytes are signed ones with 128 added: |w| * (quant with the sign of w), and 128 * quant apart.
                        let signed = _mm256_xor_si256(bytes, _mm256_set1_epi8(-128));
                        let quants_signed = _mm256_sign_epi8(quants, signed);
                        let centred = _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8(signed), quants_signed), ones);
                        let sums = _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_set1_epi8(1), quants), ones);
                        _mm256_add_epi32(centred, _mm256_slli_epi32::<7>(sums))
                    } else {
                        _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, quants), ones)
                    };
                    let scale = _mm256_permutevar8x32_ps(scales[t][part / 4], place);
                    lanes[t][part % 2] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), scale, lanes[t][part % 2]);
                }
            };
            if parts == SPAN / PART { (0..SPAN / PART).for_each(&mut one) } else { (0..parts).for_each(&mut one) }
        }
    }
    std::array::from_fn(|t| tree_pair(lanes[t][0], lanes[t][1]) - tree_pair(biases[t][0], biases[t][1]))
}
