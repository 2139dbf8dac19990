//! Which rows of a spool, in which order.

use std::sync::Arc;

use rusqlite::types::Value;

/// By which column rows are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// Counted from 0.
    pub column: usize,
    /// The largest first.
    pub descending: bool,
}

/// Which rows are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Rows in which some cell contains this, letter case aside (for ASCII).
    Contains(String),
    /// Rows whose cell in `column` passes `test`.
    Column {
        /// Counted from 0.
        column: usize,
        /// What it has to be.
        test: Test,
    },
}

/// What a cell has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// `NULL`.
    Null,
    /// Anything but `NULL`.
    NotNull,
    /// Compared with a value, by one of SQLite's operators.
    Compare(&'static str, String),
}

impl Filter {
    /// Reads what a person typed while the cursor was on `column`: `text` is contained in some cell; `= x`, `!= x`, `< x`, `<= x`, `> x`,
    /// `>= x`, `null` and `!null` speak of the column. Nothing typed is no filter.
    pub fn parse(typed: &str, column: usize) -> Option<Self> {
        let typed = typed.trim();
        let test = |test| Some(Self::Column { column, test });
        match typed {
            "" => return None,
            "null" => return test(Test::Null),
            "!null" => return test(Test::NotNull),
            _ => {}
        }
        for (sign, operator) in [("!=", "<>"), ("<=", "<="), (">=", ">="), ("<", "<"), (">", ">"), ("=", "=")] {
            if let Some(value) = typed.strip_prefix(sign) {
                return test(Test::Compare(operator, value.trim().to_owned()));
            }
        }
        Some(Self::Contains(typed.to_owned()))
    }

    /// The condition in SQL, and its parameter.
    pub(super) fn condition(&self, columns: usize) -> (String, Option<Value>) {
        match self {
            Self::Contains(text) => {
                let pattern = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                (any_like(0, columns), Some(Value::Text(format!("%{pattern}%"))))
            }
            Self::Column { column, test: Test::Null } => (format!("c{column} IS NULL"), None),
            Self::Column { column, test: Test::NotNull } => (format!("c{column} IS NOT NULL"), None),
            Self::Column { column, test: Test::Compare(operator, value) } => {
                let number = value.parse::<i64>().map(Value::Integer).or_else(|_| value.parse::<f64>().map(Value::Real));
                match number {
                    // Digits may stand in a column of numbers or of text.
                    Ok(number) => (
                        format!(
                            "(CASE WHEN typeof(c{column}) IN ('integer', 'real') THEN c{column} ELSE CAST(c{column} AS NUMERIC) END) {operator} ?1 AND c{column} IS NOT NULL"
                        ),
                        Some(number),
                    ),
                    Err(_) => (format!("c{column} {operator} ?1 COLLATE NOCASE"), Some(Value::Text(value.clone()))),
                }
            }
        }
    }
}

/// `c0 LIKE ?1 OR ...` as a balanced tree: SQLite limits how deep an expression may be.
fn any_like(from: usize, to: usize) -> String {
    match to - from {
        0 => "0".into(),
        1 => format!("c{from} LIKE ?1 ESCAPE '\\'"),
        _ => {
            let middle = from.midpoint(to);
            format!("({} OR {})", any_like(from, middle), any_like(middle, to))
        }
    }
}

/// How a person wants the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// In which order; `None` as the query gave them.
    pub sort: Option<Sort>,
    /// Which.
    pub filter: Option<Filter>,
}

/// The rows of an [`Arrangement`]: four bytes each.
#[derive(Debug, Clone)]
pub struct Order {
    arrangement: Arrangement,
    rows: Arc<[u32]>,
}

/// Orders are equal where they show the same rows.
impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows) || (self.arrangement == other.arrangement && self.rows == other.rows)
    }
}

impl Eq for Order {}

impl Order {
    pub(super) fn new(arrangement: Arrangement, rows: Vec<u32>) -> Self {
        Self { arrangement, rows: rows.into() }
    }

    /// How the person wanted it.
    pub fn arrangement(&self) -> &Arrangement {
        &self.arrangement
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Which row of the spool stands at `position`.
    pub fn row(&self, position: usize) -> u32 {
        self.rows.get(position).copied().unwrap_or(u32::MAX - 1)
    }

    /// Tells this order from others that live.
    pub(super) fn name(&self) -> usize {
        self.rows.as_ptr() as usize
    }
}
