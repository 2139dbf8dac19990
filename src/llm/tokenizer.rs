//! Text to tokens and back, from a GGUF file's metadata or a `tokenizer.json`.
//!
//! Files on their floors, the lowest first:
//! - `specials`: which tokens end a generation, and what becomes of their names in a text
//! - `vocabulary`: what each token is
//! - `merge`: what the two models of GGUF files both do
//! - `pre_tokenizer`: how llama.cpp cuts a text, by name
//! - `byte_level`, `sentencepiece`: these two models
//! - `added`: tokens that a `tokenizer.json` adds, and finding them
//! - `pipeline`: what a `tokenizer.json` does to a text
//! - `encode`: a [`Tokenizer`], with what a session needs to know of its special tokens
//! - `stream`: text out of tokens as they come ([`StreamDecoder`])
//! - `beside`: what stands beside a folder's tokenizer
//! - `added_beside`: tokens that stand there
//! - `gguf`, `json`, `model_file`: where a tokenizer comes from
//! - [`export`]: a folder's tokenizer as GGUF's keys
//!
//! Where this differs from transformers 5, on purpose: normalizer and pre-tokenizer are the file's, also for classes that bring their own
//! there; a `truncation` or `padding` block is passed over; what a post-processor puts behind a text stands behind no prompt that is to be
//! answered; a marker's name in a message stays text.

mod added;
mod added_beside;
mod beside;
mod byte_level;
mod encode;
pub mod export;
mod gguf;
mod json;
mod merge;
mod model_file;
mod pipeline;
mod pre_tokenizer;
mod sentencepiece;
mod specials;
mod stream;
mod vocabulary;

pub use encode::Tokenizer;
pub use specials::Specials;
pub use stream::{StreamDecoder, Utf8Assembler};
pub use vocabulary::TokenKind;
