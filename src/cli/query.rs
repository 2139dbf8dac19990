//! `query`: SQL that a person wrote.

use std::io::Write;
use std::path::PathBuf;

use clap::Args as ClapArgs;
use serde_json::Map;

use super::database::{BesideArgs, open_watched};
use super::failure::Failure;
use super::interrupt;
use super::output::{Out, OutputArgs, ResultSink};
use super::parameters::{bindings, parse_parameter};
use super::script::Script;
use super::settings::Settings;
use crate::db::{Cell, Database, Limits, Parameters};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::{ReadOnlySql, guard};

/// Arguments of `query`.
#[derive(Debug, ClapArgs)]
pub struct QueryArgs {
    /// A SQLite file, or `demo`, or files with tables: CSV, TSV, JSON, Parquet, with `+` between several
    pub database: String,
    /// Statements that only read, one result after the other; `-` reads them from stdin
    #[arg(allow_hyphen_values = true, required_unless_present = "file")] // it may begin with a comment
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
    /// How their rows are written
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Runs SQL that a person wrote.
pub(super) fn run_query(args: &QueryArgs, settings: &Settings) -> Result<u8, Failure> {
    let script = Script::read(args.sql.as_deref(), args.file.as_deref())?;
    let parameters = bindings(&args.parameters, &script.text)?;
    let cancel = interrupt::watch();
    let database = open_watched(&args.beside.set(&args.database)?.to_string(), settings, &cancel)?;
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
