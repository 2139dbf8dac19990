//! Our own files: folders, the model catalogue, downloads.
//!
//! - [`paths`]: where things lie
//! - [`mod@catalogue`]: the models sqllama knows
//! - [`mod@pull`]: fetching one
//! - [`sessions`]: what models remember of prompts, from run to run

pub mod catalogue;
mod error;
pub mod paths;
pub mod pull;
pub mod sessions;

pub use catalogue::{Entry, catalogue};
pub use error::StoreError;
pub use paths::Paths;
pub use sessions::SavedSessions;
