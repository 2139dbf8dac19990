//! `query`: SQL that a person wrote.

use std::io::{Write, stderr};
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use serde_json::Map;

use super::beside::BesideArgs;
use super::database::open_watched;
use super::failure::Failure;
use super::input::parse_text;
use super::interrupt;
use super::line::LiveLine;
use super::output::{Out, OutputArgs, ResultSink};
use super::parameters::{bindings, parse_parameter};
use super::script::Script;
use super::settings::Settings;
use crate::ask::name_hint;
use crate::db::{Cell, Database, Layout, Limits, Parameters};
use crate::jobs::ExportFormat;
use crate::jobs::export::Export;
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::{ReadOnlySql, guard};
use crate::text::{self, sanitize};

/// Arguments of `query`.
#[derive(Debug, ClapArgs)]
pub struct QueryArgs {
    /// A SQLite file, or `demo`, or files with tables: CSV, TSV, JSON, Parquet, with `+` between several
    pub database: String,
    /// Statements that only read, one result after the other; `-`, or nothing where they are piped in, reads them from stdin
    #[arg(allow_hyphen_values = true, value_parser = parse_text)] // it may begin with a comment
    pub sql: Option<String>,
    /// What is opened beside it
    #[command(flatten)]
    pub beside: BesideArgs,
    /// Read the statements from a file
    #[arg(short, long, value_name = "FILE.sql", conflicts_with = "sql")]
    pub file: Option<PathBuf>,
    /// The value of a parameter: `:NAME`, `@NAME`, `$NAME`, or `?1` by its number; may be given several times
    ///
    /// 12 is an integer, 1.5 and 1e3 are reals, NULL is NULL, x'0aff' is a BLOB and 'text' is text (with '' for a quote in it). Everything
    /// else is text as it stands: so are numbers that would not come back as they were typed, such as 007.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parse_parameter)]
    pub parameters: Vec<(String, Cell)>,
    /// Write the rows of one statement into a new file, whole or not at all; its name's ending is the format
    ///
    /// csv, tsv, json, ndjson, md, sql, parquet, sqlite (or db: a new database with one table, `result`). csv to sql are as --format has
    /// them. In parquet a column has one type: where values of several are in one it is text, with BLOBs in hexadecimal; integers beside
    /// reals are reals, where that is exact. sqlite loses nothing. A file that is there is not replaced.
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["format", "dates"])]
    pub out: Option<PathBuf>,
    /// How their rows are written
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Runs SQL that a person wrote.
pub(super) fn run_query(args: &QueryArgs, settings: &Settings) -> Result<u8, Failure> {
    let settings = &settings.with_files(&args.beside);
    let script = Script::read(args.sql.as_deref(), args.file.as_deref())?;
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
        written.map_err(|failure| script.name_statement(at, run.hinted(sql, failure)))
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

    /// `failure` with what the schema has to say about the name that SQLite does not know.
    fn hinted(&self, sql: &ReadOnlySql, failure: Failure) -> Failure {
        let is_named = failure.message.starts_with("no such ") || failure.message.ends_with(": syntax error");
        let schema = is_named.then(|| self.database.schema_outline(self.cancel).ok()).flatten();
        let hint = schema.and_then(|schema| name_hint(sql.as_str(), &failure.message, &schema));
        Failure { hint: hint.or(failure.hint), ..failure }
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
