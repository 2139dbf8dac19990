//! Dates in a result whose columns count time: which columns do, whether their dates or their numbers are shown.
//!
//! The rows stay as they are: what is copied, written, sorted and filtered is the number. Where it is certain what a column counts, its dates
//! are shown from the start: nobody reads 1704067200000. Where several units are possible the number is shown until a person asks for the
//! date, because a date that is a guess would be believed.

use crate::db::Cell;
use crate::db::export::real;
use crate::db::spool::Peek;
use crate::schema::{TimeUnit, Times};

/// Which dates are shown in place of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shown {
    /// Those of which it is certain what is counted.
    #[default]
    Sure,
    /// All; what is open is taken for the likeliest.
    All,
    /// None: numbers, as they are stored.
    Stored,
}

impl Shown {
    fn next(self) -> Self {
        match self {
            Self::Sure => Self::All,
            Self::All => Self::Stored,
            Self::Stored => Self::Sure,
        }
    }
}

/// The columns of a result that count time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dates {
    /// What each column counts; empty where none does.
    units: Vec<Option<Times>>,
    shown: Shown,
}

impl Dates {
    /// Those of a result with `columns` columns, where `units` is about it.
    pub fn new(units: Vec<Option<Times>>, columns: usize) -> Self {
        let units = if units.len() == columns { units } else { Vec::new() };
        Self { units, shown: Shown::default() }
    }

    /// The same, as a person wanted the result before it: numbers stay numbers, a guess is asked for anew.
    pub fn as_before(self, before: &Self) -> Self {
        let shown = if before.shown == Shown::Stored { Shown::Stored } else { Shown::Sure };
        Self { shown, ..self }
    }

    /// Whether any column counts time.
    pub fn is_any(&self) -> bool {
        self.units.iter().any(Option::is_some)
    }

    /// What a column counts.
    pub fn times(&self, column: usize) -> Option<&Times> {
        self.units.get(column)?.as_ref()
    }

    /// The unit in which a column's numbers are read for the table; `None` where numbers are shown.
    pub fn in_table(&self, column: usize) -> Option<TimeUnit> {
        self.read_as(column, self.shown)
    }

    /// The unit in which a column's numbers are read for a chart: points of a line are no numbers to be read one by one.
    pub fn in_chart(&self, column: usize) -> Option<TimeUnit> {
        self.read_as(column, if self.shown == Shown::All { Shown::All } else { Shown::Sure })
    }

    fn read_as(&self, column: usize, shown: Shown) -> Option<TimeUnit> {
        let times = self.times(column)?;
        match shown {
            Shown::Stored => None,
            Shown::Sure if times.is_open() => None,
            Shown::Sure | Shown::All => Some(times.unit()),
        }
    }

