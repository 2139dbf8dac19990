//! Adapters: low-rank additions to a model's linear maps (LoRA), in PEFT's file format.
//!
//! - [`config`]: the file `adapter_config.json`
//! - [`card`]: `sqllama.json`, what an adapter was trained with
//! - [`files`]: a folder read and written
//! - [`active`]: an adapter made ready for one model
//! - [`trial`]: an answer with one that is not finished
//! - [`mod@merge`]: an adapter added to its base, for good

pub mod active;
pub mod card;
pub mod config;
pub mod files;
pub mod merge;
pub mod trial;

pub use active::ActiveAdapter;
pub use card::AdapterCard;
pub use config::LoraConfig;
pub use files::{Adapter, Lora};
pub use merge::merge;
