//! GGUF files (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>).
//!
//! - [`metadata`]: keys and values
//! - [`read`]: parsing, and the mapped file
//! - `cursor`: values one after another
//! - `split`: files that are cut into parts
//! - [`mod@write`]: writing version 3

mod cursor;
mod error;
pub mod metadata;
pub mod read;
mod split;
pub mod write;

pub use error::GgufError;
pub use metadata::{Metadata, Value};
pub use read::{GgufFile, TensorInfo};
