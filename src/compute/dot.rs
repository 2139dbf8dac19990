//! The inner kernels: dot products of unpacked weights with quantised activations, and of f32 rows.
//!
//! All levels compute the same: for every [`STEP`] columns, sixteen lanes each sum four products of bytes exactly, and
//! `lane = fma(sum, weight scale * activation scale, lane)`. At the end `tree(lanes) - tree(biases . sums)`.

use super::unpack::{GROUP, UnpackedRow};

/// Accumulators of one dot product.
pub const LANES: usize = 16;
/// Columns that one step of the loop takes: four for each lane.
pub const STEP: usize = 4 * LANES;

/// One row of quantised activations.
#[derive(Debug, Clone, Copy)]
pub struct ActivationRow<'a> {
    /// `[steps * STEP]`
    pub quants: &'a [i8],
    /// `[groups]`, one for each [`GROUP`] columns.
    pub scales: &'a [f32],
    /// `[groups]`
    pub sums: &'a [f32],
}

/// Adds sixteen lanes as a tree.
#[inline(always)]
pub fn tree(lanes: [f32; LANES]) -> f32 {
    let mut lanes = lanes;
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
    }
    lanes[0]
}

/// `sum(a * b)` in sixteen lanes; lengths are equal.
#[inline(always)]
pub fn dot_f32(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let (a_parts, a_rest) = a.as_chunks::<LANES>();
    let (b_parts, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_parts.iter().zip(b_parts) {
        for i in 0..LANES {
            lanes[i] = a[i].mul_add(b[i], lanes[i]);
        }
    }
    for (i, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        lanes[i] = a.mul_add(*b, lanes[i]);
    }
    tree(lanes)
}

/// The portable kernel, and the oracle of the others.
pub fn dot_scalar(weights: &UnpackedRow, x: ActivationRow<'_>) -> f32 {
    let mut lanes = [0f32; LANES];
    for (step, (bytes, quants)) in weights.bytes.as_chunks::<STEP>().0.iter().zip(x.quants.as_chunks::<STEP>().0).enumerate() {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            let products: i32 = (4 * lane..4 * lane + 4).map(|i| i32::from(bytes[i]) * i32::from(quants[i])).sum();
            let group = step * (STEP / GROUP) + lane / 4;
            let scale = weights.scales[group] * x.scales[group];
            *sum = (products as f32).mul_add(scale, *sum);
        }
    }
    tree(lanes) - dot_f32(&weights.biases, x.sums)
}

/// Kernels for x86-64.
#[cfg(target_arch = "x86_64")]
pub mod x86 {
    use std::arch::x86_64::*;

    use super::{ActivationRow, GROUP, LANES, STEP, UnpackedRow};

