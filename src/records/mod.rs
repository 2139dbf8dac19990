//! What sqllama keeps for a person: one SQLite file of our own in the data folder. The user's databases are never touched.
//!
//! Files on their floors, the lowest first:
//! - `error`: what can go wrong with our own file
//! - `migrations`: its tables, one step a format
//! - `open`: opening it ([`Records`]); safe for several processes at once
//! - `databases`: which database is meant: by path, and others with the same schema
//! - `examples`: answers that were accepted, answers that were rejected and why
//! - `notes`: lasting hints for one database
//! - `attachments`: which adapter goes with which database
//! - `history`: what was asked and run, searchable
//! - `parameters`: what was typed last for the parameters of statements
//! - `forget`: what is kept for a database, counted and forgotten
//! - `drafts`: favourites, and text that survives a crash
//! - `sittings`: whose text that is

mod attachments;
mod databases;
mod drafts;
mod error;
mod examples;
mod forget;
mod history;
mod migrations;
mod notes;
mod open;
mod parameters;
mod sittings;

pub use databases::{DatabaseId, KnownDatabase};
pub use drafts::{Draft, Favourite};
pub use error::RecordsError;
pub use examples::{Accepted, Before, Rejected, fold_question, fold_sql};
pub use forget::Kept;
pub use history::{HistoryEntry, HistoryState, NewHistory, Scope};
pub use notes::Note;
pub use open::Records;
pub use sittings::Sitting;

#[cfg(test)]
mod tests;
