//! Numbers as a byte each and a scale for every 256 of them: the dynamic type of arXiv 1511.04561, as bitsandbytes keeps moments in it.
//!
//! A number becomes the nearest of the map, as with bitsandbytes 0.50.2 on a card (`quantize_2D` in `csrc/kernels.cu`) and in its reference
//! (`quantize_blockwise` in `backends/default/ops.py`). Its library for processors cuts the range from -1 to 1 in 65,536 steps first and takes
//! what is nearest to a step's middle, so that nothing is below 1.5e-5 of a block's scale there, not even 0 (found by trying).

use std::sync::LazyLock;

/// Numbers that share a scale (`blocksize = 256` in `Optimizer2State.init_state`, bitsandbytes 0.50.2).
pub const BLOCK: usize = 256;
/// Bits that may say a number's power of ten.
const EXPONENTS: u32 = 7;

/// Where numbers of either sign are kept.
pub static SIGNED: LazyLock<DynamicMap> = LazyLock::new(|| DynamicMap::new(true));
/// Where numbers above zero are.
pub static UNSIGNED: LazyLock<DynamicMap> = LazyLock::new(|| DynamicMap::new(false));

/// What each byte stands for, as a share of its block's scale; rising.
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicMap {
    /// Of each byte.
    pub values: [f32; 256],
    /// Half-way between one and the next.
    pub middles: [f32; 255],
}

impl DynamicMap {
    /// `functional.create_dynamic_map`: for every power of ten from 1e-6 to 1, shares between 0.1 and 1 in even steps, twice as many each
    /// time; and 0, and 1.
    fn new(signed: bool) -> Self {
        let mut all = Vec::with_capacity(256);
        for exponent in 0..EXPONENTS {
            let steps = 1u32 << (exponent + u32::from(!signed));
            // As `torch.linspace` in f32: up to the middle from the one end, then from the other, each in one rounding.
            let step = (1.0f32 - 0.1) / steps as f32;
            let at = |index: u32| {
                if index < steps.div_ceil(2) { step.mul_add(index as f32, 0.1) } else { (-step).mul_add((steps - index) as f32, 1.0) }
            };
            let power = 10f64.powi(exponent as i32 - (EXPONENTS as i32 - 1)) as f32;
            for index in 0..steps {
                let value = power * ((at(index) + at(index + 1)) / 2.0);
                all.push(value);
                if signed {
                    all.push(-value);
                }
            }
        }
        all.extend([0.0, 1.0]);
        all.sort_unstable_by(f32::total_cmp);
        let mut values = [0.0; 256];
        values.iter_mut().zip(&all).for_each(|(place, value)| *place = *value);
        let mut middles = [0.0; 255];
        middles.iter_mut().zip(all.iter().zip(&all[1..])).for_each(|(middle, (low, high))| *middle = (low + high) / 2.0);
        Self { values, middles }
    }

    /// The byte of the nearest share; the lower one where two are as near.
    pub fn code(&self, share: f32) -> u8 {
        // 255 middles: never more than a byte holds.
        self.middles.partition_point(|middle| *middle < share) as u8
    }

    /// Writes a block as bytes; its scale, which is its largest size.
    pub fn encode(&self, values: &[f32], codes: &mut [u8]) -> f32 {
        let scale = values.iter().fold(0f32, |max, value| max.max(value.abs()));
        let divisor = if scale > 0.0 { scale } else { 1.0 };
        codes.iter_mut().zip(values).for_each(|(code, value)| *code = self.code(value / divisor));
        scale
    }

    /// Reads a block.
    pub fn decode(&self, codes: &[u8], scale: f32, values: &mut [f32]) {
        values.iter_mut().zip(codes).for_each(|(value, code)| *value = self.values[usize::from(*code)] * scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_written_as_the_same_bytes() {
        for map in [&SIGNED, &UNSIGNED] {
            assert!(map.values.windows(2).all(|pair| pair[0] < pair[1]));
            let mut codes: Vec<u8> = (0..=255).collect();
            let (mut values, mut again) = ([0.0; BLOCK], [0; BLOCK]);
            for scale in [1.0, 3.7e-9, 12.5] {
                codes.rotate_left(3);
                map.decode(&codes, scale, &mut values);
                assert_eq!((map.encode(&values, &mut again), again.as_slice()), (scale, codes.as_slice()));
            }
        }
    }

    #[test]
    fn a_block_of_zeros_stays_one() {
        let (mut codes, mut values) = ([7; 3], [1.0; 3]);
        for map in [&SIGNED, &UNSIGNED] {
            let scale = map.encode(&[0.0; 3], &mut codes);
            map.decode(&codes, scale, &mut values);
            assert_eq!((scale, values), (0.0, [0.0; 3]));
        }
    }
}
