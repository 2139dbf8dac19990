//! What the values say about a reference that names propose. Every query has a bounded time, and looks at few rows.

use std::collections::HashMap;
use std::time::Duration;

use super::candidates::{Choice, Need};
use super::catalogue::{Catalogue, Ground, KeyColumn, UniqueColumn};
use super::class::Agreement;
use crate::db::database::Database;
use crate::schema::Table;
use crate::signal::Cancel;
use crate::sql::quote::quoted_identifier;

/// For one query of ours.
const ONE_QUERY: Duration = Duration::from_millis(250);
/// Rows looked at, at each end of a table.
const ROWS: usize = 2_500;
/// Rows of a table that are read from end to end where no index helps.
const ROWS_READ: u64 = 50_000;
/// Distinct values looked at, of each end.
const VALUES: usize = 100;
/// One in this many values may have no partner: rows were deleted, or were never there.
const ONE_ORPHAN_IN: i64 = 20;
/// The same, where name and values are as plain as can be.
const ONE_PLAIN_ORPHAN_IN: i64 = 5;
/// Numbers that have partners by a chance smaller than this are no accident.
const CHANCE: f64 = 1e-3;
/// Texts that have partners are no accident from this many on, or from this length on.
const TELLING_TEXTS: i64 = 3;
const TELLING_LENGTH: i64 = 8;

/// What the values of a column say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// It could not be found out in time.
    Unknown,
    /// There are no values.
    Absent,
    /// Values lack partners.
    Against,
    /// As much as this could be asked for is shown.
    For(Need),
}

impl Evidence {
    /// Whether a name that needs `need` is believed.
    pub(super) fn satisfies(self, need: Need) -> bool {
        match self {
            Self::Against => false,
            Self::Unknown | Self::Absent => need == Need::Nothing,
            Self::For(shown) => need <= shown,
        }
    }

    pub(super) fn strength(self) -> Option<Need> {
        if let Self::For(need) = self { Some(need) } else { None }
    }
}

/// Asks the values, and remembers what it heard of keys.
#[derive(Debug)]
pub(super) struct Witness<'a> {
    database: &'a Database,
    budget: &'a Cancel,
    spans: HashMap<(usize, String), Option<Span>>,
    unique: HashMap<(usize, String), bool>,
}

/// The keys of a table: how many, from where to where.
#[derive(Debug, Clone, Copy)]
struct Span {
    count: i64,
    low: i64,
    high: i64,
}

/// A few distinct values of a column.
#[derive(Debug, Clone, Copy)]
struct Sample {
    distinct: i64,
    orphans: i64,
    /// All are whole numbers, also written as text.
    numbers: bool,
    low: i64,
    high: i64,
    longest: i64,
}

impl<'a> Witness<'a> {
    pub(super) fn new(database: &'a Database, budget: &'a Cancel) -> Self {
        Self { database, budget, spans: HashMap::new(), unique: HashMap::new() }
    }

    /// The result of a query that may fail or run out of time without harm.
    fn ask<T>(&self, work: impl Fn(&rusqlite::Connection) -> rusqlite::Result<T>) -> Option<T> {
        self.database.with(&self.budget.with_timeout(ONE_QUERY), |connection| Ok(work(connection)?)).ok()
    }

