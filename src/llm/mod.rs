//! The model side: GGUF files, tokenizers, chat templates, the decoder, sessions, sampling. The only user of candle.
//!
//! - [`generate`]: what the rest of the program sees: [`Generate`], requests, events
//! - [`gguf`]: reading (and writing) GGUF files
//! - [`scripted`]: a model that answers from a script, for tests

mod error;
pub mod generate;
pub mod gguf;
pub mod scripted;

pub use error::LlmError;
pub use generate::{
    FinishReason, Generate, GenerateEvent, GenerateRequest, GenerateTimings, Generation, Message, ModelInfo, Prompt, Role, Sampling,
    TokenLogprob,
};
pub use scripted::Scripted;
