//! The model side: GGUF files, tokenizers, chat templates, the decoder, sessions, sampling. The only user of candle.
//!
//! - [`generate`]: what the rest of the program sees: [`Generate`], requests, events
//! - [`gguf`]: reading and writing GGUF files
//! - [`checkpoint`]: reading Hugging Face folders, writing safetensors
//! - [`mod@open`]: a model of either form, with tokenizer and template
//! - [`names`]: tensor names, Hugging Face's and llama.cpp's
//! - [`adapter`]: low-rank additions to a model, in PEFT's files
//! - [`arch`]: model families as one set of parameters
//! - [`weights`]: a model's tensors, in their mapped bytes
//! - [`placement`]: which layers a card computes, and which the processor
//! - [`resident`]: weights on a device
//! - [`ops`]: the forward pass's operations over candle tensors, by our kernels or by candle
//! - [`model`], `lane`: the decoder, and what it reads in one pass
//! - [`kv`], [`kv_tensors`], [`session`]: what a model remembers of the tokens it has read
//! - `fingerprint`: what tells one model from another
//! - [`sampler`]: drawing the next token
//! - `decode`: writing, one continuation or several at once
//! - [`constraint`]: what may be written
//! - `draft`: proposals for tokens to come, from the prompt
//! - `sniff`: what a file is that is no model
//! - `stop`: stop strings
//! - `cuda`, in a build with the feature of that name: what the graphics card is, or what is missing
//! - [`tokenizer`], [`template`]: text to ids and back, chat turns to text
//! - [`local`]: a model on this machine
//! - [`scripted`]: a model that answers from a script, for tests

pub mod adapter;
pub mod arch;
pub mod checkpoint;
pub mod constraint;
#[cfg(feature = "cuda")]
pub mod cuda;
mod decode;
mod draft;
mod error;
mod fingerprint;
pub mod generate;
pub mod gguf;
pub mod kv;
pub mod kv_tensors;
mod lane;
pub mod local;
pub mod model;
pub mod names;
pub mod open;
pub mod ops;
pub mod placement;
pub mod resident;
pub mod sampler;
pub mod scripted;
pub mod session;
mod sniff;
mod stop;
pub mod template;
pub mod tokenizer;
pub mod weights;

pub use crate::compute::Phase;
pub use adapter::{ActiveAdapter, Adapter};
pub use constraint::{Barred, ByteAutomaton, Constrain, Constraint, writable};
pub use error::LlmError;
pub use generate::{
    Draws, FinishReason, Generate, GenerateEvent, GenerateRequest, GenerateTimings, Generation, Message, ModelInfo, Prompt, Purpose, Role,
    Sampling, TokenLogprob, TokenizedText,
};
pub use kv::KvType;
pub use local::{LoadOptions, LocalModel};
pub use model::{Lane, Model, Want};
pub use open::OpenedModel;
pub use placement::{DeviceChoice, Placement};
pub use scripted::Scripted;
pub use session::Session;
pub use tokenizer::Specials;
