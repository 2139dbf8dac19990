//! Which command does what was typed.

use super::args::{Args, Command};
use super::failure::Failure;
use super::{ask, bench, complete, models, query};

/// Runs a command; the exit code.
pub(super) fn run(args: Args) -> Result<u8, Failure> {
    match args.command {
        Command::Ask(args) => ask::run_ask(&args),
        Command::Query(args) => query::run_query(&args),
        Command::Schema { database } => query::run_schema(&database),
        Command::Complete(args) => complete::run_complete(&args),
        Command::Tokenize { text, model } => complete::run_tokenize(text, model.as_deref()),
        Command::Models(command) => models::run_models(&command),
        Command::Bench(args) => bench::run_bench(&args),
    }
}
