//! The training engine.
//!
//! - [`model`]: the decoder, forward and backward
//! - [`optimizer`], [`schedule`], [`order`]: how it learns, how fast, from which rows
//! - [`random`]: random numbers by counter

pub mod model;
pub mod optimizer;
pub mod order;
pub mod random;
pub mod schedule;
