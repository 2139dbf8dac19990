//! Models as Hugging Face folders keep them: `config.json`, safetensors or PyTorch files (one or several with an index), `tokenizer.json`.
//!
//! - [`config`]: `config.json` as an [`ArchSpec`](super::arch::ArchSpec)
//! - `rope`: its rotary embedding
//! - [`read`]: the folder and its mapped tensors
//! - `torch`: PyTorch's files: `archive`, where their entries lie, and `pickle`, what these are, without running anything
//! - [`mod@write`]: safetensors files, a tensor at a time

mod archive;
pub mod config;
mod pickle;
pub mod read;
mod rope;
mod torch;
pub mod write;

pub use config::Config;
pub use read::{Checkpoint, TensorFile};
pub use write::{TensorData, made, write_safetensors};
