//! The rows of one query, written as they come.

use std::io::{self, Write};
use std::ops::ControlFlow;

use serde_json::{Map, Value};

use crate::cli::dates::{DateColumns, units_json, units_of};
use crate::db::export::{Format, RowFormat, RowWriter};
use crate::db::{Cell, ColumnInfo, Layout, RowSink, Table, TableWriter};
use crate::schema::{Schema, Times};

/// Writes one result.
pub(in crate::cli) struct ResultSink<'a> {
    layout: &'a Layout,
    /// Entries of a JSON object before its rows; `None` for the usual ones.
    head: Option<Map<String, Value>>,
    /// The statement, and the schema that tells what its columns count.
    dates: Option<(&'a str, &'a Schema)>,
    /// A result stands before this one.
    follows: bool,
    /// Until the result begins.
    out: Option<&'a mut dyn Write>,
    writer: Option<TableWriter<&'a mut dyn Write>>,
    units: Vec<Option<Times>>,
    dated: Option<DateColumns>,
    failure: Option<io::Error>,
}

impl<'a> ResultSink<'a> {
    /// Writes to `out`.
    pub(in crate::cli) fn new(layout: &'a Layout, out: &'a mut dyn Write) -> Self {
        Self {
            layout,
            head: None,
            dates: None,
            follows: false,
            out: Some(out),
            writer: None,
            units: Vec::new(),
            dated: None,
            failure: None,
        }
    }

    /// With entries of its own in a JSON object.
    pub(in crate::cli) fn with_head(self, head: Map<String, Value>) -> Self {
        Self { head: Some(head), ..self }
    }

    /// With dates beside what counts time in the result of `sql`.
    pub(in crate::cli) fn with_dates(self, sql: &'a str, schema: &'a Schema) -> Self {
        Self { dates: Some((sql, schema)), ..self }
    }

    /// Set apart from the result before it, where a reader needs that.
    pub(in crate::cli) fn following(self, follows: bool) -> Self {
        Self { follows, ..self }
    }

    /// Takes a result that is here.
    pub(in crate::cli) fn take(&mut self, table: &Table) {
        if self.begin(&table.columns).is_continue() {
            let _ = table.rows.iter().try_for_each(|row| self.row(row));
        }
    }

    /// Ends the result; a JSON object also gets the entries of `tail`.
    pub(in crate::cli) fn end(mut self, truncated: bool, mut tail: Map<String, Value>) -> io::Result<()> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        if self.dates.is_some() {
            tail.insert("units".into(), units_json(&self.units));
        }
        self.writer.take().map_or(Ok(()), |writer| writer.end_with(truncated, &tail))
    }

    fn start(&mut self, columns: &[ColumnInfo]) -> io::Result<()> {
        let Some(out) = self.out.take() else { return Ok(()) };
        let is_read = matches!(self.layout.format, Format::Table | Format::Rows(RowFormat::Markdown));
        if self.follows && is_read {
            out.write_all(b"\n")?;
        }
        if let Some((sql, schema)) = self.dates {
            self.units = units_of(sql, schema, columns.len());
            if is_read {
                self.dated = Some(DateColumns::new(columns, &self.units)?);
            }
        }
        let columns = self.dated.as_ref().map_or(columns, DateColumns::columns);
        self.writer = Some(match &self.head {
            Some(head) => RowWriter::begin_json(head, out)?.into(),
            None => TableWriter::begin(self.layout, columns, out)?,
        });
        Ok(())
    }

    fn keep(&mut self, done: io::Result<()>) -> ControlFlow<()> {
        match done {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failure = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}

impl RowSink for ResultSink<'_> {
    fn begin(&mut self, columns: &[ColumnInfo]) -> ControlFlow<()> {
        let done = self.start(columns);
        self.keep(done)
    }

    fn row(&mut self, cells: &[Cell]) -> ControlFlow<()> {
        let Some(writer) = &mut self.writer else { return ControlFlow::Break(()) };
        let done = match &self.dated {
            Some(dated) => writer.row(&dated.row(cells)),
            None => writer.row(cells),
        };
        self.keep(done)
    }
}
