//! What a database is made of: tables, views, columns, keys. Plain data, filled by `db`, read by everyone.
//!
//! Files on their floors, the lowest first:
//! - [`affinity`]: how SQLite takes a declared type
//! - [`time`]: points in time as numbers and as text
//! - [`numerals`]: numbers as text
//! - [`clock`]: lengths of time as text
//! - [`local_dates`]: dates as text in a form that SQLite does not read
//! - [`meaning`]: what a column's values stand for, where their storage class does not tell
//! - `tables`: tables, views, columns, keys
//! - [`private`]: tables and columns that no model is told of
//! - [`profile`]: what is known of the files of one program
//! - [`mod@bookkeeping`]: tables that a program keeps for itself
//! - [`set`]: which files are open together

pub mod affinity;
pub mod bookkeeping;
pub mod clock;
pub mod local_dates;
pub mod meaning;
pub mod numerals;
pub mod private;
pub mod profile;
pub mod set;
mod tables;
pub mod time;

pub use affinity::Affinity;
pub use bookkeeping::bookkeeping;
pub use clock::{Clock, ClockDays, ClockText};
pub use local_dates::{DateOrder, DateParts, LocalDates};
pub use meaning::{Holds, Json, Meaning, SpanUnit, Times, YesNo};
pub use numerals::{Numeral, Numerals};
pub use private::Private;
pub use profile::{Place, Profile};
pub use set::{BesideFile, DatabaseSet, SetError};
pub use tables::{Column, ForeignKey, KeyOrigin, Schema, Table, TableKind, TableRef, ValueHit};
pub use time::{DateText, TimeUnit};
