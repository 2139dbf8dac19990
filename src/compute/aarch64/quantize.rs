//! Activations to int8, 32 at a time; the bits are those of [`super::super::activations`]'s portable code.

use std::arch::aarch64::*;

use super::super::activations::{SHARED, inverse_of, scale_of};
use super::super::unpack::GROUP;

/// As many whole [`SHARED`] values of `x` as there are; gives their number.
///
/// # Safety
/// The processor has Advanced SIMD.
#[target_feature(enable = "neon")]
pub(in super::super) unsafe fn quantize(x: &[f32], quants: &mut [i8], scales: &mut [f32], sums: &mut [f32]) -> usize {
    assert!(quants.len() >= x.len() && scales.len() >= x.len() / GROUP && sums.len() >= x.len() / GROUP);
    let count = x.len() / SHARED;
    for part in 0..count {
        // SAFETY: 32 floats and 32 bytes from `SHARED * part` on are inside, as asserted.
        unsafe {
            let x = x.as_ptr().add(SHARED * part);
            let values: [float32x4_t; 8] = std::array::from_fn(|i| vld1q_f32(x.add(4 * i)));
            // As numbers, the bits of magnitudes are in the order of the magnitudes, infinity and NaN above all others.
            let bits = values.map(|v| vreinterpretq_u32_f32(vabsq_f32(v)));
            let pair = |i: usize| vmaxq_u32(bits[i], bits[i + 1]);
            let largest = f32::from_bits(vmaxvq_u32(vmaxq_u32(vmaxq_u32(pair(0), pair(2)), vmaxq_u32(pair(4), pair(6)))));
            let (scale, inverse) = (scale_of(largest), inverse_of(largest));
            let bytes = if inverse == 0.0 {
                [vdupq_n_s8(0); 2] // where something is infinite, its product would not round to zero
            } else {
                let whole = values.map(|v| vcvtnq_s32_f32(vmulq_n_f32(v, inverse)));
                let words = |i: usize| vqmovn_high_s32(vqmovn_s32(whole[i]), whole[i + 1]);
                let half = |i: usize| vqmovn_high_s16(vqmovn_s16(words(i)), words(i + 2));
                [half(0), half(4)]
            };
            for (at, bytes) in bytes.into_iter().enumerate() {
                vst1q_s8(quants.as_mut_ptr().add(SHARED * part + GROUP * at), bytes);
                scales[2 * part + at] = scale;
                sums[2 * part + at] = scale * f32::from(vaddlvq_s8(bytes));
            }
        }
    }
    count * SHARED
}
