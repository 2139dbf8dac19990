//! The screen. The only user of ratatui and crossterm.
//!
//! Files on their floors, the lowest first:
//! - [`theme`]: colours, or none
//! - [`typed`]: lines that are typed, undo by words
//! - [`keys`]: the one table that handling, footer, help and palette are made from
//! - [`moments`], [`dates`]: dates written as text; columns that count time, shown as dates
//! - `advice`: hints of workers, for the screen
//! - [`cells`]: cells as text
//! - [`chart`], [`columns`], [`results`]: what the result pane holds
//! - [`jumps`]: along keys and back
//! - [`completion`], [`vim`]: what the SQL knows
//! - [`tab`]: SQL and its result
//! - [`drafts`]: how much of what is being written is written down
//! - [`tree`], [`conversation`]: what the other panes hold
//! - [`diagram`]: the schema as boxes and lines
//! - [`train`]: the fine-tune form
//! - [`picker`]: lists over the panes
//! - [`settings`]: the keys of `config.toml`, and their values
//! - [`compare`], [`notebook`], [`pages`]: answers side by side; a notebook's cells; a check, a run
//! - [`state`]: everything the screen knows
//! - [`layout`]: where the panes are
//! - [`event`]: what comes in and what goes out: [`event::Event`], [`event::Effect`]
//! - [`view`]: `view(state, frame)`; changes nothing
//! - [`mod@update`]: `update(state, event) -> effects`; nothing else changes the state
//! - `terminal`: the event loop; the terminal put back whatever happens; signals, the editor outside

mod advice;
pub mod cells;
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
