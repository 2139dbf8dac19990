//! GGUF files (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>).
//!
//! Files on their floors, the lowest first:
//! - [`metadata`]: keys and values
//! - `tensor`: a tensor's place and type
//! - `cursor`: values one after another
//! - `split`: files that are cut into parts
//! - [`read`]: parsing, and the mapped file
//! - [`mod@write`]: writing version 3

mod cursor;
pub mod metadata;
pub mod read;
mod split;
mod tensor;
pub mod write;

pub use super::gguf_error::GgufError;
pub use metadata::{Metadata, Value};
pub use read::GgufFile;
pub use tensor::TensorInfo;
