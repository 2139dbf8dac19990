//! Adapters: low-rank additions to a model's linear maps (LoRA), in PEFT's file format.
//!
//! Files on their floors, the lowest first:
//! - `targets`: which maps settings name
//! - [`config`]: the file `adapter_config.json`
//! - [`card`]: `sqllama.json`, what an adapter was trained with
//! - [`files`]: a folder read and written
//! - [`active`]: an adapter made ready for one model

pub mod active;
pub mod card;
pub mod config;
pub mod files;
mod targets;

pub use active::ActiveAdapter;
pub use card::AdapterCard;
pub use config::LoraConfig;
pub use files::{Adapter, Lora, MapChange};
