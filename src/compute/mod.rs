//! The thread pool and the CPU kernels. Raw slices in, raw slices out; knows nothing of tensors or models.
//!
//! - [`block`]: the weight types of GGUF files, their block sizes, dequantisation

pub mod block;

pub use block::BlockType;
