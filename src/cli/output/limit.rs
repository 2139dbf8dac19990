//! How many rows are written, and what is said of a cut.

use std::io::{Write, stderr};

use crate::db::Limits;
use crate::text;

/// How many rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct RowLimit {
    /// At most so many.
    pub(in crate::cli) rows: usize,
    /// Somebody said so, rather than nobody saying anything.
    asked: bool,
}

impl RowLimit {
    /// What was `asked` for, 0 for all. Where nothing was, a terminal gets as many as one looks through, and anything else gets all.
    pub(in crate::cli) fn new(asked: Option<usize>, terminal: bool) -> Self {
        match asked {
            Some(0) => Self { rows: usize::MAX, asked: true },
            Some(rows) => Self { rows, asked: true },
            None if terminal => Self { rows: Limits::default().max_rows, asked: false },
            None => Self { rows: usize::MAX, asked: false },
        }
    }

    /// `limits` with these rows; what is bounded in rows by nobody's wish is bounded in bytes too.
    pub(in crate::cli) fn apply(self, limits: Limits) -> Limits {
        let max_bytes = if self.asked || self.rows == usize::MAX { usize::MAX } else { limits.max_bytes };
        Limits { max_rows: self.rows, max_bytes, ..limits }
    }

    /// Tells a person that there are more rows than the `rows` that were written.
    pub(in crate::cli) fn say_cut(self, rows: usize) -> std::io::Result<()> {
        writeln!(stderr(), "{}", self.cut(rows))
    }

    fn cut(self, rows: usize) -> String {
        let rows = text::counted(rows as u64, "row", "rows");
        match self.asked {
            true => format!("note: cut at {rows}, as asked for; --max-rows 0 gives all"),
            false => format!("note: there are more than the {rows} shown; --max-rows 0 shows all, and a pipe or a file gets all"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: Option<usize>, terminal: bool, rows: usize, bytes: usize) {
        let limits = RowLimit::new(asked, terminal).apply(Limits::default());
        assert_eq!((limits.max_rows, limits.max_bytes), (rows, bytes));
    }

    #[test]
    fn only_a_terminal_is_spared_rows_that_nobody_asked_for() {
        let (all, bytes) = (usize::MAX, Limits::default().max_bytes);
        check(None, true, 1000, bytes);
        check(None, false, all, all);
        check(Some(0), true, all, all);
        check(Some(5000), true, 5000, all);
        check(Some(7), false, 7, all);
        assert!(RowLimit::new(None, true).cut(1000).contains("more than the 1,000 rows shown; --max-rows 0 shows all"));
        assert!(RowLimit::new(Some(1), false).cut(1).contains("cut at 1 row, as asked for"));
    }
}
