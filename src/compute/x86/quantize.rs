//! Activations to int8, 32 at a time; the bits are those of [`super::super::activations`]'s portable code.

use std::arch::x86_64::*;

use super::super::activations::{SHARED, inverse_of, scale_of};
use super::super::unpack::GROUP;

/// As many whole [`SHARED`] values of `x` as there are; gives their number.
///
/// # Safety
/// The processor has AVX2. `quants` is at least as long as `x`, and `scales` and `sums` have a place for every [`GROUP`] of it.
#[target_feature(enable = "avx2,fma")]
pub(in super::super) unsafe fn quantize(x: &[f32], quants: &mut [i8], scales: &mut [f32], sums: &mut [f32]) -> usize {
    assert!(quants.len() >= x.len() && scales.len() >= x.len() / GROUP && sums.len() >= x.len() / GROUP);
    let magnitude = _mm256_set1_epi32(0x7fff_ffff);
    let ones = (_mm256_set1_epi8(1), _mm256_set1_epi16(1));
    let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    let count = x.len() / SHARED;
    for part in 0..count {
        // SAFETY: 32 floats and 32 bytes from `SHARED * part` on are inside, as asserted.
        unsafe {
            let x = x.as_ptr().add(SHARED * part);
            let values: [__m256; 4] = std::array::from_fn(|i| _mm256_loadu_ps(x.add(8 * i)));
            let bits = values.map(|v| _mm256_and_si256(_mm256_castps_si256(v), magnitude));
            let eight = _mm256_max_epi32(_mm256_max_epi32(bits[0], bits[1]), _mm256_max_epi32(bits[2], bits[3]));
            let four = _mm_max_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256::<1>(eight));
            let two = _mm_max_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
            let one = _mm_max_epi32(two, _mm_shuffle_epi32::<0b10_11_00_01>(two));
            let largest = f32::from_bits(_mm_cvtsi128_si32(one) as u32);
            let (scale, inverse) = (scale_of(largest), inverse_of(largest));
            let bytes = if inverse == 0.0 {
                _mm256_setzero_si256() // where something is not finite, its product would not round to zero
            } else {
                let inverse = _mm256_set1_ps(inverse);
                let whole = values.map(|v| _mm256_cvtps_epi32(_mm256_mul_ps(v, inverse)));
                let words = [_mm256_packs_epi32(whole[0], whole[1]), _mm256_packs_epi32(whole[2], whole[3])];
                _mm256_permutevar8x32_epi32(_mm256_packs_epi16(words[0], words[1]), order)
            };
            _mm256_storeu_si256(quants.as_mut_ptr().add(SHARED * part).cast(), bytes);
            let fours = _mm256_madd_epi16(_mm256_maddubs_epi16(ones.0, bytes), ones.1);
            let twos = _mm256_add_epi32(fours, _mm256_shuffle_epi32::<0b01_00_11_10>(fours));
            let group = _mm256_add_epi32(twos, _mm256_shuffle_epi32::<0b10_11_00_01>(twos));
            let both = [_mm256_extract_epi32::<0>(group), _mm256_extract_epi32::<4>(group)];
            for (at, sum) in both.into_iter().enumerate() {
                scales[2 * part + at] = scale;
                sums[2 * part + at] = scale * sum as f32;
            }
        }
    }
    count * SHARED
}
