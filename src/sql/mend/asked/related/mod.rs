//! Rows by what other rows say of them.
//!
//! Files on their floors, the lowest first:
//! - `emptied`: a table whose rows stand in another
//! - `never`: those that have no row of a kind
//! - `none_of`: those that have no row of another table, looked for in it
//! - `outer`: what has no row of a kind, asked by an inner join
//! - `inside`: what stands under another row of its table

pub(in crate::sql::mend) mod emptied;
pub(in crate::sql::mend) mod inside;
pub(in crate::sql::mend) mod never;
pub(in crate::sql::mend) mod none_of;
pub(in crate::sql::mend) mod outer;
