//! The project's own data: examples about made-up databases, from sources that people read (`data/project`).
//!
//! Worlds (a clinic, a library) become schemas by chance: some of the world's tables and columns, under names and in forms that files have.
//! Rows are made from seeds. A grammar makes questions with their queries; each query is run, each of its conditions has to matter, and the
//! question has to say all that the query does.
//!
//! Files on their floors, the lowest first:
//! - [`value`]: values of rows
//! - [`calendar`]: days in all forms
//! - [`source`]: worlds and pools of names, read
//! - `naming`: what tables and columns are called
//! - [`schema`]: made-up databases
//! - `columns`: their columns
//! - `plan`: the schemas of a world
//! - `rows`: their rows
//! - [`ddl`]: both as statements
//! - `said`: values as people write them
//! - `query`: statements in the making
//! - `views`: views of such statements
//! - [`draft`]: a question with its query, and the desk where it is written
//! - `verify`: whether a question says all that its query does
//! - `told`: how a condition is said
//! - `spoken`: values that a question speaks of
//! - `moments`: conditions on years and days
//! - `condition`: conditions in SQL and in words
//! - `wording`: sentences
//! - `relation`: what keys tie together
//! - `plain`, `ordered`, `grouped`: questions about one table
//! - `joined`, `nested`, `sets`, `windows`: about several, and of several steps
//! - `shapes`: all kinds of questions
//! - [`judge`]: whether a draft is worth learning from
//! - [`mod@build`]: the whole set

pub mod build;
pub mod calendar;
mod columns;
mod condition;
pub mod ddl;
pub mod draft;
mod grouped;
mod joined;
pub mod judge;
mod moments;
mod naming;
mod nested;
mod ordered;
mod plain;
mod plan;
mod query;
mod relation;
mod rows;
mod said;
pub mod schema;
mod sets;
mod shapes;
pub mod source;
mod spoken;
mod told;
pub mod value;
mod verify;
mod views;
mod windows;
mod wording;

#[cfg(test)]
mod tests;

pub use build::{BuildEvent, BuildOptions, Built, ProjectError, Sources, build};
