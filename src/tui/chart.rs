//! A result as a chart: which kind, of which columns, chosen sensibly and changeable.

use super::dates::Dates;
use super::moments::moments;
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
    /// Where its points stand in time, where dates are written at them.
    pub moments: Option<Vec<Option<f64>>>,
    /// Who brings it.
    pub job: Option<JobId>,
    /// Columns of numbers.
    numbers: Vec<usize>,
    /// Columns that can name rows, the rows' numbers among them.
    names: Vec<Option<usize>>,
    /// Columns of numbers that count time.
    times: Vec<usize>,
}

impl Chart {
    /// A chart that fits `spool`, of the cursor's `column` where it holds numbers; `None` where nothing does. Columns that count time go from
    /// left to right; where nothing stands over them, how they are spread is drawn.
    pub fn of(spool: &Spool, dates: &Dates, column: usize) -> Option<Self> {
        let columns: Vec<usize> = (0..spool.columns().len().min(COLUMNS)).collect();
        let rows = spool.peek(None, 0, LOOKED_AT, &columns).ok()?;
        let holds = |column: usize, test: fn(&Peek) -> bool| {
            let mut cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| **cell != Peek::Null).peekable();
            cells.peek().is_some() && cells.all(test)
        };
        let numbers: Vec<usize> =
            columns.iter().copied().filter(|&c| holds(c, |cell| matches!(cell, Peek::Integer(_) | Peek::Real(_)))).collect();
        let is_text = |c: usize| holds(c, |cell| matches!(cell, Peek::Text(_)));
        let is_time = |c: usize| dates.in_chart(c).is_some() && holds(c, |cell| !matches!(cell, Peek::Blob(_)));
        let is_written = |c: usize| {
            let texts = rows.iter().map(|row| if let Some(Peek::Text(text)) = row.get(c) { Some(text.as_str()) } else { None });
            is_text(c) && moments(texts).is_some()
        };
        let is_date = |c: usize| is_time(c) || is_written(c);
        // What is called `id` counts nothing.
        let counts = |c: usize| {
            let name = spool.columns().get(c).map(|info| info.name.to_lowercase()).unwrap_or_default();
            !(is_time(c) || name == "id" || name.ends_with("_id") || name == "year" || name == "month")
        };
        let names = std::iter::once(None).chain(columns.iter().map(|&c| Some(c))).collect();
        let times = numbers.iter().copied().filter(|&c| is_time(c)).collect();
        let counting = Some(column).filter(|c| numbers.contains(c) && counts(*c));
        let counting = counting.or_else(|| numbers.iter().copied().rev().find(|&c| counts(c)));
        let time = Some(column).filter(|&c| is_time(c)).or_else(|| numbers.iter().copied().find(|&c| is_time(c)));
        if let (None, Some(y)) = (counting, time.filter(|c| numbers.contains(c))) {
            return Some(Self { kind: Kind::Histogram, x: None, y, points: None, moments: None, job: None, numbers, names, times });
        }
        let y = counting.or(numbers.first().copied())?;
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
        Some(Self { kind, x, y, points: None, moments: None, job: None, numbers, names, times })
    }

    /// What has to be asked for.
    /// `height` is how many bars there is room for.
    pub fn work(&self, height: usize) -> ChartWork {
        match self.kind {
            Kind::Histogram => {
                ChartWork::Histogram { column: self.y, bins: height.clamp(MIN_BINS, BINS), time: self.times.contains(&self.y) }
            }
            _ => ChartWork::Series { x: self.x, y: self.y },
        }
    }

    /// Takes what was asked for.
    pub fn take(&mut self, points: Points) {
        self.moments = match &points {
            Points::Series { series, .. } if self.x.is_some() => moments(series.labels.iter().map(Option::as_deref)),
            _ => None,
        };
        self.points = Some(points);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Cell, ColumnInfo, Table};
    use crate::schema::{TimeUnit, Times};

    #[track_caller]
    fn check(names: &[&str], row: impl Fn(i64) -> Vec<Cell>, rows: i64, expected: Option<(Kind, Option<usize>, usize)>) {
        check_at(0, names, row, rows, expected);
    }

    /// The chart that is chosen where the cursor is on column `at`; columns called `made` count time.
    #[track_caller]
    fn check_at(at: usize, names: &[&str], row: impl Fn(i64) -> Vec<Cell>, rows: i64, expected: Option<(Kind, Option<usize>, usize)>) {
        let columns = names.iter().map(|name| ColumnInfo { name: (*name).into(), declared_type: None }).collect();
        let spool = Spool::of_table(&Table { columns, rows: (0..rows).map(row).collect(), truncated: false }).unwrap();
        let times = Times { units: vec![TimeUnit::UnixSeconds], mixed: false, never: false, first: String::new(), last: String::new() };
        let units = names.iter().map(|name| (*name == "made").then(|| times.clone())).collect();
        let chart = Chart::of(&spool, &Dates::new(units, names.len()), at);
        assert_eq!(chart.map(|chart| (chart.kind, chart.x, chart.y)), expected);
    }

    #[test]
    fn numbers_that_count_time_are_the_axis_of_time() {
        let at = |n: i64| Cell::Integer(1_700_000_000 + 86_400 * n);
        let text = |n: i64| Cell::Text(format!("row {n}"));
        let int = Cell::Integer;
        let line = |x, y| Some((Kind::Line, Some(x), y));
        check(&["made", "n"], |n| vec![at(n), int(n)], 900, line(0, 1));
        check_at(1, &["made", "n"], |n| vec![at(n), int(n)], 900, line(0, 1));
        check(&["n", "made"], |n| vec![int(n), at(n)], 10, line(1, 0));
        check(&["name", "made", "n"], |n| vec![text(n), at(n), int(n)], 10, line(1, 2));
        check(&["made", "n"], |n| vec![Cell::Text((1_700_000_000 + n).to_string()), int(n)], 10, line(0, 1));
        // Nothing is counted over it: how it is spread.
        check(&["made"], |n| vec![at(n)], 10, Some((Kind::Histogram, None, 0)));
        check(&["id", "name", "made"], |n| vec![int(n), text(n), at(n)], 10, Some((Kind::Histogram, None, 2)));
        check_at(2, &["id", "made", "made"], |n| vec![int(n), at(n), at(n)], 10, Some((Kind::Histogram, None, 2)));
        check(&["made"], |_| vec![Cell::Null], 10, None);
    }

    #[test]
    fn a_chart_fits_its_columns() {
        let text = |n: i64| Cell::Text(format!("row {n}"));
        let date = |n: i64| Cell::Text(format!("2024-{:02}-01", n % 12 + 1));
        let int = Cell::Integer;
        check(&["name", "n"], |n| vec![text(n), int(n)], 10, Some((Kind::Bars, Some(0), 1)));
        check(&["day", "n"], |n| vec![date(n), int(n)], 10, Some((Kind::Line, Some(0), 1)));
        let american = |n: i64| if n == 3 { Cell::Null } else { Cell::Text(format!("{}/{}/2014", n % 12 + 1, n % 28 + 1)) };
        check(&["day", "n"], |n| vec![american(n), int(n)], 40, Some((Kind::Line, Some(0), 1)));
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
        let mut chart = Chart::of(&Spool::of_table(&table).unwrap(), &Dates::default(), 0).unwrap();
        assert_eq!((chart.y, chart.x), (0, Some(1)));
        chart.turn_y(1);
        chart.turn_x(1);
        assert_eq!((chart.y, chart.x), (1, None));
        chart.turn_x(-1);
        assert_eq!(chart.x, Some(1));
    }
}
