//! Rows of f32 as blocks of weights: what `ggml-quants.c` computes (`quantize_row_*_ref`, and `quantize_row_*_impl` where it is known how much
//! each column matters). Q8_0, Q4_0, Q5_0, Q5_1 and Q4_1 without importance give ggml's bits; the others search for scales as ggml does, with sums in
//! another order.
//!
//! Files on their floors, the lowest first:
//! - `fit`: scales and minimums that come nearest to some values
//! - `plain`: floats, and blocks of 32 with one scale
//! - `k_quants`: blocks of 256 with scales of their groups
//! - `iq4`: four bits that stand for values of a table
//! - [`rows`]: all of them by their type

mod fit;
mod iq4;
mod k_quants;
mod plain;
pub mod rows;

pub use rows::encode;
