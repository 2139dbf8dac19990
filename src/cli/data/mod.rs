//! `data`: training data, from any of the known shapes to any other.
//!
//! Files on their floors, the lowest first:
//! - [`args`]: what can be typed
//! - `rows`: read, told of, and never written over
//! - `check`: which rows can be learned from
//! - `make`: examples from a database's own rows
//! - `build`: the project's own data set, from its sources
//! - `published`: what SQL-LLaMA's sets look like
//! - `stats`: how many rows, how long, how hard
//! - `transform`: rows in, rows out

pub mod args;
mod build;
mod check;
mod make;
mod published;
pub(super) mod rows;
mod stats;
mod transform;

use super::failure::Failure;
use super::settings::Settings;
use args::DataCommand;

/// Runs a subcommand of `data`.
pub(super) fn run_data(command: &DataCommand, settings: &Settings) -> Result<u8, Failure> {
    match command {
        DataCommand::Import(args) => transform::import(args, settings),
        DataCommand::Check(args) => check::run_check(args, settings),
        DataCommand::Stats(args) => stats::run_stats(args),
        DataCommand::Subset(args) => transform::subset(args),
        DataCommand::Make(args) => make::run_make(args, settings),
        DataCommand::Build(args) => build::run_build(args),
        DataCommand::Export(args) => transform::export(args),
        DataCommand::Pyinstructions(args) => transform::pyinstructions(args),
    }
}
