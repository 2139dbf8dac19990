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
    /// The sum of the numbers, where there are some: an integer where they are all integers and it is one of 64 bits.
    pub sum: Cell,
    /// The mean of the numbers, where there are some.
    pub mean: Option<f64>,
    /// The one in the middle of them; of an even number of them, the mean of the two.
    pub median: Option<f64>,
    /// The most frequent values and how often they stand there.
    pub top: Vec<(Cell, u64)>,
}

impl Spool {
    /// Sums up `column` over the rows that `order` keeps.
    pub fn summarise(&self, column: usize, order: Option<&Order>, cancel: &Cancel) -> Result<Summary, DbError> {
        let (condition, parameter) = self.condition(order.and_then(|order| order.arrangement().filter.as_ref()));
        let c = format!("c{column}");
        let short = |value: &str| format!("CASE WHEN typeof({value}) = 'text' THEN substr({value}, 1, {LENGTH}) ELSE {value} END");
        let number = format!("CASE WHEN typeof({c}) IN ('integer', 'real') THEN {c} END");
        let numbers = format!(
            "SELECT count(*), count(*) - count({c}), coalesce(sum({c} = ''), 0), count(DISTINCT {c}), {}, {}, \
             avg({number}), count({number}), total({number}), sum(typeof({c}) = 'real') FROM t WHERE {condition}",
            short(&format!("min({c})")),
            short(&format!("max({c})")),
        );
        let integers = format!("SELECT sum({number}) FROM t WHERE {condition}");
        let top = format!("SELECT {}, count(*) AS n FROM t WHERE {condition} GROUP BY {c} ORDER BY n DESC, {c} LIMIT {TOP}", short(&c));
        self.working(cancel, |connection| {
            let (mut summary, count_of, reals) = connection.query_row(&numbers, rusqlite::params_from_iter(parameter.clone()), |row| {
                let summary = Summary {
                    rows: count(row.get(0)?),
                    nulls: count(row.get(1)?),
                    empty: count(row.get(2)?),
                    distinct: count(row.get(3)?),
                    min: cell_of(row.get_ref(4)?),
                    max: cell_of(row.get_ref(5)?),
                    sum: Cell::Null,
                    mean: row.get(6)?,
                    median: None,
                    top: Vec::new(),
                };
                let total: f64 = row.get(8)?;
                let summary = Summary { sum: if summary.mean.is_some() { Cell::Real(total) } else { Cell::Null }, ..summary };
                Ok((summary, row.get::<_, i64>(7)?, row.get::<_, Option<i64>>(9)?.unwrap_or(0)))
            })?;
            if count_of > 0 && reals == 0 {
                // More than 64 bits is an error of SQLite's; then the sum stays a rounded one.
                match connection.query_row(&integers, rusqlite::params_from_iter(parameter.clone()), |row| row.get(0)) {
                    Ok(sum) => summary.sum = Cell::Integer(sum),
                    Err(error) if !error.to_string().contains("integer overflow") => return Err(error),
                    Err(_) => {}
                }
            }
            if count_of > 0 {
                let middle = format!(
                    "SELECT avg(v) FROM (SELECT {c} AS v FROM t WHERE {number} IS NOT NULL AND {condition} ORDER BY v LIMIT {} OFFSET {})",
                    2 - count_of % 2,
                    (count_of - 1) / 2
                );
                summary.median = connection.query_row(&middle, rusqlite::params_from_iter(parameter.clone()), |row| row.get(0))?;
            }
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
