//! The rows of the last query, and where the cursor is in them. The rows themselves stay in the spool.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::cells::{in_line, measure};
use super::chart::Chart;
use super::columns::Columns;
use super::dates::{Dates, Shown};
use super::typed::Typed;
use crate::db::Cell;
use crate::db::spool::{Arrangement, Filter, Order, Peek, Sort, Spool};
use crate::jobs::JobFailure;
use crate::schema::Times;
use crate::text;

/// No column is drawn wider than this unless a person says so; the cell window shows the rest.
const WIDEST: usize = 40;
/// A person can say no more than this.
const WIDEST_SET: usize = 240;
/// Rows that column widths are measured on.
const MEASURED: usize = 200;
/// Columns that stay in view take no more than this of the pane, as a fraction.
const HELD_OF: (usize, usize) = (2, 3);
/// Cells that they are measured on when a result arrives, so that a wide one is shown at once too.
const MEASURED_CELLS: usize = 20_000;

/// What the result pane shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Content {
    /// Nothing ran yet.
    #[default]
    Empty,
    /// Rows.
    Rows {
        /// They.
        spool: Arc<Spool>,
        /// How long the query took.
        elapsed: Duration,
    },
    /// The query failed.
    Failed(JobFailure),
    /// The query was cancelled.
    Cancelled,
}

/// The pane.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// What it shows.
    pub content: Content,
    /// The statement that it came from.
    pub sql: String,
    /// Sorted or filtered rows; `None` for all, as they came.
    pub order: Option<Order>,
    /// How a person wants them: what `order` is, or soon will be.
    pub wanted: Arrangement,
    /// Row of the cursor.
    pub row: usize,
    /// Column of the cursor.
    pub column: usize,
    /// Columns that count time, and whether their dates are shown.
    pub dates: Dates,
    /// Drawn width of each column.
    pub widths: Vec<usize>,
    /// Columns whose width a person chose.
    chosen: BTreeSet<usize>,
    /// What was measured last: first row, rows, columns.
    measured: Option<(usize, usize, Vec<usize>)>,
    /// Which columns are shown, in which order.
    pub columns: Columns,
    /// What was looked for last.
    pub sought: String,
    /// What was typed as a filter.
    pub filter: Typed,
    /// Whether the filter is being typed.
    pub filtering: bool,
    /// Whether the database changed since.
    pub stale: bool,
    /// The rows as a chart.
    pub chart: Option<Chart>,
}

impl Results {
    /// Shows `spool`, from its first cell. `units` are what its columns count, as far as they count time.
    pub fn show(&mut self, sql: String, spool: Arc<Spool>, elapsed: Duration, units: Vec<Option<Times>>) {
        let columns = spool.columns().len();
        let dates = Dates::new(units, columns).as_before(&self.dates);
        let rows = (MEASURED_CELLS / columns.max(1)).clamp(5, MEASURED);
        let all: Vec<usize> = (0..columns).collect();
        let widths = measure(&spool, &dates, None, &all, 0, rows, WIDEST);
        // The same query again is looked at as before.
        let again = self.sql == sql && self.columns.count() == columns;
        let columns = if again { std::mem::take(&mut self.columns) } else { Columns::new(columns) };
        let column = columns.shown().first().copied().unwrap_or_default();
        let sought = std::mem::take(&mut self.sought);
        *self = Self { widths, dates, columns, column, sought, content: Content::Rows { spool, elapsed }, sql, ..Self::default() };
    }

    /// Shows that the query failed.
    pub fn fail(&mut self, sql: String, failure: JobFailure) {
        let dates = Dates::default().as_before(&self.dates);
        *self = Self { content: Content::Failed(failure), sql, dates, ..Self::default() };
    }

    /// Shows dates in place of numbers, or numbers again; `None` where no column counts time.
    pub fn turn_dates(&mut self) -> Option<Shown> {
        let shown = self.dates.turn()?;
        for column in 0..self.widths.len() {
            if self.dates.times(column).is_some() {
                self.fit_column(column, WIDEST);
            }
        }
        Some(shown)
    }

    /// A cell as one line of the table.
    pub fn shown(&self, column: usize, cell: &Peek) -> String {
        in_line(&self.dates, column, cell)
    }

    /// The rows, where there are some.
    pub fn spool(&self) -> Option<&Arc<Spool>> {
        match &self.content {
            Content::Rows { spool, .. } => Some(spool),
            _ => None,
        }
    }

    /// Rows that are shown.
    pub fn len(&self) -> usize {
        self.order.as_ref().map_or_else(|| self.spool().map_or(0, |spool| spool.len()), Order::len)
    }

