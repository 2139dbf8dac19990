//! Models as Hugging Face folders keep them: `config.json`, safetensors or PyTorch files (one or several with an index), `tokenizer.json`.
//!
//! Files on their floors, the lowest first:
//! - `place`: where a tensor lies
//! - `archive`: zip archives, where their entries lie
//! - `pickle`: what a pickle says of tensors, without running anything
//! - `torch`: PyTorch's files
//! - `fields`: fields of a `config.json`
//! - `rope`, `experts`: its rotary embedding, and its experts
//! - [`config`]: all of it as an [`ArchSpec`](super::arch::ArchSpec)
//! - [`read`]: the folder and its mapped tensors
//! - [`mod@write`]: safetensors files, a tensor at a time

mod archive;
pub mod config;
mod experts;
mod fields;
mod pickle;
mod place;
pub mod read;
mod rope;
mod torch;
pub mod write;

pub use config::Config;
pub use read::{Checkpoint, TensorFile};
pub use write::{ByteData, TensorData, made, write_safetensors, write_with_bytes};
