//! The key table. Handling, footer, help, menu and palette are all made from it; `[keys]` in `config.toml` rebinds it.
//!
//! Files on their floors, the lowest first:
//! - `action`: what a key can mean
//! - `context`: where a binding holds
//! - `table`: every key
//! - `keymap`: the table with a person's own keys in it

mod action;
mod context;
mod keymap;
mod table;

pub use action::Action;
pub use context::Context;
#[cfg(test)]
pub(super) use keymap::parse;
pub use keymap::{BadBinding, Keymap, label};
pub use table::{BINDINGS, Binding};

#[cfg(test)]
mod tests;
