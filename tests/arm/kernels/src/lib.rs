//! The room `compute` by itself.

#[path = "../../../../src/compute/mod.rs"]
pub mod compute;
