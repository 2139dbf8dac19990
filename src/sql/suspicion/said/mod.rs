//! What the question says, and the query does not.
//!
//! Files on their floors, the lowest first:
//! - `asked`: what the question says and the query does not
//! - `negations`: what the question leaves out
//! - `unused`: a word of the question that names a column, of which nothing is made
//! - `untouched`: a table that the question names, and the query does not read
//! - `kept`: what a column's name says that it keeps
//! - `dates`: a year that the question names, and the days that are taken
//! - `mirrored`: the last of a count, taken as the first
//! - `lengths`: lengths of time that are asked for, where none is returned
//! - `nearer`: a column that the question's words name better

pub(in crate::sql::suspicion) mod asked;
pub(in crate::sql::suspicion) mod dates;
pub(in crate::sql::suspicion) mod kept;
pub(in crate::sql::suspicion) mod lengths;
pub(in crate::sql::suspicion) mod mirrored;
pub(in crate::sql::suspicion) mod nearer;
pub(in crate::sql::suspicion) mod negations;
pub(in crate::sql::suspicion) mod untouched;
pub(in crate::sql::suspicion) mod unused;
