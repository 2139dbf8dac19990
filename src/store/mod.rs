//! Our own files: folders, the model catalogue, downloads.
//!
//! - [`paths`]: where things lie
//! - [`mod@catalogue`]: the models sqllama knows
//! - [`mod@pull`]: fetching one

pub mod catalogue;
mod error;
pub mod paths;
pub mod pull;

pub use catalogue::{Entry, catalogue};
pub use error::StoreError;
pub use paths::Paths;
