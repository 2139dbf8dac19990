//! How the query is built: joins, keys, groups, divisions.
//!
//! Files on their floors, the lowest first:
//! - `joins`: what tables and columns have to do with each other
//! - `keys`: keys of different things, and keys in place of names
//! - `forms`: grouping, ordering, conditions
//! - `division`: divisions that cut off, shares of themselves
//! - `multiplied`: what a join multiplies, averages of averages, made-up rows, NOT IN beside NULL

pub(in crate::sql::suspicion) mod division;
pub(in crate::sql::suspicion) mod forms;
pub(in crate::sql::suspicion) mod joins;
pub(in crate::sql::suspicion) mod keys;
pub(in crate::sql::suspicion) mod multiplied;
