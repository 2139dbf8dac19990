//! Rows of a data set: read, told of, and never written over.

use std::io::{Write, stderr};
use std::path::Path;

use super::super::failure::Failure;
use super::args::SourceArgs;
use crate::dataset::{Examples, ReadOptions};
use crate::signal::Cancel;
use crate::text;

/// Opens a file of examples and says what its rows are.
pub(super) fn open(args: &SourceArgs, cancel: &Cancel) -> Result<Examples, Failure> {
    let options = ReadOptions { format: args.format.map(Into::into), columns: args.columns.clone(), databases: args.databases.clone() };
    let examples = Examples::open(&args.file, &options, cancel)?;
    writeln!(stderr(), "{}: {}", args.file.display(), examples.format().title())?;
    Ok(examples)
}

/// Says how many rows are not for learning: those in lists called `test` and the like.
pub(super) fn say_left_out(examples: &Examples) -> Result<(), Failure> {
    for (part, rows) in examples.left_out() {
        let rows = text::counted(*rows as u64, "row", "rows");
        writeln!(stderr(), "left out: {rows} of `{part}`, which are there to judge by")?;
    }
    Ok(())
}

/// Nothing is written over.
pub(in crate::cli) fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.exists() { Err(Failure::new(2, format!("{} is there already", path.display()))) } else { Ok(()) }
}
