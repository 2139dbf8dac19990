//! Adapters: low-rank additions to a model's linear maps (LoRA), in PEFT's file format.
//!
//! Files on their floors, the lowest first:
//! - `targets`: which maps settings name
//! - [`config`]: the file `adapter_config.json`
//! - [`card`]: `sqllama.json`, what an adapter was trained with
//! - [`files`]: a folder read and written
//! - [`watch`]: what maps are multiplied with
//! - [`active`]: an adapter made ready for one model
//! - [`mod@gguf`]: adapters as GGUF files, llama.cpp's form

pub mod active;
pub mod card;
pub mod config;
pub mod files;
pub mod gguf;
mod targets;
pub mod watch;

pub use active::ActiveAdapter;
pub use card::AdapterCard;
pub use config::LoraConfig;
pub use files::{Adapter, Lora, MapChange};
