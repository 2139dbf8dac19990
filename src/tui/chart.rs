//! A result as a chart: which kind, of which columns, chosen sensibly and changeable.

use crate::db::spool::{Peek, Points, Spool};
use crate::jobs::{ChartWork, JobId};

/// Rows that the choice is made on.
const LOOKED_AT: usize = 200;
/// More bars than this are a line.
const BARS: usize = 60;
/// Bars of a histogram at most and at least.
const BINS: usize = 30;
/// At least.
const MIN_BINS: usize = 6;
/// Columns that can be drawn.
const COLUMNS: usize = 200;

/// How it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bar a row.
    Bars,
    /// A line over the rows.
    Line,
    /// A dot a row.
    Scatter,
    /// How often numbers stand in a range.
    Histogram,
}

impl Kind {
    /// As the pane's frame shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Line => "line",
            Self::Scatter => "scatter",
            Self::Histogram => "histogram",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Bars => Self::Line,
            Self::Line => Self::Scatter,
            Self::Scatter => Self::Histogram,
            Self::Histogram => Self::Bars,
        }
    }
}

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// How it is drawn.
    pub kind: Kind,
    /// From left to right; `None` for the rows' numbers.
    pub x: Option<usize>,
    /// From bottom to top.
    pub y: usize,
    /// What is drawn, once it is there.
    pub points: Option<Points>,
    /// Who brings it.
    pub job: Option<JobId>,
    /// Columns of numbers.
    numbers: Vec<usize>,
    /// Columns that can name rows, the rows' numbers among them.
    names: Vec<Option<usize>>,
}

impl Chart {
    /// A chart that fits `spool`, of the cursor's `column` where it holds numbers; `None` where nothing does.
    pub fn of(spool: &Spool, column: usize) -> Option<Self> {
        let columns: Vec<usize> = (0..spool.columns().len().min(COLUMNS)).collect();
        let rows = spool.peek(None, 0, LOOKED_AT, &columns).ok()?;
        let holds = |column: usize, test: fn(&Peek) -> bool| {
            let mut cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| **cell != Peek::Null).peekable();
            cells.peek().is_some() && cells.all(test)
        };
        let numbers: Vec<usize> =
            columns.iter().copied().filter(|&c| holds(c, |cell| matches!(cell, Peek::Integer(_) | Peek::Real(_)))).collect();
        let is_text = |c: usize| holds(c, |cell| matches!(cell, Peek::Text(_)));
        let is_date = |c: usize| holds(c, |cell| matches!(cell, Peek::Text(text) if is_date(text)));
        // What is called `id` counts nothing.
        let counts = |c: usize| {
            let name = spool.columns().get(c).map(|info| info.name.to_lowercase()).unwrap_or_default();
            !(name == "id" || name.ends_with("_id") || name == "year" || name == "month")
        };
        let y = if numbers.contains(&column) && counts(column) {
            column
        } else {
            numbers.iter().copied().rev().find(|&c| counts(c)).or(numbers.first().copied())?
        };
        let date = columns.iter().copied().find(|&c| is_date(c));
        let text = columns.iter().copied().find(|&c| is_text(c));
        let other = numbers.iter().copied().find(|&c| c != y);
        let few = spool.len() <= BARS;
        let (kind, x) = match (date, text, other) {
            (Some(date), _, _) if spool.len() > 2 => (Kind::Line, Some(date)),
            (_, Some(text), _) if few => (Kind::Bars, Some(text)),
            (_, None, Some(other)) if few && spool.len() <= BARS / 2 => (Kind::Bars, Some(other)),
            (_, _, Some(other)) => (Kind::Scatter, Some(other)),
            (_, _, None) if few => (Kind::Bars, text),
            _ => (Kind::Histogram, None),
        };
        let names = std::iter::once(None).chain(columns.iter().map(|&c| Some(c))).collect();
        Some(Self { kind, x, y, points: None, job: None, numbers, names })
    }

    /// What has to be asked for.
    /// `height` is how many bars there is room for.
    pub fn work(&self, height: usize) -> ChartWork {
        match self.kind {
            Kind::Histogram => ChartWork::Histogram { column: self.y, bins: height.clamp(MIN_BINS, BINS) },
            _ => ChartWork::Series { x: self.x, y: self.y },
        }
    }

    /// Another kind.
    pub fn turn_kind(&mut self) {
        self.kind = self.kind.next();
    }

    /// Another column from left to right.
    pub fn turn_x(&mut self, by: isize) {
        self.x = turn(&self.names, &self.x, by).unwrap_or(None);
    }

    /// Another column from bottom to top.
    pub fn turn_y(&mut self, by: isize) {
        self.y = turn(&self.numbers, &self.y, by).unwrap_or(self.y);
    }
}

/// The item `by` places after `now`, around the end.
fn turn<T: PartialEq + Copy>(all: &[T], now: &T, by: isize) -> Option<T> {
    let at = all.iter().position(|item| item == now).unwrap_or(0) as isize;
    all.get((at + by).rem_euclid(all.len().max(1) as isize) as usize).copied()
}

/// Whether `text` begins with `YYYY-MM`.
fn is_date(text: &str) -> bool {
    text.len() >= 7 && text.bytes().take(7).enumerate().all(|(i, b)| if i == 4 { b == b'-' } else { b.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Cell, ColumnInfo, Table};

    #[track_caller]
    fn check(names: &[&str], row: impl Fn(i64) -> Vec<Cell>, rows: i64, expected: Option<(Kind, Option<usize>, usize)>) {
        let columns = names.iter().map(|name| ColumnInfo { name: (*name).into(), declared_type: None }).collect();
        let spool = Spool::of_table(&Table { columns, rows: (0..rows).map(row).collect(), truncated: false }).unwrap();
        assert_eq!(Chart::of(&spool, 0).map(|chart| (chart.kind, chart.x, chart.y)), expected);
    }

    #[test]
    fn a_chart_fits_its_columns() {
        let text = |n: i64| Cell::Text(format!("row {n}"));
        let date = |n: i64| Cell::Text(format!("2024-{:02}-01", n % 12 + 1));
        let int = Cell::Integer;
        check(&["name", "n"], |n| vec![text(n), int(n)], 10, Some((Kind::Bars, Some(0), 1)));
        check(&["day", "n"], |n| vec![date(n), int(n)], 10, Some((Kind::Line, Some(0), 1)));
        check(&["id", "name", "n"], |n| vec![int(n), text(n), int(n)], 10, Some((Kind::Bars, Some(1), 2)));
        check(&["a", "b"], |n| vec![int(n), int(n)], 900, Some((Kind::Scatter, Some(1), 0)));
        check(&["a"], |n| vec![int(n)], 900, Some((Kind::Histogram, None, 0)));
        check(&["name"], |n| vec![text(n)], 10, None);
        check(&["n"], |n| vec![int(n)], 0, None);
    }

    #[test]
    fn columns_turn_around() {
        let columns = ["a", "b"].map(|name| ColumnInfo { name: name.into(), declared_type: None }).to_vec();
        let table = Table { columns, rows: vec![vec![Cell::Integer(1), Cell::Integer(2)]], truncated: false };
        let mut chart = Chart::of(&Spool::of_table(&table).unwrap(), 0).unwrap();
        assert_eq!((chart.y, chart.x), (0, Some(1)));
        chart.turn_y(1);
        chart.turn_x(1);
        assert_eq!((chart.y, chart.x), (1, None));
        chart.turn_x(-1);
        assert_eq!(chart.x, Some(1));
    }
}
