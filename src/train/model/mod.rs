//! The decoder, forward and backward, in f32: pairs of plain functions, layer by layer.
//!
//! - [`batch`]: tokens as they go through together: sequences, each a prefix with branches
//! - [`parameters`]: what is trained: values and gradients, under their Hugging Face names
//! - [`linear`]: linear layers: frozen, trained, with low-rank adapters
//! - [`norm`], [`rope`], [`attention`], [`feed_forward`], [`loss`]: the other operations
//! - [`layer`], [`decoder`]: a layer, and all of them
//! - [`workspace`]: buffers that are used again
//! - [`tensors`]: the same over candle's tensors, for cards
//!
//! Shapes are `[tokens, width]`, where tokens are those of all sequences of a batch, one behind the other, without padding.

pub mod attention;
pub mod batch;
pub mod decoder;
pub mod feed_forward;
pub mod layer;
pub mod linear;
pub mod loss;
pub mod norm;
pub mod parameters;
pub mod rope;
pub mod tensors;
pub mod workspace;

pub use batch::{Batch, Row, Span, Target};
pub use decoder::{Adaptation, Decoder, StepScale};
pub use parameters::{Gradients, Parameter, ParameterId, Parameters};