    /// The columns with a unique index of a file that is called `database`.
    pub(super) fn unique_columns(&self, database: Option<&str>) -> Vec<UniqueColumn> {
        const SQL: &str = "SELECT t.name, max(c.name) FROM sqlite_schema AS t JOIN pragma_index_list(t.name) AS i \
                           JOIN pragma_index_info(i.name) AS c WHERE t.type = 'table' AND i.\"unique\" AND NOT i.partial \
                           GROUP BY t.name, i.name HAVING count(*) = 1 AND max(c.name) IS NOT NULL";
        let read = |c: &rusqlite::Connection| {
            let mut statement = c.prepare(SQL)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        let found: Vec<(String, String)> = self.ask(read).unwrap_or_default();
        let of = |(table, column)| UniqueColumn { database: database.map(str::to_owned), table, column };
        found.into_iter().map(of).collect()
    }

    /// The rows of a small table of the file's own, as pairs of a number and a text and a number.
    pub(super) fn entities(&self, sql: &str) -> Vec<(i64, String, i64)> {
        let read = |c: &rusqlite::Connection| {
            let mut statement = c.prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect()
        };
        self.ask(read).unwrap_or_default()
    }

    /// What the values of `column` of the table at `owner` say about its being what `choice` takes it for.
    pub(super) fn hear(&mut self, catalogue: &Catalogue<'_>, owner: usize, column: &str, choice: &Choice<'_>) -> Evidence {
        let (target, key) = (choice.target, &choice.key);
        let (Some(table), Some(other)) = (catalogue.table(owner), catalogue.table(target)) else { return Evidence::Unknown };
        if self.budget.is_stopped() {
            return Evidence::Unknown;
        }
        if key.ground == Ground::Name && !self.is_unique(other, target, &key.column.name) {
            return Evidence::Against;
        }
        let has_index = key.ground != Ground::Name && choice.agreement == Agreement::Same;
        if !has_index && is_large(other) {
            return Evidence::Unknown;
        }
        let Some(sample) = self.sample(table, column, other, choice) else { return Evidence::Unknown };
        if sample.distinct == 0 {
            return Evidence::Absent;
        }
        let partners = sample.distinct - sample.orphans;
        let shown = if sample.numbers {
            self.span(other, target, key).map_or(Need::Partners, |span| weigh(&sample, &span))
        } else if choice.agreement == Agreement::Digits {
            return Evidence::Against;
        } else if partners >= TELLING_TEXTS || sample.longest >= TELLING_LENGTH {
            Need::Telling
        } else {
            Need::Fit
        };
        // Where name and values speak so plainly, a part of the rows may be gone.
        let is_plain = choice.need == Need::Nothing && shown == Need::Telling;
        let one_in = if is_plain { ONE_PLAIN_ORPHAN_IN } else { ONE_ORPHAN_IN };
        if sample.orphans * one_in > sample.distinct { Evidence::Against } else { Evidence::For(shown) }
    }

    /// Whether no two rows have the same value in a column that is taken for a key by its name; of a large table, no two of the first rows.
    fn is_unique(&mut self, table: &Table, place: usize, column: &str) -> bool {
        let at = (place, column.to_owned());
        if let Some(known) = self.unique.get(&at) {
            return *known;
        }
        let (name, column) = (quoted(table), quoted_identifier(column));
        let first = if is_large(table) { format!("(SELECT {column} FROM {name} LIMIT {ROWS})") } else { name };
        let sql = format!("SELECT count(*) > 0 AND count(*) = count(DISTINCT {column}) FROM {first}");
        let unique = self.ask(|c| c.query_row(&sql, [], |row| row.get(0))).unwrap_or(false);
        self.unique.insert(at, unique);
        unique
    }

    fn sample(&self, table: &Table, column: &str, other: &Table, choice: &Choice<'_>) -> Option<Sample> {
        let key = &choice.key;
        let (table, column) = (quoted(table), quoted_identifier(column));
        let (other, target) = (quoted(other), quoted_identifier(&key.column.name));
        // Where no index helps, the keys are read once for all values.
        let alone = match key.ground {
            Ground::Primary | Ground::Unique if choice.agreement == Agreement::Same => {
                format!("NOT EXISTS (SELECT 1 FROM {other} AS o WHERE o.{target} = s.v)")
            }
            _ => format!("s.v NOT IN (SELECT {target} FROM {other} WHERE {target} IS NOT NULL)"),
        };
        // NULL, 0, -1 and '' stand for no row at all.
        let end = |order: &str| {
            format!(
                "SELECT * FROM (SELECT DISTINCT {column} AS v FROM (SELECT {column} FROM {table}{order} LIMIT {ROWS}) \
                 WHERE {column} IS NOT NULL AND {column} NOT IN (0, -1, '') LIMIT {VALUES})"
            )
        };
        let sql_of = |values: String| {
            format!(
                "SELECT count(*), total({alone}), total(typeof(v) IN ('integer', 'real') OR v NOT GLOB '*[^0-9]*'), \
                 min(CAST(v AS INTEGER)), max(CAST(v AS INTEGER)), max(length(v)) FROM ({values}) AS s"
            )
        };
        let read = |sql: &str| {
            self.ask(|c| {
                c.query_row(sql, [], |row| {
                    let distinct: i64 = row.get(0)?;
                    Ok(Sample {
                        distinct,
                        orphans: row.get::<_, f64>(1)? as i64,
                        numbers: row.get::<_, f64>(2)? as i64 == distinct,
                        low: row.get::<_, Option<i64>>(3)?.unwrap_or(0),
                        high: row.get::<_, Option<i64>>(4)?.unwrap_or(0),
                        longest: row.get::<_, Option<i64>>(5)?.unwrap_or(0),
                    })
                })
            })
        };
        // A table without rowids is read at its beginning alone.
        read(&sql_of(format!("{} UNION {}", end(""), end(" ORDER BY rowid DESC")))).or_else(|| read(&sql_of(end(""))))
    }

    /// `None` where the rows were not counted, or their keys are no numbers.
    fn span(&mut self, table: &Table, place: usize, key: &KeyColumn<'_>) -> Option<Span> {
        let count = i64::try_from(table.row_count?).ok()?;
        let at = (place, key.column.name.clone());
        if let Some(known) = self.spans.get(&at) {
            return *known;
        }
        let (name, column) = (quoted(table), quoted_identifier(&key.column.name));
        // Apart, each is one look at an index.
        let sql =
            format!("SELECT CAST((SELECT min({column}) FROM {name}) AS INTEGER), CAST((SELECT max({column}) FROM {name}) AS INTEGER)");
        let span = self.ask(|c| c.query_row(&sql, [], |row| Ok(Span { count, low: row.get(0)?, high: row.get(1)? })));
        self.spans.insert(at, span);
        span
    }
}

/// Its name, with that of its file before it.
fn quoted(table: &Table) -> String {
    let name = quoted_identifier(&table.name);
    table.database.as_ref().map_or(name.clone(), |database| format!("{}.{name}", quoted_identifier(database)))
}

/// Whether a table has more rows than are read from end to end, as far as is known.
fn is_large(table: &Table) -> bool {
    table.row_count.is_none_or(|count| count > ROWS_READ)
}

/// How little it could be by chance that every value sampled is one of the keys.
fn weigh(sample: &Sample, span: &Span) -> Need {
    let places = span.high.saturating_sub(span.low).saturating_add(1).max(1);
    let dense = (span.count as f64 / places as f64).min(1.0);
    // All keys are referred to, and no other number.
    let whole = sample.distinct == span.count && sample.orphans == 0;
    if dense.powf(sample.distinct as f64) < CHANCE || whole && sample.distinct > 2 {
        return Need::Telling;
    }
    let far = sample.high.saturating_sub(span.low) >= places / 2 && sample.low >= span.low;
    if far && sample.distinct > 2 || whole && sample.distinct > 1 { Need::Fit } else { Need::Partners }
}
