//! The screen. The only user of ratatui and crossterm.
//!
//! - [`event`]: what comes in and what goes out: [`event::Event`], [`event::Effect`]
//! - [`state`]: everything the screen knows
//! - [`update`](mod@update): `update(state, event) -> effects`; nothing else changes the state
//! - [`view`]: `view(state, frame)`; changes nothing
//! - [`keys`]: the one table that handling, footer and help are made from
//! - [`tree`], [`conversation`], [`results`]: what the panes hold
//! - [`theme`]: colours, or none
//! - `terminal`: the event loop, and the terminal put back whatever happens

pub mod conversation;
pub mod event;
pub mod keys;
pub mod results;
pub mod state;
mod terminal;
pub mod theme;
pub mod tree;
pub mod update;
pub mod view;

pub use terminal::{ScreenError, ScreenOptions, run};

#[cfg(test)]
mod tests;
