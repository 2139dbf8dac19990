//! Values in the form in which a column keeps them: words for yes and no, numbers as text, documents, blobs.
//!
//! Files on their floors, the lowest first:
//! - `yes_no`: yes and no kept as words
//! - `written`: numbers and dates kept as text
//! - `paths`: paths into JSON documents
//! - `leaves`: documents reckoned with or compared as a whole, where one value inside is meant
//! - `elements`: elements of JSON arrays, looked for as if they were the column
//! - `unfolded`: arrays that are grouped by, where one element is meant
//! - `numerators`: amounts over their denominators
//! - `blobs`: text kept as a blob
//! - `kinds`: rows of several kinds, of which one is spoken of
//! - `ranked`: words that stand for ranks, ordered and compared letter by letter

pub(super) mod blobs;
pub(super) mod elements;
pub(super) mod kinds;
pub(super) mod leaves;
pub(super) mod numerators;
pub(in crate::sql) mod paths;
pub(super) mod ranked;
pub(super) mod unfolded;
pub(in crate::sql) mod written;
pub(super) mod yes_no;
