//! `data`: training data, from any of the known shapes to any other.
//!
//! - [`args`]: what can be typed
//! - `published`: what SQL-LLaMA's sets look like
//! - `check`, `stats`, `make`, `build`, `transform`: what is done

pub mod args;
mod build;
mod check;
mod make;
mod published;
mod stats;
mod transform;

use std::io::{Write, stderr};
use std::path::Path;

use super::failure::Failure;
use super::settings::Settings;
use crate::dataset::{Examples, ReadOptions};
use crate::signal::Cancel;
use args::{DataCommand, SourceArgs};

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

/// Opens a file of examples and says what its rows are.
fn open(args: &SourceArgs, cancel: &Cancel) -> Result<Examples, Failure> {
    let options = ReadOptions { format: args.format.map(Into::into), columns: args.columns.clone(), databases: args.databases.clone() };
    let examples = Examples::open(&args.file, &options, cancel)?;
    writeln!(stderr(), "{}: {}", args.file.display(), examples.format().title())?;
    Ok(examples)
}

/// Says how many rows are not for learning: those in lists called `test` and the like.
fn say_left_out(examples: &Examples) -> Result<(), Failure> {
    for (part, rows) in examples.left_out() {
        let rows = crate::text::counted(*rows as u64, "row", "rows");
        writeln!(stderr(), "left out: {rows} of `{part}`, which are there to judge by")?;
    }
    Ok(())
}

/// Nothing is written over.
pub(super) fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.exists() { Err(Failure::new(2, format!("{} is there already", path.display()))) } else { Ok(()) }
}
