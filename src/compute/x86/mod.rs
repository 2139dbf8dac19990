//! Kernels for x86-64 that read quantised weights in their file layout, without scratch between file and register.
//!
//! - [`panel`]: panels of sixteen rows, for prompts
//! - [`quantize`]: activations to int8
//! - [`quants`]: each type's blocks, 32 weights at a time
//! - [`float`]: dot products of f32 rows
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

/// Adds sixteen lanes as [`super::dot::tree`] does.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn tree_pair(low: __m256, high: __m256) -> f32 {
    let eight = _mm256_add_ps(low, high);
    let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
    let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    let one = _mm_add_ss(two, _mm_shuffle_ps::<1>(two, two));
    _mm_cvtss_f32(one)
}
