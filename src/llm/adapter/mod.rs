//! Adapters: low-rank additions to a model's linear maps (LoRA), in PEFT's file format.
//!
//! Files on their floors, the lowest first:
//! - [`parts`]: what an adapter holds, of a map and of the embedding and the head
//! - `targets`: which maps settings name
//! - [`ends`]: embedding and head in settings and files
//! - [`config`]: the file `adapter_config.json`
//! - [`card`]: `sqllama.json`, what an adapter was trained with
//! - [`files`]: a folder read and written
//! - [`watch`]: what maps are multiplied with
//! - [`active_ends`]: embedding and head with what an adapter makes of them
//! - [`active`]: an adapter made ready for one model
//! - [`mod@gguf`]: adapters as GGUF files, llama.cpp's form

pub mod active;
pub mod active_ends;
pub mod card;
pub mod config;
pub mod ends;
pub mod files;
pub mod gguf;
pub mod parts;
mod targets;
pub mod watch;

pub use active::ActiveAdapter;
pub use card::AdapterCard;
pub use config::LoraConfig;
pub use files::Adapter;
pub use parts::{End, EndChange, Lora, MapChange};
