//! Groups, counts and sums as the question means them.
//!
//! Files on their floors, the lowest first:
//! - `finer`: groups by the key of rows that nobody asks about
//! - `group_name`: groups by something else than "each" is said of
//! - `each_of`: one number of all, where one of each is asked for
//! - `summed`: numbers that stand where their sum is asked for
//! - `uncounted`: groups of which nothing is counted, where it is asked how many they are
//! - `children`: rows of another table that refer to each, where its own are counted
//! - `namesakes`: groups by what things are called
//! - `periods`: one number of all, where so many per month are asked for
//! - `own_price`: what was sold at the price of today
//! - `totalled`: the most in total, by the amount of one row
//! - `once`: things that are counted as often as they have rows

pub(in crate::sql::mend) mod children;
pub(in crate::sql::mend) mod each_of;
pub(in crate::sql) mod finer;
pub(in crate::sql) mod group_name;
pub(in crate::sql::mend) mod namesakes;
pub(in crate::sql::mend) mod once;
pub(in crate::sql::mend) mod own_price;
pub(in crate::sql::mend) mod periods;
pub(in crate::sql) mod summed;
pub(in crate::sql::mend) mod totalled;
pub(in crate::sql::mend) mod uncounted;
