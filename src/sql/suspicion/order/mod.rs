//! The order of rows, and what they are ordered by.
//!
//! Files on their floors, the lowest first:
//! - `ends`: the order, and the end of it, that the question asks for
//! - `measure`: what rows are ordered and grouped by

pub(in crate::sql::suspicion) mod ends;
pub(in crate::sql::suspicion) mod measure;
