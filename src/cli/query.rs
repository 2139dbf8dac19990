//! `query` and `schema`, and what every command that reads a database shares.

use std::io::{Write, stderr, stdout};
use std::path::Path;
use std::sync::Arc;

use serde_json::Map;

use super::args::{QueryArgs, SchemaArgs};
use super::failure::Failure;
use super::interrupt;
use super::line::LiveLine;
use super::output::{Out, ResultSink};
use super::parameters::bindings;
use super::script::Script;
use super::settings::Settings;
use crate::db::files::{Copies, Progress};
use crate::db::{Database, Layout, Limits, Parameters, ValueIndex, ValueLimits, demo};
use crate::jobs::ExportFormat;
use crate::jobs::export::Export;
use crate::prompt::{SCHEMA_BYTES, schema_text, schema_text_for, value_lines};
use crate::schema::{DatabaseSet, Schema};
use crate::signal::Cancel;
use crate::sql::{ReadOnlySql, guard};
use crate::text::{self, sanitize};

/// Runs SQL that a person wrote.
pub(super) fn run_query(args: &QueryArgs, settings: &Settings) -> Result<u8, Failure> {
    let settings = &settings.with_files(&args.beside);
    let script = Script::read(args)?;
    let parameters = bindings(&args.parameters, &script.text)?;
    let file = args.out.as_deref().map(|path| NewFile::new(path, &script)).transpose()?;
    let cancel = if file.is_some() { interrupt::watch_termination() } else { interrupt::watch() };
    let database = open_watched(&args.beside.set(&args.database)?.to_string(), settings, &cancel)?;
    // Looking at values to find out what they count takes a while: only where it is asked for.
    let schema = args.output.shows_dates().then(|| database.schema(&cancel)).transpose()?;
    let mut out = Out::stdout();
    let run = Run { args, settings, database: &database, schema: schema.as_ref(), parameters: &parameters, cancel: &cancel };
    // Where one of them would do more than read, none runs.
    let checked = script.statements().enumerate().map(|(at, sql)| guard::check(sql).map_err(|e| script.name_statement(at, e.into())));
    let checked: Vec<ReadOnlySql> = checked.collect::<Result<_, Failure>>()?;
    let done = checked.iter().enumerate().try_for_each(|(at, sql)| {
        let written = match &file {
            Some(file) => run.write_to(sql, file),
            None => run.statement(sql, at, &mut out),
        };
        written.map_err(|failure| script.name_statement(at, failure))
    });
    let finished = out.finish();
    done?;
    finished?;
    Ok(0)
}

/// What the statements of one call share.
struct Run<'a> {
    args: &'a QueryArgs,
    settings: &'a Settings,
    database: &'a Database,
    /// Where columns are looked at for what they count.
    schema: Option<&'a Schema>,
    parameters: &'a Parameters,
    cancel: &'a Cancel,
}

