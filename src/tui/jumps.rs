//! Jumps from a row to the row that a foreign key of it refers to, and to the rows that refer to it; and the way back.

use super::results::Results;
use crate::db::Cell;
use crate::db::export::cell_to_sql;
use crate::schema::{ForeignKey, Schema, Table};
use crate::sql::origins::{Origin, origins};
use crate::sql::quote::{identifier, table_name};
use crate::text;

/// Steps that can be taken back; those before them are forgotten.
const MOST_STEPS: usize = 30;
/// Letters of a value in a line.
const VALUE: usize = 30;

/// Where one can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jump {
    /// What is there, for a line of a list.
    pub label: String,
    /// The query that shows it.
    pub sql: String,
    /// What it means where that gives no row.
    pub without: String,
}

/// What was shown before a jump.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where the jump led.
    pub to: Jump,
    /// The SQL in the editor.
    pub sql: String,
    /// Whether a person wrote it.
    pub own: bool,
    /// The rows, and where the cursor was in them.
    pub results: Results,
    /// Results of other statements beside it, and how many of them stand before it.
    pub others: (Vec<Results>, usize),
}

/// The steps that were taken, the last one at the end.
#[derive(Debug, Clone, Default)]
pub struct Trail(Vec<Step>);

impl Trail {
    /// Takes note of what is left.
    pub fn push(&mut self, step: Step) {
        if self.0.len() >= MOST_STEPS {
            self.0.remove(0);
        }
        self.0.push(step);
    }

    /// The step before.
    pub fn pop(&mut self) -> Option<Step> {
        self.0.pop()
    }

    /// What it means that the rows of `sql` are none, where the last jump led to them.
    pub fn without(&self, sql: &str) -> Option<&str> {
        self.0.last().filter(|step| step.to.sql == sql).map(|step| step.to.without.as_str())
    }

    /// How many can be taken back.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none can.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One row of a result, and where its columns come from.
pub struct Row<'a> {
    schema: &'a Schema,
    origins: Vec<Option<Origin<'a>>>,
    cells: Vec<Cell>,
}

impl<'a> Row<'a> {
    /// The row under the cursor; an error says why it cannot be jumped from.
    pub fn of(results: &Results, schema: &'a Schema) -> Result<Self, String> {
        let cells = results.cells().ok_or_else(|| format!("there is no row here; {}", results.without_rows()))?;
        let origins = origins(&results.sql, schema);
        if origins.len() != cells.len() {
            return Err("it cannot be told which table these columns are of; a query on tables alone says".into());
        }
        Ok(Self { schema, origins, cells })
    }

    fn origin(&self, column: usize) -> Result<Origin<'a>, String> {
        self.origins.get(column).copied().flatten().ok_or_else(|| "this column is computed: it is of no table".into())
    }

    /// The value that the row has of `column` of the table at `seat`.
    fn value(&self, seat: usize, column: &str) -> Option<&Cell> {
        let is = |origin: &Option<Origin<'_>>| origin.is_some_and(|own| own.seat == seat && own.column.name.eq_ignore_ascii_case(column));
        self.cells.get(self.origins.iter().position(is)?)
    }

    /// The rows of `table` where each of `theirs` has the value that this row has of `own`, at `seat`. `None` where one is not in the result
    /// or is NULL.
    fn rows_with(&self, seat: usize, own: &[String], table: &Table, theirs: &[String]) -> Option<(String, String)> {
        let mut conditions = Vec::new();
        let mut shown = Vec::new();
        for (own, theirs) in own.iter().zip(theirs) {
            let value = self.value(seat, own).filter(|value| **value != Cell::Null)?;
            conditions.push(format!("{} = {}", identifier(theirs), cell_to_sql(value)));
            shown.push(text::ellipsis(&text::sanitize(&cell_to_sql(value)), VALUE).into_owned());
        }
        let sql = format!("SELECT * FROM {} WHERE {}", table_name(table), conditions.join(" AND "));
        (!conditions.is_empty()).then(|| (sql, shown.join(", ")))
    }

    /// The rows that keys of the cell at `column` refer to; an error says why there is none.
    pub fn referred(&self, column: usize) -> Result<Vec<Jump>, String> {
        let origin = self.origin(column)?;
        let name = &origin.column.name;
        let has = |key: &&ForeignKey| key.columns.iter().any(|own| own.eq_ignore_ascii_case(name));
        let keys: Vec<&ForeignKey> = origin.table.foreign_keys.iter().filter(has).collect();
        if keys.is_empty() {
            return Err(format!("{}.{name} is no foreign key; the schema shows keys with an arrow", origin.table.name));
        }
        if self.value(origin.seat, name) == Some(&Cell::Null) {
            return Err("NULL refers to no row".into());
        }
        let jump = |key: &&ForeignKey| {
            let table = self.schema.referred(origin.table, key)?;
            let (sql, value) = self.rows_with(origin.seat, &key.columns, table, &key.foreign_columns)?;
            let without = format!("no row of {} has {} {value}: the key leads nowhere", table.name, key.foreign_columns.join(", "));
            Some(Jump { label: format!("{} {value}", table.name), sql, without })
        };
        let jumps: Vec<Jump> = keys.iter().filter_map(jump).collect();
        if jumps.is_empty() {
            if let Some(key) = keys.iter().find(|key| self.schema.referred(origin.table, key).is_none()) {
                return Err(format!("{}.{name} refers to {}, which is not in this database", origin.table.name, key.foreign_table));
            }
            return Err(format!("the key has more columns than this one, and the result does not have all of them: {}", listed(&keys)));
        }
        Ok(jumps)
    }

    /// The rows that refer to this one, as the row of the table that the cell at `column` is of; an error says why there are none.
    pub fn referring(&self, column: usize) -> Result<Vec<Jump>, String> {
        let origin = self.origin(column)?;
        let owners = self.schema.tables.iter().filter(|table| table.unreadable.is_none());
        let keys: Vec<(&Table, &ForeignKey)> = owners
            .flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)))
            .filter(|(table, key)| origin.table.is_target_of(table, key))
            .collect();
        if keys.is_empty() {
            return Err(format!("no table refers to {}", origin.table.name));
        }
        let jump = |(table, key): &(&Table, &ForeignKey)| {
            let (sql, value) = self.rows_with(origin.seat, &key.foreign_columns, table, &key.columns)?;
            let label = format!("{} whose {} is {value}", table.name, key.columns.join(", "));
            Some(Jump { without: format!("no row refers to it: there is no {label}"), label, sql })
        };
        let jumps: Vec<Jump> = keys.iter().filter_map(jump).collect();
        if jumps.is_empty() {
            let wanted = keys.first().map(|(_, key)| key.foreign_columns.join(", ")).unwrap_or_default();
            return Err(format!("the result has no {}.{wanted}, or it is NULL; other tables refer to that", origin.table.name));
        }
        Ok(jumps)
    }
}

fn listed(keys: &[&ForeignKey]) -> String {
    keys.iter().map(|key| key.columns.join(", ")).collect::<Vec<_>>().join("; ")
}
