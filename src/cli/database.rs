//! The database that a command reads, as it is named.

use std::io::{Write, stderr};
use std::sync::Arc;

use super::failure::Failure;
use super::line::LiveLine;
use super::settings::Settings;
use crate::db::files::{Copies, Progress};
use crate::db::{Database, ValueIndex, ValueLimits, demo};
use crate::schema::{DatabaseSet, Schema};
use crate::signal::Cancel;
use crate::text::{self, sanitize};

/// Opens a database by its path or address, or several as [`DatabaseSet`] writes them; `demo` is the bundled one, and files with tables in
/// them are read into a copy. Says how it is read, where that is not as SQLite reads it.
pub(super) fn open(database: &str, settings: &Settings) -> Result<Database, Failure> {
    open_watched(database, settings, &Cancel::new())
}

/// As [`open`], which `cancel` ends where files are read.
pub(super) fn open_watched(database: &str, settings: &Settings, cancel: &Cancel) -> Result<Database, Failure> {
    let line = LiveLine::new();
    let opened = open_telling(database, settings, cancel, &mut |progress| line.show(progress_words(&progress), false));
    line.finish();
    let opened = opened?;
    for note in opened.notes() {
        writeln!(stderr(), "note: {}", sanitize(&note))?;
    }
    Ok(opened)
}

/// As [`open`], and says nothing but how far it is.
pub(super) fn open_telling(
    database: &str,
    settings: &Settings,
    cancel: &Cancel,
    progress: &mut dyn FnMut(Progress),
) -> Result<Database, Failure> {
    let single = std::fs::metadata(database).is_ok();
    let set = if single { DatabaseSet::one(database) } else { DatabaseSet::read(database) };
    let copies = Copies::new(settings.paths.copies()).with_first_line(settings.first_line);
    let mut one = |name: &str| match name {
        "demo" => Database::open(demo::path(&settings.paths.cache)?),
        name => Database::open_any(name, &copies, cancel, progress),
    };
    Ok(Database::open_set_with(&set, &mut one)?)
}

/// `reading 45%, 1,234,567 rows`.
pub(super) fn progress_words(progress: &Progress) -> String {
    let share = 100 * progress.done / progress.total.max(1);
    format!("reading {share}%, {}", text::counted(progress.rows, "row", "rows"))
}

/// Tells a person that there is nothing to ask about.
pub(super) fn say_if_empty(schema: &Schema) -> Result<(), Failure> {
    if schema.tables.is_empty() {
        writeln!(stderr(), "there are no tables in this database")?;
    }
    Ok(())
}

/// Says which views and virtual tables cannot be read, and why: a model is not told of them.
pub(super) fn say_what_is_left_out(schema: &Schema) -> Result<(), Failure> {
    for table in &schema.tables {
        if let Some(reason) = &table.unreadable {
            writeln!(stderr(), "{} is left out: {}", sanitize(&table.name), sanitize(reason))?;
        }
    }
    Ok(())
}

/// The database's values, from an earlier run or read now.
pub(super) fn values(settings: &Settings, database: &Database, schema: &Schema, cancel: &Cancel) -> Result<Arc<ValueIndex>, Failure> {
    Ok(Arc::new(ValueIndex::open_or_build(&settings.paths, database, schema, &ValueLimits::default(), cancel)?))
}
