//! The one text for asking and for training: parts in, [`Prompt`](crate::llm::Prompt) out. Pure.
//!
//! Files on their floors, the lowest first:
//! - [`mod@link`]: which tables and columns a question is about
//! - `schema_text`: a schema as the text a prompt carries
//! - `text`: what a prompt is made of, and its text in either form
//! - `likely`: queries that answers are likely to resemble, for drafting

mod likely;
pub mod link;
mod schema_text;
mod text;

pub use likely::likely_answers;
pub use link::link;
pub use schema_text::{SCHEMA_BYTES, schema_as_stored, schema_text, schema_text_for};
pub use text::{Form, PromptParts, Turn, alpaca, answer_text, render, value_lines};
