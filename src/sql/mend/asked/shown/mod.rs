//! What is shown of the things that are asked for.
//!
//! Files on their floors, the lowest first:
//! - `key_names`: keys that are shown where names are asked for
//! - `twice`: one column shown in the place of two
//! - `thing`: the largest of its kind, of which only the number is shown
//! - `namesake_shown`: what is called like the thing that is asked for
//! - `own_name`: things that are asked for, shown by their numbers
//! - `and_count`: how many it were, asked for beside what
//! - `who`: who it was, answered by when that was

pub(in crate::sql::mend) mod and_count;
pub(in crate::sql::mend) mod key_names;
pub(in crate::sql::mend) mod namesake_shown;
pub(in crate::sql::mend) mod own_name;
pub(in crate::sql::mend) mod thing;
pub(in crate::sql::mend) mod twice;
pub(in crate::sql::mend) mod who;
