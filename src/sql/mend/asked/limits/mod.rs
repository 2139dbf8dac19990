//! Which rows come first, and which bounds they stand in.
//!
//! Files on their floors, the lowest first:
//! - `recent`: "the most recent" by no date
//! - `most_by_date`: the most often, answered by the last
//! - `turned`: "the oldest" and "the newest" from the other end
//! - `there`: NULL in front of the first of an order
//! - `either`: alternatives that AND takes apart
//! - `bounds`: numbers that are compared the other way than is asked for
//! - `patterns`: parts of texts, where they are said to stand
//! - `late`: what came late, compared the wrong way around

pub(in crate::sql::mend) mod bounds;
pub(in crate::sql::mend) mod either;
pub(in crate::sql) mod late;
pub(in crate::sql::mend) mod most_by_date;
pub(in crate::sql::mend) mod patterns;
pub(in crate::sql::mend) mod recent;
pub(in crate::sql::mend) mod there;
pub(in crate::sql::mend) mod turned;
