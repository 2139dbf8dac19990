//! The model side: GGUF files, tokenizers, chat templates, the decoder, sessions, sampling. The only user of candle.
//!
//! Files on their floors, the lowest first:
//! - `gguf_error`, [`server_error`], `error`: what can be wrong with a file, and with a server; what can go wrong at all
//! - [`gguf`]: reading and writing GGUF files
//! - `sniff`: what a file is that is no model
//! - [`arch`]: model families as one set of parameters
//! - [`maps`], [`names`]: the linear maps of a layer; tensor names, Hugging Face's and llama.cpp's
//! - `source`: where a model's tensors come from
//! - [`weights`]: a model's tensors, in their mapped bytes
//! - [`checkpoint`]: reading Hugging Face folders, writing safetensors
//! - `fingerprint`: what tells one model from another
//! - [`tokenizer`]: text to ids and back
//! - [`adapter`]: low-rank additions to a model, in PEFT's files
//! - `cuda`, in a build with the feature of that name: what the graphics card is, or what is missing
//! - `layout`: where a model's layers lie, and what computes each
//! - [`resident`]: weights on a device
//! - `kv_page`, [`kv_tensors`], [`kv`]: a page of keys and values, a layer's as tensors, a session's
//! - [`session`]: the tokens a model has read, and what it remembers of them
//! - [`ops`]: the forward pass's operations over candle tensors, by our kernels or by candle
//! - `lane`: what several sessions read in one pass
//! - `road`: which operations a layer takes
//! - [`placement`]: which layers a card computes, and which the processor
//! - [`model`]: the decoder
//! - `sampling`, [`sampler`]: how the next token is drawn, and drawing it
//! - [`constraint`]: what may be written
//! - [`generate`]: what the rest of the program sees: [`Generate`], requests, events
//! - [`template`]: chat turns to text
//! - [`mod@open`]: a model of either form, with tokenizer and template
//! - `stop`: stop strings
//! - `draft`: proposals for tokens to come, from the prompt
//! - `repetition`: text that goes round in circles
//! - `writer`: continuations on their way
//! - `decode`: writing, one continuation or several at once
//! - [`local`]: a model on this machine
//! - [`server`]: a model behind an address
//! - [`scripted`]: a model that answers from a script, for tests
//! - [`recorded`]: a model whose texts are kept in a file, for evaluations
//! - [`mod@merge`]: an adapter added to its base, for good
//! - [`convert`]: folders as GGUF files, and files quantised
//! - [`trial`]: an answer with an adapter that is not finished

pub mod adapter;
pub mod arch;
pub mod checkpoint;
pub mod constraint;
pub mod convert;
#[cfg(feature = "cuda")]
pub mod cuda;
mod decode;
mod draft;
mod error;
mod fingerprint;
pub mod generate;
pub mod gguf;
mod gguf_error;
pub mod kv;
mod kv_page;
pub mod kv_tensors;
mod lane;
mod layout;
pub mod local;
pub mod maps;
pub mod merge;
pub mod model;
pub mod names;
pub mod open;
pub mod ops;
pub mod placement;
pub mod recorded;
mod repetition;
pub mod resident;
mod road;
pub mod sampler;
mod sampling;
pub mod scripted;
pub mod server;
pub mod server_error;
pub mod session;
mod sniff;
mod source;
mod stop;
pub mod template;
pub mod tokenizer;
pub mod trial;
pub mod weights;
mod writer;

pub use crate::compute::Phase;
pub use adapter::{ActiveAdapter, Adapter};
pub use constraint::{Barred, ByteAutomaton, Constrain, Constraint, writable};
pub use error::LlmError;
pub use generate::{
    Draws, Ended, Enough, FinishReason, Generate, GenerateEvent, GenerateRequest, GenerateTimings, Generation, Message, ModelInfo, Prompt,
    Purpose, Repetition, Role, Sampling, Shared, TokenLogprob, TokenizedText,
};
pub use kv::KvType;
pub use local::{LoadOptions, LocalModel};
pub use model::{Lane, Model, Want};
pub use open::OpenedModel;
pub use placement::{DeviceChoice, Placement};
pub use recorded::Recorded;
pub use scripted::Scripted;
pub use server_error::ServerError;
pub use session::Session;
pub use tokenizer::Specials;
