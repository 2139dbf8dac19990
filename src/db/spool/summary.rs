//! What a column of a spool holds.

use super::super::database::cell_of;
use super::super::error::DbError;
use super::super::table::Cell;
use super::order::Order;
use super::rows::Spool;
use crate::signal::Cancel;

/// Values listed.
const TOP: usize = 12;
/// Characters of a value shown.
const LENGTH: usize = 200;

/// A column in a few numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Rows looked at.
    pub rows: u64,
    /// Of these `NULL`.
    pub nulls: u64,
    /// Of these empty text.
    pub empty: u64,
    /// Different values, `NULL` not counted.
    pub distinct: u64,
    /// The least, as SQLite compares; `NULL` where there is none.
    pub min: Cell,
    /// The greatest.
    pub max: Cell,
    /// The mean of the numbers, where there are some.
    pub mean: Option<f64>,
    /// The most frequent values and how often they stand there.
    pub top: Vec<(Cell, u64)>,
}

impl Spool {
    /// Sums up `column` over the rows that `order` keeps.
    pub fn summarise(&self, column: usize, order: Option<&Order>, cancel: &Cancel) -> Result<Summary, DbError> {
        let (condition, parameter) = self.condition(order.and_then(|order| order.arrangement().filter.as_ref()));
        let c = format!("c{column}");
        let short = |value: &str| format!("CASE WHEN typeof({value}) = 'text' THEN substr({value}, 1, {LENGTH}) ELSE {value} END");
        let numbers = format!(
            "SELECT count(*), count(*) - count({c}), coalesce(sum({c} = ''), 0), count(DISTINCT {c}), {}, {}, \
             avg(CASE WHEN typeof({c}) IN ('integer', 'real') THEN {c} END) FROM t WHERE {condition}",
            short(&format!("min({c})")),
            short(&format!("max({c})")),
        );
        let top = format!("SELECT {}, count(*) AS n FROM t WHERE {condition} GROUP BY {c} ORDER BY n DESC, {c} LIMIT {TOP}", short(&c));
        self.working(cancel, |connection| {
            let mut summary = connection.query_row(&numbers, rusqlite::params_from_iter(parameter.clone()), |row| {
                Ok(Summary {
                    rows: count(row.get(0)?),
                    nulls: count(row.get(1)?),
                    empty: count(row.get(2)?),
                    distinct: count(row.get(3)?),
                    min: cell_of(row.get_ref(4)?),
                    max: cell_of(row.get_ref(5)?),
                    mean: row.get(6)?,
                    top: Vec::new(),
                })
            })?;
            let mut statement = connection.prepare(&top)?;
            let rows =
                statement.query_map(rusqlite::params_from_iter(parameter), |row| Ok((cell_of(row.get_ref(0)?), count(row.get(1)?))))?;
            summary.top = rows.collect::<rusqlite::Result<_>>()?;
            Ok(summary)
        })
    }
}

fn count(n: i64) -> u64 {
    n.unsigned_abs()
}
