//! The same decoder over candle's tensors, on any of its devices: what a card computes. Forward and backward are pairs of plain functions
//! here too; candle's autograd has no part in them (several of its fused operations lose the gradient without an error).
//!
//! Files on their floors, the lowest first:
//! - [`compute`]: the device, and the type in which it multiplies
//! - [`rope`], [`attention`], [`feed_forward`]: operations without weights
//! - [`stored`]: a frozen matrix on the device, in the model file's layout, and dense for a moment
//! - [`transfer`]: the way to host memory
//! - [`moment`], [`optimizer`]: the optimizer on the device, and what it remembers
//! - [`weights`]: a layer's tensors, as they are fetched
//! - [`gradients`]: where gradients go: a card, or host memory
//! - [`linear`], [`norm`], [`loss`]: operations with weights
//! - [`layer`]: a layer
//! - [`decoder`]: all of them
//! - [`state`]: all that a run holds
//!
//! What is trained, its names, the adapters and their dropout come from [`Decoder`](super::Decoder): both roads train the same thing.
//! Matrices are multiplied in the type of [`Compute`]; all else (sums, norms, softmax, residual stream, gradients) is f32.

pub mod attention;
pub mod compute;
pub mod decoder;
pub mod feed_forward;
pub mod gradients;
pub mod layer;
pub mod linear;
pub mod loss;
pub mod moment;
pub mod norm;
pub mod optimizer;
pub mod rope;
pub mod state;
pub mod stored;
pub mod transfer;
pub mod weights;

pub use compute::{Compute, free_card_memory};
pub use state::TensorState;
