//! Examples made from a database: queries of many shapes over its real names and values, and a question for each.
//!
//! Files on their floors, the lowest first:
//! - `words`: names as words
//! - `draft`: a question with its query; [`Shape`] says what the query does
//! - `facts`: what columns are for, and their values
//! - `phrase`: conditions in SQL and in words
//! - `single`: queries on one table
//! - `joined`: queries on two and three tables
//! - [`mod@make`]: drafts until there are enough, each run and judged
//! - [`mod@rephrase`]: questions in a model's words, kept where they still mean the same
//! - [`mod@project`]: the project's own data, from made-up databases

mod draft;
mod facts;
mod joined;
pub mod make;
mod phrase;
pub mod project;
pub mod rephrase;
mod single;
mod words;

pub use draft::{Draft, Shape};
pub use make::{Made, MakeEvent, MakeOptions, make};
pub use rephrase::rephrase;

#[cfg(test)]
mod tests;
