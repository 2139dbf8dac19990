//! What a chart needs of a spool: a bounded number of points, whatever the number of rows.

use super::super::error::DbError;
use super::order::Order;
use super::rows::{Peek, Spool};
use crate::signal::Cancel;

/// Points of a series at most.
const MAX_POINTS: usize = 2_000;

/// Numbers by name, or by number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// What stands at each point, as text for labels; nothing for `NULL`.
    pub labels: Vec<Option<String>>,
    /// Where each point stands: the number in the x column, where that is one; without an x column the position.
    pub x: Vec<Option<f64>>,
    /// How high.
    pub y: Vec<f64>,
}

/// One bar of a histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// From, inclusive.
    pub from: f64,
    /// To; exclusive, save in the last.
    pub to: f64,
    /// How many.
    pub count: u64,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Points {
    /// `y` over `x`, from the first rows.
    Series {
        /// The points.
        series: Series,
        /// Whether every row is in it.
        complete: bool,
    },
    /// How the numbers of a column are spread, from all rows.
    Histogram(Vec<Bin>),
}

impl Spool {
    /// `y` over `x` of the first `MAX_POINTS` rows in `order`; rows whose `y` is no number are left out.
    pub fn series(&self, x: Option<usize>, y: usize, order: Option<&Order>) -> Result<Points, DbError> {
        let columns = [x.unwrap_or(y), y];
        let total = order.map_or(self.len(), Order::len);
        let rows = self.peek(order, 0, MAX_POINTS, &columns)?;
        let mut series = Series::default();
        for (position, row) in rows.iter().enumerate() {
            let (Some(at), Some(height)) = (row.first(), row.get(1).and_then(number)) else { continue };
            series.labels.push(if x.is_some() { label(at) } else { Some((position + 1).to_string()) });
            series.x.push(if x.is_some() { number(at) } else { Some(position as f64) });
            series.y.push(height);
        }
        Ok(Points::Series { series, complete: total <= MAX_POINTS })
    }

    /// How the numbers of `column` are spread over `bins` equal parts, in the rows that `order` keeps. Where they count `time`, 0 and -1
    /// stand for "never" and are left out.
    pub fn histogram(&self, column: usize, bins: usize, time: bool, order: Option<&Order>, cancel: &Cancel) -> Result<Points, DbError> {
        let (condition, parameter) = self.condition(order.and_then(|order| order.arrangement().filter.as_ref()));
        let moments = if time { format!("c{column} NOT IN (0, -1)") } else { "1".into() };
        let numbers =
            format!("FROM t WHERE typeof(c{column}) IN ('integer', 'real') AND abs(c{column}) < 1e300 AND {moments} AND {condition}");
        self.working(cancel, |connection| {
            let (low, high): (Option<f64>, Option<f64>) = connection.query_row(
                &format!("SELECT CAST(min(c{column}) AS REAL), CAST(max(c{column}) AS REAL) {numbers}"),
                rusqlite::params_from_iter(parameter.clone()),
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let (Some(low), Some(high)) = (low, high) else { return Ok(Points::Histogram(Vec::new())) };
            let bins = if low == high { 1 } else { bins.max(1) };
            let width = (high - low) / bins as f64;
            let mut out: Vec<Bin> =
                (0..bins).map(|i| Bin { from: low + width * i as f64, to: low + width * (i + 1) as f64, count: 0 }).collect();
            let mut statement = connection.prepare(&format!("SELECT CAST(c{column} AS REAL) {numbers}"))?;
            let mut rows = statement.query(rusqlite::params_from_iter(parameter))?;
            while let Some(row) = rows.next()? {
                let value: f64 = row.get(0)?;
                let at = if width > 0.0 { (((value - low) / width) as usize).min(bins - 1) } else { 0 };
                if let Some(bin) = out.get_mut(at) {
                    bin.count += 1;
                }
            }
            Ok(Points::Histogram(out))
        })
    }
}

fn number(value: &Peek) -> Option<f64> {
    match value {
        Peek::Integer(n) => Some(*n as f64),
        Peek::Real(x) if x.is_finite() => Some(*x),
        _ => None,
    }
}

fn label(value: &Peek) -> Option<String> {
    match value {
        Peek::Null => None,
        Peek::Integer(n) => Some(n.to_string()),
        Peek::Real(x) => Some(x.to_string()),
        Peek::Text(text) => Some(text.clone()),
        Peek::Blob(_) => Some("BLOB".into()),
    }
}
