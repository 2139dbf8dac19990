//! What a database is made of: tables, views, columns, keys. Plain data, filled by `db`, read by everyone.
//!
//! Files on their floors, the lowest first:
//! - [`time`]: points in time as numbers and as text
//! - [`meaning`]: what a column's values stand for, where their storage class does not tell
//! - `tables`: tables, views, columns, keys
//! - [`profile`]: what is known of the files of one program
//! - [`mod@bookkeeping`]: tables that a program keeps for itself

pub mod bookkeeping;
pub mod meaning;
pub mod profile;
mod tables;
pub mod time;

pub use bookkeeping::bookkeeping;
pub use meaning::{Holds, Json, Meaning, SpanUnit, Times, YesNo};
pub use profile::{Place, Profile};
pub use tables::{Column, ForeignKey, KeyOrigin, Schema, Table, TableKind, ValueHit};
pub use time::{DateText, TimeUnit};
