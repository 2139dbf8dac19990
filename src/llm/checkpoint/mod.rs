//! Models as Hugging Face folders keep them: `config.json`, safetensors (one file or several with an index), `tokenizer.json`.
//!
//! Files on their floors, the lowest first:
//! - [`config`]: `config.json` as an [`ArchSpec`](super::arch::ArchSpec)
//! - [`read`]: the folder and its mapped tensors
//! - [`mod@write`]: safetensors files, a tensor at a time

pub mod config;
pub mod read;
pub mod write;

pub use config::Config;
pub use read::{Checkpoint, SafetensorsFile};
pub use write::{TensorData, made, write_safetensors};
