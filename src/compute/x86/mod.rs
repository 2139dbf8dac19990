//! Kernels for x86-64 that read quantised weights in their file layout, without scratch between file and register.
//!
//! Files on their floors, the lowest first:
//! - [`panel`]: panels of sixteen rows, for prompts
//! - [`quantize`]: activations to int8
//! - [`float`]: dot products of f32 rows
//! - [`quants`]: each type's blocks, 32 weights at a time
//! - [`halves`]: each type's weights, 256 at a time, for decoding by AVX2
//! - [`spans`]: each type's weights, 256 at a time, for decoding by AVX-512
//! - [`gemv`]: a few rows of weights with a few rows of activations
//!
//! The order of accumulation is that of [`super::dot`], so the bits are the same.

pub(super) mod float;
pub(super) mod gemv;
pub(super) mod halves;
pub(super) mod panel;
pub(super) mod quantize;
pub(super) mod quants;
pub(super) mod spans;

use std::arch::x86_64::*;

/// Calls `$body` with `$name` standing for what `$module` has for the type of `$block`; `None` for types that have nothing here.
macro_rules! with_type {
    ($module:ident, $block:expr, $name:ident => $body:expr) => {{
        use $crate::compute::x86::$module::*;
        macro_rules! case {
            ($type:ident) => {{
                type $name = $type;
                Some($body)
            }};
        }
        match $block {
            BlockType::Q4_0 => case!(Q4_0),
            BlockType::Q4_1 => case!(Q4_1),
            BlockType::Q5_0 => case!(Q5_0),
            BlockType::Q5_1 => case!(Q5_1),
            BlockType::Q8_0 => case!(Q8_0),
            BlockType::Q4K => case!(Q4K),
            BlockType::Q5K => case!(Q5K),
            BlockType::Q6K => case!(Q6K),
            _ => None,
        }
    }};
}
use with_type;

/// Adds sixteen lanes as [`super::lanes::tree`] does.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn tree_pair(low: __m256, high: __m256) -> f32 {
    let eight = _mm256_add_ps(low, high);
    let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
    let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    let one = _mm_add_ss(two, _mm_shuffle_ps::<1>(two, two));
    _mm_cvtss_f32(one)
}

/// How far ahead of use weights are asked for, in bytes; measured, flat from 2 to 8 kB.
const AHEAD: usize = 4096;

/// Asks for the bytes that stand `ahead` behind `span`, which may belong to the rows that come next: the processor's own prefetching stops at
/// page ends.
#[inline]
fn prefetch(span: *const u8, bytes: usize, ahead: usize) {
    for line in (0..bytes).step_by(64) {
        // SAFETY: a prefetch reads nothing, whatever the address; every x86-64 has it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(span.wrapping_add(ahead + line).cast()) };
    }
}
