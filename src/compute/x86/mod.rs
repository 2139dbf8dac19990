//! Kernels for x86-64 that read quantised weights in their file layout, without scratch between file and register.
//!
//! - [`panel`]: panels of sixteen rows, for prompts
//! - [`quants`]: each type's blocks, 32 weights at a time
//! - [`float`]: dot products of f32 rows
//! - [`gemv`]: a row of weights with a few rows of activations
//!
//! The order of accumulation is that of [`super::dot`], so the bits are the same.

pub(super) mod float;
pub(super) mod gemv;
pub(super) mod panel;
pub(super) mod quants;