impl Run<'_> {
    fn statement(&self, sql: &ReadOnlySql, at: usize, out: &mut Out) -> Result<(), Failure> {
        let output = &self.args.output;
        let limit = self.settings.row_limit(output.max_rows, out.is_terminal());
        let limits: Limits = limit.apply(self.settings.limits(None, output.timeout));
        let mut layout = output.layout();
        if at > 0 {
            // Tables of one file have names of their own.
            layout.table = Some(format!("{}_{}", layout.table.as_deref().unwrap_or(Layout::TABLE), at + 1));
        }
        let mut sink = ResultSink::new(&layout, out).following(at > 0);
        if let Some(schema) = self.schema {
            sink = sink.with_dates(sql.as_str(), schema);
        }
        let done = self.database.stream(sql, self.parameters, &limits, self.cancel, &mut sink)?;
        sink.end(done.truncated, Map::new())?;
        if done.truncated {
            out.flush()?;
            limit.say_cut(done.rows)?;
        }
        Ok(())
    }

    fn write_to(&self, sql: &ReadOnlySql, file: &NewFile<'_>) -> Result<(), Failure> {
        let output = &self.args.output;
        let limit = self.settings.row_limit(output.max_rows, false);
        let limits: Limits = limit.apply(self.settings.limits(None, output.timeout));
        let line = LiveLine::new();
        let mut told = |rows: usize| line.show(text::counted(rows as u64, "row", "rows"), false);
        let layout = output.layout();
        let written =
            self.database.spool_with(sql, self.parameters, &limits, self.cancel, &mut told).map_err(Failure::from).and_then(|spool| {
                let export = Export { spool: &spool, order: None, format: file.format, layout: &layout };
                let rows =
                    export.write(file.path, self.cancel, &mut told).map_err(|f| Failure { hint: f.hint, ..Failure::new(1, f.message) })?;
                Ok((rows.ok_or_else(Failure::interrupted)?, spool.is_truncated()))
            });
        line.finish();
        let (rows, cut) = written?;
        writeln!(stderr(), "{} in {}", text::counted(rows as u64, "row", "rows"), sanitize(&file.path.display().to_string()))?;
        if cut {
            limit.say_cut(rows)?;
        }
        Ok(())
    }
}

/// A file that is to be written.
struct NewFile<'a> {
    path: &'a Path,
    format: ExportFormat,
}

impl<'a> NewFile<'a> {
    fn new(path: &'a Path, script: &Script) -> Result<Self, Failure> {
        let failure = |message: String, hint: &str| Failure { hint: Some(hint.into()), ..Failure::new(2, message) };
        let count = script.statements().count();
        if count > 1 {
            return Err(failure(format!("a file takes the rows of one statement, and these are {count}"), "run them one by one"));
        }
        match ExportFormat::of_path(path) {
            Some(format) => Ok(Self { path, format }),
            None => {
                let endings: Vec<&str> = ExportFormat::ALL.into_iter().map(ExportFormat::extension).collect();
                let hint = format!("end it in one of: {}", endings.join(", "));
                Err(failure(format!("the ending of `{}` names no format", sanitize(&path.display().to_string())), &hint))
            }
        }
    }
}

/// Prints the schema as a prompt carries it; with a question, what of it that question gets, and the values it mentions.
pub(super) fn run_schema(args: &SchemaArgs, settings: &Settings) -> Result<u8, Failure> {
    let settings = &settings.with_files(&args.beside);
    let cancel = interrupt::watch();
    let database = open_watched(&args.beside.set(&args.database)?.to_string(), settings, &cancel)?;
    let schema = database.schema(&cancel)?;
    say_if_empty(&schema)?;
    for note in database.profile_notes(&schema, &cancel) {
        writeln!(stderr(), "{}", sanitize(&note))?;
    }
    let Some(question) = args.question.as_deref() else {
        write!(stdout(), "{}", schema_text(&schema, SCHEMA_BYTES))?;
        return Ok(0);
    };
    let index = values(settings, &database, &schema, &cancel)?;
    let hits = index.find(question);
    write!(stdout(), "{}{}", schema_text_for(&schema, SCHEMA_BYTES, question, &hits), value_lines(&hits))?;
    Ok(0)
}

/// The database's values, from an earlier run or read now.
pub(super) fn values(settings: &Settings, database: &Database, schema: &Schema, cancel: &Cancel) -> Result<Arc<ValueIndex>, Failure> {
    Ok(Arc::new(ValueIndex::open_or_build(&settings.paths, database, schema, &ValueLimits::default(), cancel)?))
}

/// Tells a person that there is nothing to ask about.
pub(super) fn say_if_empty(schema: &Schema) -> Result<(), Failure> {
    if schema.tables.is_empty() {
        writeln!(stderr(), "there are no tables in this database")?;
    }
    Ok(())
}

/// Opens a database by its path or address, or several as [`DatabaseSet`] writes them; `demo` is the bundled one, and files with tables in them are read into a copy. Says how it is
/// read, where that is not as SQLite reads it.
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
