//! The screen. The only user of ratatui and crossterm.
//!
//! - [`event`]: what comes in and what goes out: [`event::Event`], [`event::Effect`]
//! - [`state`]: everything the screen knows; [`tab`]: SQL and its result
//! - [`update`](mod@update): `update(state, event) -> effects`; nothing else changes the state
//! - [`view`]: `view(state, frame)`; changes nothing; [`layout`]: where the panes are
//! - [`keys`]: the one table that handling, footer, help and palette are made from
//! - [`tree`], [`conversation`], [`results`], [`columns`], [`chart`], [`dates`]: what the panes hold
//! - [`diagram`]: the schema as boxes and lines; [`jumps`]: along keys and back
//! - [`drafts`]: how much of what is being written is written down
//! - [`moments`]: dates written as text
//! - [`typed`]: lines that are typed, undo by words
//! - [`notebook`]: a notebook's cells, kept results beside those of now
//! - [`picker`]: lists over the panes; [`compare`]: answers side by side; [`completion`], [`vim`]: what the SQL knows
//! - [`train`]: the fine-tune form; [`pages`]: a check, a run
//! - [`settings`]: the keys of `config.toml`, and their values
//! - [`theme`]: colours, or none
//! - `terminal`: the event loop; the terminal put back whatever happens; signals, the editor outside

pub mod chart;
pub mod columns;
pub mod compare;
pub mod completion;
pub mod conversation;
pub mod dates;
pub mod diagram;
pub mod drafts;
pub mod event;
pub mod jumps;
pub mod keys;
pub mod layout;
pub mod moments;
pub mod notebook;
pub mod pages;
pub mod picker;
pub mod results;
pub mod settings;
pub mod state;
pub mod tab;
mod terminal;
pub mod theme;
pub mod train;
pub mod tree;
pub mod typed;
pub mod update;
pub mod view;
pub mod vim;

pub use terminal::{Left, ScreenError, ScreenOptions, run};
pub use update::is_text;

#[cfg(test)]
mod tests;
