//! Rows and columns as the question means them: whose groups, which bounds, what is counted and shown.
//!
//! Files on their floors, the lowest first:
//! - `grouped`: groups, counts and sums as the question means them
//! - `shown`: what is shown of the things that are asked for
//! - `limits`: which rows come first, and which bounds they stand in
//! - `related`: rows by what other rows say of them

pub(in crate::sql) mod grouped;
pub(in crate::sql) mod limits;
pub(super) mod related;
pub(super) mod shown;