    /// Whether none are.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What can be done where there are no rows.
    pub fn without_rows(&self) -> &'static str {
        match self.content {
            Content::Rows { .. } if self.order.as_ref().is_some_and(|order| order.arrangement().filter.is_some()) => {
                "the filter keeps none; / changes it"
            }
            Content::Rows { .. } => "the query found none",
            Content::Failed(_) => "the query failed",
            Content::Empty | Content::Cancelled => "run a query first",
        }
    }

    /// Moves the cursor by `rows` and `columns`, as far as there are cells.
    pub fn move_by(&mut self, rows: isize, columns: isize) {
        self.row = self.row.saturating_add_signed(rows).min(self.len().saturating_sub(1));
        self.column = self.columns.neighbour(self.column, columns);
    }

    /// The cell under the cursor, in full.
    pub fn cell(&self) -> Option<Cell> {
        if self.is_empty() {
            return None;
        }
        self.spool()?.cell(self.order.as_ref(), self.row, self.column).ok()
    }

    /// The row under the cursor, in full.
    pub fn cells(&self) -> Option<Vec<Cell>> {
        if self.is_empty() {
            return None;
        }
        self.spool()?.row(self.order.as_ref(), self.row).ok()
    }

    /// The name of the cursor's column.
    pub fn column_name(&self) -> Option<&str> {
        self.spool()?.columns().get(self.column).map(|column| column.name.as_str())
    }

    /// Sorts by the cursor's column: up, down, as it came.
    pub fn turn_sort(&mut self) -> Arrangement {
        let column = self.column;
        self.wanted.sort = match self.wanted.sort {
            Some(Sort { column: own, descending: false }) if own == column => Some(Sort { column, descending: true }),
            Some(Sort { column: own, descending: true }) if own == column => None,
            _ => Some(Sort { column, descending: false }),
        };
        // The mark stands behind the name.
        let name = self.column_name().map_or(0, |name| text::width(&text::sanitize(name))) + self.dates.mark(column).len();
        if let Some(width) = self.widths.get_mut(column) {
            *width = (*width).max((name + 1).min(WIDEST));
        }
        self.wanted.clone()
    }

    /// Takes what is typed as a filter.
    pub fn take_filter(&mut self) -> Arrangement {
        self.wanted.filter = Filter::parse(&self.filter, self.column);
        self.wanted.clone()
    }

    /// Shows the rows of `order`; what is no longer wanted is dropped.
    pub fn arranged(&mut self, order: Order) {
        if *order.arrangement() != self.wanted {
            return;
        }
        self.order = if self.wanted == Arrangement::default() { None } else { Some(order) };
        self.measured = None;
        self.row = self.row.min(self.len().saturating_sub(1));
    }

    /// Makes the cursor's column wider by `by`.
    pub fn widen(&mut self, by: isize) {
        if let Some(width) = self.widths.get_mut(self.column) {
            *width = width.saturating_add_signed(by).clamp(1, WIDEST_SET);
            self.chosen.insert(self.column);
        }
    }

    /// Widens `columns` to what stands in `count` rows from `first` on, save those whose width was chosen. They never get narrower by
    /// themselves: the table would jump while one scrolls.
    pub(super) fn measure_view(&mut self, first: usize, count: usize, columns: &[usize]) {
        let now = Some((first, count, columns.to_vec()));
        if self.measured == now {
            return;
        }
        self.measured = now;
        let Some(spool) = self.spool() else { return };
        let widths = measure(spool, &self.dates, self.order.as_ref(), columns, first, count, WIDEST);
        for (&column, fitting) in columns.iter().zip(widths).filter(|(column, _)| !self.chosen.contains(*column)) {
            if let Some(width) = self.widths.get_mut(column) {
                *width = (*width).max(fitting);
            }
        }
    }

    /// Makes the cursor's column as wide as its cells around the cursor.
    pub fn fit(&mut self) {
        self.fit_column(self.column, WIDEST_SET);
        self.chosen.insert(self.column);
    }

    fn fit_column(&mut self, column: usize, widest: usize) {
        let Some(spool) = self.spool() else { return };
        let first = self.row.saturating_sub(MEASURED / 2);
        let fitting = measure(spool, &self.dates, self.order.as_ref(), &[column], first, MEASURED, widest);
        if let (Some(width), Some(&fitting)) = (self.widths.get_mut(column), fitting.first()) {
            *width = fitting;
        }
    }

    /// The columns to draw in `width`, with what is drawn of each, so that the cursor's column is in view; and how many of them stay there.
    pub fn in_view(&self, width: usize) -> (Vec<(usize, usize)>, usize) {
        let shown = self.columns.shown();
        let wide = |column: &usize| self.widths.get(*column).copied().unwrap_or(0);
        // What stays leaves room for what moves.
        let (mut held, mut taken) = (0, 0);
        for column in shown.iter().take(self.columns.held()) {
            let wider = taken + wide(column) + 2;
            if wider * HELD_OF.1 > width * HELD_OF.0 {
                break;
            }
            (held, taken) = (held + 1, wider);
        }
        let (stay, move_) = shown.split_at_checked(held).unwrap_or((&[], shown.as_slice()));
        let rest = width.saturating_sub(taken);
        let mut first = move_.iter().position(|column| *column == self.column).unwrap_or(0);
        let mut used = move_.get(first).map_or(0, wide);
        while let Some(before) = first.checked_sub(1).and_then(|at| move_.get(at)) {
            let wider = used + 2 + wide(before);
            if wider > rest {
                break;
            }
            used = wider;
            first -= 1;
        }
        let mut room = width;
        let mut out = Vec::new();
        for column in stay.iter().chain(move_.get(first..).unwrap_or(&[])) {
            if room == 0 {
                break;
            }
            out.push((*column, wide(column).min(room)));
            room = room.saturating_sub(wide(column) + 2);
        }
        (out, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{ColumnInfo, Table};

    fn results(columns: usize) -> Results {
        let info = |i: usize| ColumnInfo { name: format!("column_{i}"), declared_type: None };
        let table = Table { columns: (0..columns).map(info).collect(), rows: vec![vec![Cell::Integer(1); columns]; 3], truncated: false };
        let mut results = Results::default();
        results.show(String::new(), Arc::new(Spool::of_table(&table).unwrap()), Duration::ZERO, Vec::new());
        results
    }

    #[test]
    fn the_cursor_stays_inside() {
        let mut results = results(2);
        results.move_by(99, 99);
        assert_eq!((results.row, results.column), (2, 1));
        results.move_by(-99, -99);
        assert_eq!((results.row, results.column), (0, 0));
        let mut empty = Results::default();
        empty.move_by(1, 1);
        assert_eq!((empty.row, empty.cell()), (0, None));
    }

    #[test]
    fn the_cursors_column_is_in_view_whatever_its_width() {
        let mut results = results(10);
        let drawn = |results: &Results, width: usize| results.in_view(width).0.into_iter().map(|(column, _)| column).collect::<Vec<_>>();
        assert_eq!(drawn(&results, 30), [0, 1, 2]);
        results.column = 9;
        assert_eq!(drawn(&results, 30), [7, 8, 9]);
        assert_eq!((drawn(&results, 3), results.in_view(3).0), (vec![9], vec![(9, 3)]));
        results.widen(500);
        assert_eq!((results.widths[9], drawn(&results, 30)), (WIDEST_SET, vec![9]));
        results.fit();
        assert_eq!(results.widths[9], 8);
    }

    #[test]
    fn columns_that_are_held_stay_and_hidden_ones_are_passed() {
        let mut results = results(10);
        let drawn = |results: &Results, width: usize| {
            let (columns, held) = results.in_view(width);
            (columns.into_iter().map(|(column, _)| column).collect::<Vec<_>>(), held)
        };
        results.columns.hold_to(0);
        results.column = 9;
        assert_eq!(drawn(&results, 40), (vec![0, 7, 8, 9], 1));
        results.columns.hide(8);
        assert_eq!(drawn(&results, 40), (vec![0, 6, 7, 9], 1));
        results.move_by(0, -1);
        assert_eq!(results.column, 7);
        results.columns.hold_to(9);
        assert_eq!(drawn(&results, 40).1, 2, "what stays does not take all of the room");
        assert!(drawn(&results, 40).0.contains(&7));
        results.column = 0;
        assert_eq!(drawn(&results, 40).0[..2], [0, 1]);
    }

    #[test]
    fn columns_are_measured_where_one_is_and_numbers_are_never_cut() {
        let info = |name: &str| ColumnInfo { name: name.into(), declared_type: None };
        let row = |n: i64| vec![Cell::Integer(if n < 1_000 { n } else { -9_000_000_000 - n }), Cell::Text("x".repeat((n / 50) as usize))];
        let table = Table { columns: vec![info("n"), info("t")], rows: (0..3_000).map(row).collect(), truncated: false };
        let mut results = Results::default();
        results.show(String::new(), Arc::new(Spool::of_table(&table).unwrap()), Duration::ZERO, Vec::new());
        assert_eq!(results.widths, [3, 3]);
        results.measure_view(1_000, 20, &[0, 1]);
        assert_eq!(results.widths, [11, 20]);
        results.measure_view(2_900, 20, &[0, 1]);
        assert_eq!(results.widths, [11, WIDEST]);
        results.measure_view(0, 20, &[0, 1]);
        assert_eq!(results.widths, [11, WIDEST], "they do not jump back");
        // What a person chose stays; a number of many digits has them all.
        results.column = 1;
        results.widen(-30);
        results.measure_view(2_900, 20, &[0, 1]);
        assert_eq!(results.widths, [11, 10]);
    }

    #[test]
    fn sorting_turns_up_down_and_back_and_old_orders_are_dropped() {
        let mut results = results(2);
        let spool = Arc::clone(results.spool().unwrap());
        let up = results.turn_sort();
        let down = results.turn_sort();
        let arrange = |wanted: &Arrangement| spool.arrange(wanted, &crate::signal::Cancel::new()).unwrap();
        results.arranged(arrange(&up));
        assert_eq!(results.order, None);
        results.arranged(arrange(&down));
        assert_eq!(results.order.as_ref().map(|order| order.arrangement().sort.unwrap().descending), Some(true));
        let back = results.turn_sort();
        results.arranged(arrange(&back));
        assert_eq!(results.order, None);
        results.filter = "= 2".into();
        let none = results.take_filter();
        results.arranged(arrange(&none));
        assert_eq!((results.len(), results.row, results.cell()), (0, 0, None));
    }
}
