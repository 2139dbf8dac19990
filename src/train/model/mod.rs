//! The decoder, forward and backward, in f32 (products with frozen matrices in 8 bits, where that is wanted): pairs of plain functions, layer by
//! layer.
//!
//! Files on their floors, the lowest first:
//! - [`batch`]: tokens as they go through together: sequences, each a prefix with branches
//! - [`workspace`]: buffers that are used again
//! - [`rope`], [`attention`], [`feed_forward`]: operations without values of their own
//! - [`turned`]: frozen matrices turned over, in 8 bits
//! - [`low_rank`]: what adapters compute
//! - [`linear`]: linear layers: frozen, trained, with low-rank adapters
//! - [`norm`]: RMSNorm and its derivative
//! - [`layer`]: a layer
//! - [`loss`]: the loss of the last layer's output
//! - `builder`: layers from a model's weights
//! - [`decoder`]: all layers
//! - [`tensors`]: the same over candle's tensors, for cards
//!
//! Shapes are `[tokens, width]`, where tokens are those of all sequences of a batch, one behind the other, without padding.

pub mod attention;
pub mod batch;
mod builder;
pub mod decoder;
pub mod feed_forward;
pub mod layer;
pub mod linear;
pub mod loss;
pub mod low_rank;
pub mod norm;
pub mod rope;
pub mod tensors;
pub mod turned;
pub mod workspace;

pub use super::parameters::{Gradients, Parameter, ParameterId, Parameters};
pub use batch::{Batch, Row, Span, Target};
pub use decoder::{Adaptation, Decoder, StepScale};
