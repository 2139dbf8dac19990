//! One row of quantised weights with a few rows of activations: what decoding waits for. Weights go from the file to a register.

use std::arch::x86_64::*;

use super::super::dot::{ActivationRow, x86::tree_pair};
use super::super::{BlockType, Level};
use super::quants::{PART, Quant, SPAN, with_quant};

/// Bytes of weights that are asked for ahead of use; measured, flat from 2 to 8 kB.
const AHEAD: usize = 4096;

/// `R` rows of weights times each of the activations; `None` for types that are not unpacked to bytes, and for portable Rust.
///
/// `rows` is `R` times a whole number of blocks; every activation row was made for a row's number of columns.
pub(in super::super) fn gemv<const R: usize, const T: usize>(
    level: Level,
    block: BlockType,
    rows: &[u8],
    x: &[ActivationRow<'_>; T],
) -> Option<[[f32; T]; R]> {
    let columns = rows.len() / R / block.block_bytes() * block.block_len();
    assert!(rows.len().is_multiple_of(R * block.block_bytes()));
    for x in x {
        assert!(x.quants.len() >= columns && x.scales.len() * 16 >= columns && x.sums.len() * 16 >= columns);
        assert!(x.scales.len().is_multiple_of(16) && x.sums.len().is_multiple_of(16));
    }
    // SAFETY: `Level` says what the processor has; the lengths are as asserted.
    unsafe {
        match level {
            Level::Avx512 => with_quant!(block, Q => rows_avx512::<Q, R, T>(rows, x)),
            Level::Avx2 => with_quant!(block, Q => rows_avx2::<Q, R, T>(rows, x)),
            Level::Scalar => None,
        }
    }
}

/// # Safety
/// The processor has AVX-512 F, BW, VL and VNNI, AVX2, FMA and F16C; the rows are equally long; each `x` holds as many values as a row has
/// weights, scales and sums padded to sixteen.
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn rows_avx512<Q: Quant, const R: usize, const T: usize>(rows: &[u8], x: &[ActivationRow<'_>; T]) -> [[f32; T]; R] {
    let span_bytes = SPAN / Q::BLOCK_LENGTH * Q::BLOCK_BYTES;
    let row_bytes = rows.len() / R;
    let spread = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    let places: [__m512i; 4] = std::array::from_fn(|step| _mm512_add_epi32(spread, _mm512_set1_epi32(4 * step as i32)));
    let mut lanes = [[_mm512_setzero_ps(); T]; R];
    let mut biases = [[_mm512_setzero_ps(); T]; R];
    for (number, start) in (0..row_bytes).step_by(span_bytes).enumerate() {
        let blocks = (row_bytes - start).min(span_bytes) / Q::BLOCK_BYTES;
        let parts = blocks * Q::BLOCK_LENGTH / PART;
        for r in 0..R {
            // SAFETY: the span holds `blocks` blocks; activations reach as far, see above.
            unsafe {
                let span = rows.as_ptr().add(r * row_bytes + start);
                prefetch(span, span_bytes);
                let (scale, bias) = Q::scales(span, blocks);
                let (scale, bias) = (join(scale), join(bias));
                let mut scales = [_mm512_setzero_ps(); T];
                for t in 0..T {
                    scales[t] = _mm512_mul_ps(scale, _mm512_loadu_ps(x[t].scales.as_ptr().add(16 * number)));
                    biases[r][t] = _mm512_fmadd_ps(bias, _mm512_loadu_ps(x[t].sums.as_ptr().add(16 * number)), biases[r][t]);
                }
                let mut one = |step: usize, bytes: __m512i| {
                    for t in 0..T {
                        // Padded to whole steps.
                        let quants = _mm512_loadu_si512(x[t].quants.as_ptr().add(SPAN * number + 2 * PART * step).cast());
                        let products = _mm512_cvtepi32_ps(_mm512_dpbusd_epi32(_mm512_setzero_si512(), bytes, quants));
                        lanes[r][t] = _mm512_fmadd_ps(products, _mm512_permutexvar_ps(places[step], scales[t]), lanes[r][t]);
                    }
                };
                if parts == SPAN / PART {
                    for step in 0..4 {
                        one(step, pair(Q::bytes(span, 2 * step), Q::bytes(span, 2 * step + 1)));
                    }
                } else {
                    for step in 0..parts.div_ceil(2) {
                        let second = if 2 * step + 1 < parts { Q::bytes(span, 2 * step + 1) } else { _mm256_setzero_si256() };
                        one(step, pair(Q::bytes(span, 2 * step), second));
                    }
                }
            }
        }
    }
    let total =
        |v: __m512| tree_pair(_mm512_castps512_ps256(v), _mm256_castsi256_ps(_mm512_extracti64x4_epi64::<1>(_mm512_castps_si512(v))));
    std::array::from_fn(|r| std::array::from_fn(|t| total(lanes[r][t]) - total(biases[r][t])))
}

/// Asks for the bytes that stand [`AHEAD`] behind `span`, which belong to the rows that come next: the processor's own prefetching stops at
/// page ends.
#[inline]
fn prefetch(span: *const u8, bytes: usize) {
    for line in (0..bytes).step_by(64) {
        // SAFETY: a prefetch reads nothing, whatever the address; every x86-64 has it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(span.wrapping_add(AHEAD + line).cast()) };
    }
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
/// The processor has AVX2, FMA and F16C; lengths as for [`rows_avx512`].
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn rows_avx2<Q: Quant, const R: usize, const T: usize>(rows: &[u8], x: &[ActivationRow<'_>; T]) -> [[f32; T]; R] {
    let span_bytes = SPAN / Q::BLOCK_LENGTH * Q::BLOCK_BYTES;
    let row_bytes = rows.len() / R;
    let spread = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
    let places: [__m256i; 4] = std::array::from_fn(|part| _mm256_add_epi32(spread, _mm256_set1_epi32(2 * part as i32)));
    let ones = _mm256_set1_epi16(1);
    let mut lanes = [[[_mm256_setzero_ps(); 2]; T]; R];
    let mut biases = [[[_mm256_setzero_ps(); 2]; T]; R];
    for (number, start) in (0..row_bytes).step_by(span_bytes).enumerate() {
        let blocks = (row_bytes - start).min(span_bytes) / Q::BLOCK_BYTES;
        let parts = blocks * Q::BLOCK_LENGTH / PART;
        for r in 0..R {
            // SAFETY: the span holds `blocks` blocks; activations reach as far, see above.
            unsafe {
                let span = rows.as_ptr().add(r * row_bytes + start);
                prefetch(span, span_bytes);
                let (scale, bias) = Q::scales(span, blocks);
                let mut scales = [[_mm256_setzero_ps(); 2]; T];
                for t in 0..T {
                    for half in 0..2 {
                        let at = 16 * number + 8 * half;
                        scales[t][half] = _mm256_mul_ps(scale[half], _mm256_loadu_ps(x[t].scales.as_ptr().add(at)));
                        biases[r][t][half] = _mm256_fmadd_ps(bias[half], _mm256_loadu_ps(x[t].sums.as_ptr().add(at)), biases[r][t][half]);
                    }
                }
                let mut one = |part: usize| {
                    let bytes = Q::bytes(span, part);
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
                        let scale = _mm256_permutevar8x32_ps(scales[t][part / 4], places[part % 4]);
                        lanes[r][t][part % 2] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), scale, lanes[r][t][part % 2]);
                    }
                };
                if parts == SPAN / PART { (0..SPAN / PART).for_each(&mut one) } else { (0..parts).for_each(&mut one) }
            }
        }
    }
    let total = |v: [[__m256; 2]; T], t: usize| tree_pair(v[t][0], v[t][1]);
    std::array::from_fn(|r| std::array::from_fn(|t| total(lanes[r], t) - total(biases[r], t)))
}
