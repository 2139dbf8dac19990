//! `data import`, `data subset`, `data export`: rows in, rows out.

use std::io::{Write, stderr, stdout};
use std::path::Path;

use super::super::failure::Failure;
use super::super::interrupt;
use super::super::settings::Settings;
use super::args::{ExportArgs, ImportArgs, PyinstructionsArgs, SubsetArgs};
use super::rows::{open, refuse_existing, say_left_out};
use crate::dataset::{DatasetError, Example, ExampleWriter, Examples, Format, pyinstructions, subset, variety};
use crate::store::adapters::is_name;
use crate::text;

/// Stores a data set of any shape.
pub(super) fn import(args: &ImportArgs, settings: &Settings) -> Result<u8, Failure> {
    let own = args.source.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = args.name.clone().unwrap_or(own);
    if !is_name(&name) {
        return Err(Failure::new(2, format!("`{name}` cannot be a data set's name; give one with --name")));
    }
    let folder = settings.paths.datasets();
    let path = folder.join(format!("{name}.jsonl"));
    refuse_existing(&path)?;
    let examples = open(&args.source, &interrupt::watch())?;
    std::fs::create_dir_all(&folder)?;
    // Rows of questions get their schema with them, so that the databases need not be there later.
    let format = match examples.format() {
        Format::Messages | Format::ShareGpt | Format::Preference => Format::Messages,
        Format::PromptCompletion => Format::PromptCompletion,
        _ => Format::QuestionContextAnswer,
    };
    copy(examples, format, &path, |rows| rows)
}

/// Draws rows.
pub(super) fn subset(args: &SubsetArgs) -> Result<u8, Failure> {
    if !args.power.is_finite() || args.power < 0.0 {
        return Err(Failure::new(2, format!("--power {} is not a number of 0 or more", args.power)));
    }
    refuse_existing(&args.out)?;
    let examples = open(&args.source, &interrupt::watch())?;
    let format = examples.format();
    copy(examples, format, &args.out, |rows| match args.variety {
        true => variety::choose(rows, args.count),
        false => subset::draw(rows, args.count, args.power, args.seed),
    })
}

/// Writes another shape.
pub(super) fn export(args: &ExportArgs) -> Result<u8, Failure> {
    refuse_existing(&args.out)?;
    let examples = open(&args.source, &interrupt::watch())?;
    copy(examples, args.to.into(), &args.out, |rows| rows)
}

/// Writes the seed's form.
pub(super) fn pyinstructions(args: &PyinstructionsArgs) -> Result<u8, Failure> {
    refuse_existing(&args.out)?;
    let examples = open(&args.source, &interrupt::watch())?;
    let rows = read(examples)?;
    let written = pyinstructions::write(&args.out, &rows)?;
    writeln!(stderr(), "wrote {}", text::counted(written as u64, "row", "rows"))?;
    writeln!(stdout(), "{}", args.out.display())?;
    Ok(0)
}

/// Writes what `choose` leaves of the rows that can be read.
fn copy(examples: Examples, format: Format, path: &Path, choose: impl FnOnce(Vec<Example>) -> Vec<Example>) -> Result<u8, Failure> {
    let rows = read(examples)?;
    let mut writer = ExampleWriter::create(path, format)?;
    for row in choose(rows) {
        writer.write(&row)?;
    }
    let written = writer.finish()?;
    writeln!(stderr(), "wrote {}", text::counted(written as u64, "row", "rows"))?;
    writeln!(stdout(), "{}", path.display())?;
    Ok(0)
}

/// The rows that can be read; of the others is told how many, and why.
fn read(mut examples: Examples) -> Result<Vec<Example>, Failure> {
    let (mut rows, mut unreadable) = (Vec::new(), 0u64);
    for example in examples.by_ref() {
        match example {
            Ok(example) => rows.push(example),
            Err(error @ DatasetError::Row { .. }) => {
                unreadable += 1;
                if unreadable <= 3 {
                    writeln!(stderr(), "left out: {}", text::sanitize(&error.to_string()))?;
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    if unreadable > 3 {
        writeln!(stderr(), "left out: {} more", text::counted(unreadable - 3, "row", "rows"))?;
    }
    say_left_out(&examples)?;
    Ok(rows)
}
