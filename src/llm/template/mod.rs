//! Chat templates: Jinja, as model files carry it (`tokenizer.chat_template`).
//!
//! Files on their floors, the lowest first:
//! - `date`: `strftime_now`
//! - `python`: values and strings as Python has them
//! - `jinja`: what templates call beyond Jinja itself
//! - `turns`: messages as a template takes them, where it takes no system message or wants turns to alternate
//! - `chat`: messages to text, and to tokens

mod chat;
mod date;
mod jinja;
mod python;
mod turns;

pub use chat::ChatTemplate;
