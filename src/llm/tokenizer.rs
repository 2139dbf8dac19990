//! Text to tokens and back, from a GGUF file's metadata or a `tokenizer.json`.
//!
//! Files on their floors, the lowest first:
//! - `specials`: which tokens end a generation, and what becomes of their names in a text
//! - `vocabulary`: what each token is
//! - `merge`: what the two models of GGUF files both do
//! - `byte_level`, `sentencepiece`: these two models
//! - `pipeline`: the model of a `tokenizer.json`
//! - `encode`: a [`Tokenizer`], with what a session needs to know of its special tokens
//! - `stream`: text out of tokens as they come ([`StreamDecoder`])
//! - `gguf`, `json`: where a tokenizer comes from

mod byte_level;
mod encode;
mod gguf;
mod json;
mod merge;
mod pipeline;
mod sentencepiece;
mod specials;
mod stream;
mod vocabulary;

pub use encode::Tokenizer;
pub use specials::Specials;
pub use stream::{StreamDecoder, Utf8Assembler};
pub use vocabulary::TokenKind;
