//! Models as GGUF files: folders converted, files quantised. A tensor at a time, a slab of it at a time, on all cores; what was written is read
//! back before it gets its name.
//!
//! Files on their floors, the lowest first:
//! - [`mix`]: which type each tensor gets, by llama.cpp's rules
//! - [`importance`]: how much each column matters
//! - `rotation`, `describe`: a folder's rotary embedding, and its other settings, as GGUF's keys
//! - [`plan`]: what is to be written, from a folder or a file
//! - `slab`: rows of a tensor on their way
//! - [`mod@write`]: writing, reading back, renaming

mod describe;
pub mod importance;
pub mod mix;
pub mod plan;
mod rotation;
mod slab;
pub mod write;

pub use importance::Importance;
pub use mix::FileType;
pub use plan::Plan;
pub use write::{ConvertEvent, Written, write};
