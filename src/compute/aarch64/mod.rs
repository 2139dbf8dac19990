//! Kernels for AArch64: Advanced SIMD alone, with sums of four products of bytes (`FEAT_DotProd`), and with products of small matrices of
//! bytes (`FEAT_I8MM`).
//!
//! Files on their floors, the lowest first:
//! - [`products`]: products of bytes, by level
//! - [`interleave`]: panels of sixteen rows filled, for prompts
//! - [`tile`]: half a panel and a few rows of activations
//! - [`tiles`]: the inner kernels of panels
//! - [`panel`]: panels multiplied
//! - [`quantize`]: activations to int8
//! - [`float`]: dot products of f32 rows
//! - [`layouts`]: what the types' blocks have in common
//! - [`spans`]: each type's weights, 256 at a time, for decoding
//! - [`gemv`]: a few rows of weights with a few rows of activations
//!
//! The order of accumulation is that of [`super::dot`], so the bits are the same. Portable Rust is compiled for Advanced SIMD on this
//! processor anyway, so what a compiler makes vectors of by itself has no kernel here.

pub(super) mod float;
pub(super) mod gemv;
pub(super) mod interleave;
mod layouts;
pub(super) mod panel;
mod products;
pub(super) mod quantize;
mod spans;
mod tile;
mod tiles;

use std::arch::aarch64::*;

/// Adds sixteen lanes, which stand in order, as [`super::lanes::tree`] does.
#[inline]
#[target_feature(enable = "neon")]
fn tree(lanes: [float32x4_t; 4]) -> f32 {
    four(vaddq_f32(vaddq_f32(lanes[0], lanes[2]), vaddq_f32(lanes[1], lanes[3])))
}

/// The end of such a tree: its last four lanes.
#[inline]
#[target_feature(enable = "neon")]
fn four(lanes: float32x4_t) -> f32 {
    let two = vadd_f32(vget_low_f32(lanes), vget_high_f32(lanes));
    vget_lane_f32::<0>(two) + vget_lane_f32::<1>(two)
}
