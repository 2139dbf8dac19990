//! Rows and columns as the question means them: whose groups, which bounds, what is counted and shown.
//!
//! Files on their floors, the lowest first:
//! - `finer`: groups by the key of rows that nobody asks about
//! - `key_names`: keys that are shown where names are asked for
//! - `emptied`: a table whose rows stand in another
//! - `recent`: "the most recent" by no date
//! - `turned`: "the oldest" and "the newest" from the other end
//! - `there`: NULL in front of the first of an order
//! - `never`: those that have no row of a kind
//! - `none_of`: those that have no row of another table, looked for in it
//! - `twice`: one column shown in the place of two
//! - `either`: alternatives that AND takes apart
//! - `bounds`: numbers that are compared the other way than is asked for
//! - `outer`: what has no row of a kind, asked by an inner join
//! - `patterns`: parts of texts, where they are said to stand
//! - `group_name`: groups by something else than "each" is said of
//! - `each_of`: one number of all, where one of each is asked for
//! - `summed`: numbers that stand where their sum is asked for
//! - `thing`: the largest of its kind, of which only the number is shown
//! - `namesakes`: groups by what things are called
//! - `periods`: one number of all, where so many per month are asked for
//! - `own_price`: what was sold at the price of today
//! - `namesake_shown`: what is called like the thing that is asked for
//! - `own_name`: things that are asked for, shown by their numbers
//! - `inside`: what stands under another row of its table
//! - `late`: what came late, compared the wrong way around
//! - `totalled`: the most in total, by the amount of one row
//! - `once`: things that are counted as often as they have rows

pub(super) mod bounds;
pub(super) mod each_of;
pub(super) mod either;
pub(super) mod emptied;
pub(in crate::sql) mod finer;
pub(in crate::sql) mod group_name;
pub(super) mod inside;
pub(super) mod key_names;
pub(in crate::sql) mod late;
pub(super) mod namesake_shown;
pub(super) mod namesakes;
pub(super) mod never;
pub(super) mod none_of;
pub(super) mod once;
pub(super) mod outer;
pub(super) mod own_name;
pub(super) mod own_price;
pub(super) mod patterns;
pub(super) mod periods;
pub(super) mod recent;
pub(in crate::sql) mod summed;
pub(super) mod there;
pub(super) mod thing;
pub(super) mod totalled;
pub(super) mod turned;
pub(super) mod twice;
