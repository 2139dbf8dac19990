//! What can go wrong with a model.

use std::path::PathBuf;

use crate::signal::Stop;

use super::gguf::GgufError;

/// What can go wrong with a model. Each says one sentence with its values; [`LlmError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LlmError {
    /// The file could not be opened or mapped.
    #[error("cannot open model file {path}: {source}")]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a sound GGUF file.
    #[error("{path} is not a usable GGUF file: {source}")]
    Gguf {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: GgufError,
    },
    /// The file is sound, but asks for something sqllama does not know.
    #[error("{what} `{found}` is not supported")]
    Unsupported {
        /// Architecture, tokenizer, pre-tokenizer, tensor type, ...
        what: &'static str,
        /// What the file names.
        found: String,
    },
    /// The file contradicts itself.
    #[error("the model file is inconsistent: {0}")]
    Inconsistent(String),
    /// The chat template failed.
    #[error("the model's chat template failed: {0}")]
    Template(String),
    /// The tokenizer failed.
    #[error("the tokenizer failed: {0}")]
    Tokenizer(String),
    /// The prompt leaves no room in the context.
    #[error("the prompt has {tokens} tokens and the context holds {context}")]
    ContextFull {
        /// Tokens of the prompt.
        tokens: usize,
        /// Tokens the context holds.
        context: usize,
    },
    /// Cancelled, or out of time.
    #[error("{}", match .0 { Stop::Cancelled => "cancelled", Stop::TimedOut => "the model took longer than allowed" })]
    Stopped(Stop),
    /// A saved KV cache does not fit this model.
    #[error("the saved KV cache is unusable: {0}")]
    SavedCache(String),
    /// candle reported an error.
    #[error("the model failed: {0}")]
    Candle(#[from] candle_core::Error),
    /// A scripted model has nothing left to say.
    #[error("the script is at its end after {0} answers")]
    ScriptEnded(usize),
}

impl LlmError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Open { .. } => Some("`sqllama models list` shows the models that are installed"),
            Self::Gguf { .. } | Self::Inconsistent(_) => Some("download the file again; `sqllama models pull` checks what it fetches"),
            Self::Unsupported { .. } => Some("`sqllama models list` shows models that are known to work"),
            Self::ContextFull { .. } => Some("ask about fewer tables, or shorten the question"),
            Self::Template(_) => Some("try `--prompt alpaca`, which needs no template"),
            Self::Stopped(Stop::TimedOut) => Some("raise `--timeout`"),
            Self::SavedCache(_) => Some("it is made again by itself; nothing to do"),
            _ => None,
        }
    }
}
