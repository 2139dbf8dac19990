//! Lengths of time and amounts, in the unit of their column and in the one that is asked for.
//!
//! Files on their floors, the lowest first:
//! - `spans`: lengths of time in the unit of a column
//! - `returned`: what a statement returns as columns keep it
//! - `units`: units of measures, and what turns one into another
//! - `measures`: money kept in cents, and other measures in another unit than is asked for
//! - `shares`: shares kept as parts of one, or of a hundred
//! - `ratio`: whole numbers that are divided for a share
//! - `parts`: a whole that two columns keep the parts of
//! - `extremes`: the longest and shortest of their kind, by the ends of all
//! - `reach`: how long something is, answered by where it ends
//! - `differences`: one moment less another, in the unit of what it is compared with
//! - `asked_unit`: lengths of time in the unit that is asked for
//! - `clocks`: lengths of time kept as text

pub(super) mod asked_unit;
pub(super) mod clocks;
pub(super) mod differences;
pub(super) mod extremes;
pub(super) mod measures;
pub(super) mod parts;
pub(super) mod ratio;
pub(super) mod reach;
mod returned;
pub(super) mod shares;
pub(super) mod spans;
mod units;
