//! What the query gives, against what is wanted.
//!
//! Files on their floors, the lowest first:
//! - `taken`: what the query takes and nobody asked for
//! - `summed`: sums that nobody asked for
//! - `each`: what rows are grouped by, against what "each" is said of
//! - `counted`: what is counted and computed, against what is asked for
//! - `unasked`: what the query does and nobody asked for
//! - `shown`: what is shown, against what is asked for

pub(in crate::sql::suspicion) mod counted;
pub(in crate::sql::suspicion) mod each;
pub(in crate::sql::suspicion) mod shown;
pub(in crate::sql::suspicion) mod summed;
pub(in crate::sql::suspicion) mod taken;
pub(in crate::sql::suspicion) mod unasked;
