//! What is read off a query and off its question.
//!
//! Files on their floors, the lowest first:
//! - `reason`: reasons, and how they are told
//! - `expressions`: expressions, one by one
//! - `blocks`: the SELECTs
//! - `columns`: which columns are named where
//! - `units`: words for numbers and units
//! - `numbers`: the numbers that the question gives, in every unit
//! - `words`: the question in words
//! - `directions`: the way in which it wants its rows

pub(in crate::sql::suspicion) mod blocks;
pub(in crate::sql::suspicion) mod columns;
pub(in crate::sql::suspicion) mod directions;
pub(in crate::sql::suspicion) mod expressions;
pub(in crate::sql::suspicion) mod numbers;
pub(in crate::sql::suspicion) mod reason;
pub(in crate::sql::suspicion) mod units;
pub(in crate::sql::suspicion) mod words;
