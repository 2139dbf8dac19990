//! Loading the model a command works with.

use super::failure::Failure;
use crate::llm::{LoadOptions, LocalModel};
use crate::store::catalogue::Resolved;
use crate::store::{Paths, SavedSessions};

/// Tokens of context: the schema's budget and room for question, repairs and answer.
const CONTEXT_TOKENS: usize = 8192;

/// Saved sessions take no more of the disk than this.
const SAVED_SESSION_BYTES: u64 = 2_000_000_000;

pub(super) fn load(resolved: &Resolved) -> Result<LocalModel, Failure> {
    let options = LoadOptions {
        name: resolved.name.clone(),
        sha256: resolved.sha256.clone(),
        context_length: CONTEXT_TOKENS,
        saved_sessions: Some(SavedSessions::new(Paths::find()?.sessions(), SAVED_SESSION_BYTES)),
    };
    Ok(LocalModel::open(&resolved.path, &options)?)
}
