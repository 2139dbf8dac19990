//! `query` and `schema`, and what every command that reads a database shares.

use std::io::{Write, stderr, stdout};
use std::sync::Arc;

use serde_json::Map;

use super::args::{BesideArgs, QueryArgs, SchemaArgs};
use super::failure::Failure;
use super::interrupt;
use super::output::{Out, ResultSink};
use super::parameters::bindings;
use super::script::Script;
use super::settings::Settings;
use crate::db::{Database, Limits, Parameters, ValueIndex, ValueLimits, demo};
use crate::prompt::{SCHEMA_BYTES, schema_text, schema_text_for, value_lines};
use crate::schema::{DatabaseSet, Schema};
use crate::signal::Cancel;
use crate::sql::{ReadOnlySql, guard};
use crate::text::sanitize;

/// Runs SQL that a person wrote.
pub(super) fn run_query(args: &QueryArgs, settings: &Settings) -> Result<u8, Failure> {
    let script = Script::read(args)?;
    let parameters = bindings(&args.parameters, &script.text)?;
    let cancel = interrupt::watch();
    let database = open_with(&args.database, &args.beside, settings)?;
    // Looking at values to find out what they count takes a while: only where it is asked for.
    let schema = args.output.shows_dates().then(|| database.schema(&cancel)).transpose()?;
    let mut out = Out::stdout();
    let run = Run { args, settings, database: &database, schema: schema.as_ref(), parameters: &parameters, cancel: &cancel };
    // Where one of them would do more than read, none runs.
    let checked = script.statements().enumerate().map(|(at, sql)| guard::check(sql).map_err(|e| script.name_statement(at, e.into())));
    let checked: Vec<ReadOnlySql> = checked.collect::<Result<_, Failure>>()?;
    let done = checked.iter().enumerate().try_for_each(|(at, sql)| {
        let written = run.statement(sql, at > 0, &mut out);
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
    fn statement(&self, sql: &ReadOnlySql, follows: bool, out: &mut Out) -> Result<(), Failure> {
        let output = &self.args.output;
        let limit = self.settings.row_limit(output.max_rows, out.is_terminal());
        let limits: Limits = limit.apply(self.settings.limits(None, output.timeout));
        let layout = output.layout();
        let mut sink = ResultSink::new(&layout, out).following(follows);
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
}

/// Prints the schema as a prompt carries it; with a question, what of it that question gets, and the values it mentions.
pub(super) fn run_schema(args: &SchemaArgs, settings: &Settings) -> Result<u8, Failure> {
    let cancel = interrupt::watch();
    let database = open_with(&args.database, &args.beside, settings)?;
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

/// Opens a database by its path or address, or several as [`DatabaseSet`] writes them; `demo` is the bundled one. Says how they are read,
/// where that is not as SQLite reads them.
pub(super) fn open(database: &str, settings: &Settings) -> Result<Database, Failure> {
    let single = std::fs::metadata(database).is_ok();
    open_set(if single { DatabaseSet::one(database) } else { DatabaseSet::read(database) }, settings)
}

/// Opens what is typed on the command line.
pub(super) fn open_with(database: &str, beside: &BesideArgs, settings: &Settings) -> Result<Database, Failure> {
    open_set(beside.set(database)?, settings)
}

fn open_set(mut set: DatabaseSet, settings: &Settings) -> Result<Database, Failure> {
    let files = std::iter::once(&mut set.main).chain(set.beside.iter_mut().map(|file| &mut file.file));
    for file in files.filter(|file| *file == "demo") {
        let path = demo::path(&settings.paths.cache)?.into_os_string();
        *file = path.into_string().map_err(|path| Failure::new(2, format!("`{}` is not text", path.display())))?;
    }
    let opened = Database::open_set(&set)?;
    for note in opened.notes() {
        writeln!(stderr(), "note: {note}")?;
    }
    Ok(opened)
}
