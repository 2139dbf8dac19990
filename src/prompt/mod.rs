//! The one text for asking and for training: parts in, [`Prompt`](crate::llm::Prompt) out. Pure.
//!
//! Files on their floors, the lowest first:
//! - [`mod@link`]: which tables and columns a question is about
//! - `form`: how models want to be asked
//! - `schema_text`: a schema as the text a prompt carries
//! - `tuned`: the messages that SQL-tuned models were trained with
//! - `text`: what a prompt is made of, and its text in every form
//! - `likely`: queries that answers are likely to resemble, for drafting

mod form;
mod likely;
pub mod link;
mod schema_text;
#[cfg(test)]
mod tests;
mod text;
mod tuned;

pub use form::{Form, SchemaStyle, Thoughts};
pub use likely::likely_answers;
pub use link::link;
pub use schema_text::{SCHEMA_BYTES, schema_as_stored, schema_text, schema_text_for, schema_text_in};
pub use text::{PromptParts, Turn, alpaca, answer_in, answer_text, length_lines, render, shared, value_lines};
