//! A query as a follow-up finds it, and the same query changed: what the words do not change is kept. On the syntax tree.
//!
//! Files on their floors, the lowest first:
//! - `outline`: what a query shows, demands, groups, sorts
//! - `edit`: changes to it
//! - `qualify`: every column with its table before it, so that another table may come in
//! - `lost`: what a follow-up's query left out of the one before

mod edit;
mod lost;
mod outline;
mod qualify;
#[cfg(test)]
mod tests;

pub use edit::{Edit, apply};
pub use lost::{Lost, lost};
pub use outline::{Condition, Outline, Place, Seat, Sorting, Term, Test};
pub use qualify::qualified;
