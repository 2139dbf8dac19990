//! What columns hold, against what the query takes them for.
//!
//! Files on their floors, the lowest first:
//! - `computed`: what is computed from columns, against what they stand for
//! - `scale`: numbers with their units, far from all that a column holds
//! - `currency`: money of another currency than is spoken of, and amounts of several
//! - `signs`: amounts below and above 0
//! - `shapes`: the forms of texts, and texts that their letters do not order
//! - `stored`: what columns hold, against what they are taken for

pub(in crate::sql::suspicion) mod computed;
pub(in crate::sql::suspicion) mod currency;
pub(in crate::sql::suspicion) mod scale;
pub(in crate::sql::suspicion) mod shapes;
pub(in crate::sql::suspicion) mod signs;
pub(in crate::sql::suspicion) mod stored;