    /// Adds sixteen lanes as [`super::tree`] does.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    pub(in super::super) fn tree_pair(low: __m256, high: __m256) -> f32 {
        let eight = _mm256_add_ps(low, high);
        let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
        let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        let one = _mm_add_ss(two, _mm_shuffle_ps::<1>(two, two));
        _mm_cvtss_f32(one)
    }

    /// `R` rows of weights with `T` rows of activations; `out[t][r]`.
    ///
    /// # Safety
    /// The processor has AVX-512 F, BW, VL and VNNI. All rows of weights, and all rows of activations, have the lengths that their
    /// makers give them for one number of columns.
    #[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512vl,avx512vnni")]
    pub unsafe fn tile_avx512<const R: usize, const T: usize>(
        weights: &[UnpackedRow],
        x: &[ActivationRow<'_>; T],
        out: &mut [[f32; R]; T],
    ) {
        let steps = x[0].quants.len() / STEP;
        let spread = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
        let mut lanes = [[_mm512_setzero_ps(); R]; T];
        for step in 0..steps {
            let mut bytes = [_mm512_setzero_si512(); R];
            let mut scales = [_mm512_setzero_ps(); R];
            for r in 0..R {
                // SAFETY: `bytes` holds `steps * STEP`, `scales` at least `steps * STEP / GROUP` values.
                unsafe {
                    bytes[r] = _mm512_loadu_si512(weights[r].bytes.as_ptr().add(step * STEP).cast());
                    let four = _mm_loadu_ps(weights[r].scales.as_ptr().add(step * (STEP / GROUP)));
                    scales[r] = _mm512_permutexvar_ps(spread, _mm512_castps128_ps512(four));
                }
            }
            for t in 0..T {
                // SAFETY: `quants` holds `steps * STEP` values, `scales` at least `steps * STEP / GROUP`.
                let (quants, scale) = unsafe {
                    let quants = _mm512_loadu_si512(x[t].quants.as_ptr().add(step * STEP).cast());
                    let four = _mm_loadu_ps(x[t].scales.as_ptr().add(step * (STEP / GROUP)));
                    (quants, _mm512_permutexvar_ps(spread, _mm512_castps128_ps512(four)))
                };
                for r in 0..R {
                    let products = _mm512_dpbusd_epi32(_mm512_setzero_si512(), bytes[r], quants);
                    lanes[t][r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products), _mm512_mul_ps(scales[r], scale), lanes[t][r]);
                }
            }
        }
        let groups = x[0].sums.len() / LANES;
        for t in 0..T {
            for r in 0..R {
                let mut bias = _mm512_setzero_ps();
                for part in 0..groups {
                    // SAFETY: `biases` and `sums` hold `groups * LANES` values each.
                    unsafe {
                        let b = _mm512_loadu_ps(weights[r].biases.as_ptr().add(part * LANES));
                        let s = _mm512_loadu_ps(x[t].sums.as_ptr().add(part * LANES));
                        bias = _mm512_fmadd_ps(b, s, bias);
                    }
                }
                let total = |v: __m512| {
                    tree_pair(_mm512_castps512_ps256(v), _mm256_castsi256_ps(_mm512_extracti64x4_epi64::<1>(_mm512_castps_si512(v))))
                };
                out[t][r] = total(lanes[t][r]) - total(bias);
            }
        }
    }

    /// `R` rows of weights with `T` rows of activations; `out[t][r]`. `WIDE` takes bytes above 127, which the 16-bit sums of
    /// `vpmaddubsw` could not hold.
    ///
    /// # Safety
    /// The processor has AVX2 and FMA; lengths as for [`tile_avx512`]; without `WIDE` no byte of the weights is above 127.
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn tile_avx2<const R: usize, const T: usize, const WIDE: bool>(
        weights: &[UnpackedRow],
        x: &[ActivationRow<'_>; T],
        out: &mut [[f32; R]; T],
    ) {
        let steps = x[0].quants.len() / STEP;
        let spread = [_mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1), _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3)];
        let ones = _mm256_set1_epi16(1);
        let mut lanes = [[[_mm256_setzero_ps(); 2]; R]; T];
        for step in 0..steps {
            for half in 0..2 {
                for r in 0..R {
                    // SAFETY: as in `tile_avx512`.
                    let (bytes, scales) = unsafe {
                        let bytes = _mm256_loadu_si256(weights[r].bytes.as_ptr().add(step * STEP + 32 * half).cast());
                        let four = _mm_loadu_ps(weights[r].scales.as_ptr().add(step * (STEP / GROUP)));
                        (bytes, _mm256_permutevar8x32_ps(_mm256_castps128_ps256(four), spread[half]))
                    };
                    for t in 0..T {
                        // SAFETY: as in `tile_avx512`.
                        let (quants, scale) = unsafe {
                            let quants = _mm256_loadu_si256(x[t].quants.as_ptr().add(step * STEP + 32 * half).cast());
                            let four = _mm_loadu_ps(x[t].scales.as_ptr().add(step * (STEP / GROUP)));
                            (quants, _mm256_permutevar8x32_ps(_mm256_castps128_ps256(four), spread[half]))
                        };
                        let products = if WIDE {
                            // (byte - 128) * quant and 128 * quant each fit the 16-bit road; together they are byte * quant.
                            let signed = _mm256_xor_si256(bytes, _mm256_set1_epi8(-128));
                            let magnitude = _mm256_abs_epi8(signed);
                            let centred = _mm256_madd_epi16(_mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(quants, signed)), ones);
                            let sums = _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_set1_epi8(1), quants), ones);
                            _mm256_add_epi32(centred, _mm256_slli_epi32::<7>(sums))
                        } else {
                            _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, quants), ones)
                        };
                        lanes[t][r][half] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), _mm256_mul_ps(scales, scale), lanes[t][r][half]);
                    }
                }
            }
        }
        let groups = x[0].sums.len() / LANES;
        for t in 0..T {
            for r in 0..R {
                let mut bias = [_mm256_setzero_ps(); 2];
                for part in 0..2 * groups {
                    // SAFETY: as in `tile_avx512`.
                    unsafe {
                        let b = _mm256_loadu_ps(weights[r].biases.as_ptr().add(part * 8));
                        let s = _mm256_loadu_ps(x[t].sums.as_ptr().add(part * 8));
                        bias[part % 2] = _mm256_fmadd_ps(b, s, bias[part % 2]);
                    }
                }
                out[t][r] = tree_pair(lanes[t][r][0], lanes[t][r][1]) - tree_pair(bias[0], bias[1]);
            }
        }
    }
}
