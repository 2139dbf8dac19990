//! Points in time, in the form in which a column keeps them.
//!
//! Files on their floors, the lowest first:
//! - `date_column`: a column of dates for one that keeps none
//! - `named_column`: the moments that the question names
//! - `part_of_year`: half-years and quarters
//! - `period`: a year that is asked for alone, and taken with all that follows
//! - `reckoned`: moments that a model reckoned as numbers
//! - `bare_year`: a year compared with dates written as text
//! - `age`: ages that are asked of years of birth
//! - `distinct`: days of which each is counted once
//! - `grouped`: the part of a moment that rows are grouped by
//! - `times`: numbers that stand for points in time, where a date is asked for
//! - `time_of_day`: times of day that stand on some day
//! - `current`: what is so today, among rows that say from when to when they were
//! - `absent`: moments that there are not
//! - `still_open`: what is still open, asked by what has begun
//! - `named_days`: months and days of the week by their names, in their order
//! - `named_periods`: months, quarters and fiscal years in a form of their own
//! - `digit_clocks`: times of day kept as digits alone
//! - `wall_time`: hours of moments that are written with their offset

pub(super) mod absent;
pub(super) mod age;
pub(super) mod bare_year;
pub(super) mod current;
pub(super) mod date_column;
pub(super) mod digit_clocks;
pub(super) mod distinct;
pub(super) mod grouped;
pub(super) mod named_column;
pub(super) mod named_days;
pub(super) mod named_periods;
pub(super) mod part_of_year;
pub(super) mod period;
pub(super) mod reckoned;
pub(super) mod still_open;
pub(super) mod time_of_day;
pub(in crate::sql) mod times;
pub(super) mod wall_time;