    /// What stands behind the name of a column whose numbers are shown as dates: that they are numbers, and whether the date is a guess.
    pub fn mark(&self, column: usize) -> &'static str {
        match (self.in_table(column), self.times(column)) {
            (Some(_), Some(times)) if times.is_open() => " #?",
            (Some(_), _) => " #",
            (None, _) => "",
        }
    }

    /// Shows the next choice of dates and numbers that makes a difference; `None` where no column counts time.
    pub fn turn(&mut self) -> Option<Shown> {
        let read = |shown: Shown| -> Vec<_> { (0..self.units.len()).map(|column| self.read_as(column, shown)).collect() };
        let now = read(self.shown);
        let turned = [self.shown.next(), self.shown.next().next()].into_iter().find(|shown| read(*shown) != now)?;
        self.shown = turned;
        Some(turned)
    }

    /// The date of a cell, where it is shown in place of the number.
    pub fn cell(&self, column: usize, cell: &Peek) -> Option<String> {
        let unit = self.in_table(column)?;
        let number = match cell {
            Peek::Integer(n) => *n as f64,
            Peek::Real(x) => *x,
            Peek::Text(text) => self.times(column)?.digits(text)?,
            Peek::Null | Peek::Blob(_) => return None,
        };
        unit.dated(number)
    }

    /// A cell with its date and what it counts, for its window; each of several possible units.
    pub fn in_full(&self, column: usize, cell: &Cell) -> Option<String> {
        let times = self.times(column)?;
        let (number, stored) = match cell {
            Cell::Integer(n) => (*n as f64, n.to_string()),
            Cell::Real(x) => (*x, real(*x)),
            Cell::Text(text) => (times.digits(text)?, text.clone()),
            Cell::Null | Cell::Blob(_) => return None,
        };
        let told = |unit: &TimeUnit| format!("{unit}{}", if unit.is_utc() { ", UTC" } else { "" });
        match times.units.as_slice() {
            [unit] => {
                let date = unit.dated(number).map(|date| format!("  {date}")).unwrap_or_default();
                Some(format!("{stored}{date}\n\n{}", told(unit)))
            }
            units => {
                let lines = units.iter().map(|unit| {
                    let date = unit.dated(number).unwrap_or_else(|| "no date".into());
                    format!("{stored}  {date}  {}", told(unit))
                });
                let lines: Vec<String> = lines.collect();
                Some(format!("{}\n\nThe column leaves open which of these it counts.", lines.join("\n")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(units: &[TimeUnit]) -> Option<Times> {
        Some(Times { units: units.to_vec(), mixed: false, never: false, first: String::new(), last: String::new() })
    }

    /// Which columns show dates at first and after each turn.
    #[track_caller]
    fn check(units: &[Option<Times>], expected: &[&str]) {
        let mut dates = Dates::new(units.to_vec(), units.len());
        let marks = |dates: &Dates| (0..units.len()).map(|column| dates.mark(column)).collect::<Vec<_>>().join(",");
        let mut seen = vec![marks(&dates)];
        for _ in 1..expected.len() {
            dates.turn();
            seen.push(marks(&dates));
        }
        assert_eq!(seen, expected);
    }

    #[test]
    fn every_turn_makes_a_difference() {
        let (sure, open) = (times(&[TimeUnit::UnixMillis]), times(&[TimeUnit::UnixSeconds, TimeUnit::AppleSeconds]));
        check(&[None, sure.clone()], &[", #", ",", ", #"]);
        check(std::slice::from_ref(&open), &["", " #?", "", " #?"]);
        check(&[sure.clone(), open.clone()], &[" #,", " #, #?", ",", " #,"]);
        check(&[None], &["", ""]);
        assert_eq!(Dates::new(vec![None], 1).turn(), None);
        // What is about another result says nothing.
        assert!(!Dates::new(vec![sure.clone()], 2).is_any());
        let mut before = Dates::new(vec![sure.clone(), open.clone()], 2);
        let now = || Dates::new(vec![open.clone(), sure.clone()], 2);
        before.turn();
        assert_eq!(now().as_before(&before), now());
        before.turn();
        assert_eq!(now().as_before(&before).in_table(1), None);
        assert_eq!(now().as_before(&before).in_chart(1), Some(TimeUnit::UnixMillis));
    }

    #[test]
    fn a_cell_is_a_date_where_it_is_one() {
        let mut mixed = times(&[TimeUnit::UnixMillis]).unwrap();
        mixed.mixed = true;
        let dates = Dates::new(vec![times(&[TimeUnit::UnixMillis]), Some(mixed), None], 3);
        let at = Some("2024-01-01 00:00:00".to_owned());
        assert_eq!(dates.cell(0, &Peek::Integer(1_704_067_200_000)), at);
        assert_eq!(dates.cell(0, &Peek::Real(1_704_067_200_000.5)), at);
        assert_eq!(dates.cell(0, &Peek::Text("1704067200000".into())), at);
        assert_eq!(dates.cell(1, &Peek::Integer(1_704_067_200_000)), at);
        for (column, cell) in [
            (0, Peek::Null),
            (0, Peek::Integer(0)),
            (0, Peek::Integer(-1)),
            (0, Peek::Integer(i64::MAX)),
            (0, Peek::Real(f64::NAN)),
            (0, Peek::Real(f64::INFINITY)),
            (0, Peek::Text("2024-01-01".into())),
            (0, Peek::Text("never".into())),
            (0, Peek::Text("inf".into())),
            (0, Peek::Blob(8)),
            (1, Peek::Text("20240101".into())),
            (2, Peek::Integer(1_704_067_200_000)),
            (9, Peek::Integer(1_704_067_200_000)),
        ] {
            assert_eq!(dates.cell(column, &cell), None, "{column} {cell:?}");
        }
    }

    #[test]
    fn the_window_of_a_cell_says_what_is_counted() {
        let dates = Dates::new(
            vec![times(&[TimeUnit::UnixMillis]), times(&[TimeUnit::YearMonthDay]), times(&[TimeUnit::UnixSeconds, TimeUnit::AppleSeconds])],
            3,
        );
        let full = |column, cell| dates.in_full(column, &cell).unwrap_or_default();
        assert_eq!(full(0, Cell::Integer(1_704_067_200_000)), "1704067200000  2024-01-01 00:00:00\n\nms since 1970, UTC");
        assert_eq!(full(0, Cell::Integer(0)), "0\n\nms since 1970, UTC");
        assert_eq!(full(1, Cell::Text("20240105".into())), "20240105  2024-01-05\n\nyyyymmdd");
        assert_eq!(
            full(2, Cell::Real(473_644_837.25)),
            "473644837.25  1985-01-04 00:00:37  s since 1970, UTC\n473644837.25  2016-01-05 00:00:37  s since 2001, UTC\n\n\
             The column leaves open which of these it counts."
        );
        assert_eq!((full(0, Cell::Null), full(0, Cell::Text("x".into()))), (String::new(), String::new()));
    }
}
