//! A spool as a new database of the person's.

use std::path::Path;

use rusqlite::Connection;

use super::super::error::DbError;
use super::super::export::{Layout, distinct_names};
use super::super::parameters::value_of;
use super::super::table::Cell;
use super::order::Order;
use super::rows::{Spool, failed};
use crate::signal::Cancel;
use crate::sql::quote::{is_keyword, quoted_identifier};

/// Rows between two words about how far it is.
const ROWS_BETWEEN_WORDS: usize = 10_000;
/// Columns whose values' types are counted in one statement: SQLite gives no more than 2,000 results at once.
const COUNTED_AT_ONCE: usize = 500;
/// What a value that is there can be.
const TYPES: [&str; 4] = ["integer", "real", "text", "blob"];

impl Spool {
    /// Writes the rows in `order` into the empty file `path`, as the table `result` of a database. Stops without an error when cancelled.
    ///
    /// Columns are declared as they were, but where that would change a value: in `SELECT n FROM t UNION SELECT '007'` the column counts as
    /// one of `n`'s type, and SQLite makes a 7 of the text on its way into such a one (`sqlite.org/datatype3.html`, 3).
    pub fn write_database(
        &self,
        order: Option<&Order>,
        path: &Path,
        cancel: &Cancel,
        progress: &mut dyn FnMut(usize),
    ) -> Result<(), DbError> {
        let failed = |error: rusqlite::Error| failed(&error);
        let mut types: Vec<Option<&str>> = self.columns.iter().map(|column| plain_type(column.declared_type.as_deref())).collect();
        let connection = Connection::open(path).map_err(failed)?;
        connection.execute_batch("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF").map_err(failed)?;
        loop {
            connection.execute_batch(&format!("BEGIN; CREATE TABLE {} ({})", Layout::TABLE, self.declared(&types))).map_err(failed)?;
            self.insert_all(&connection, order, cancel, progress)?;
            let bent = self.bent(&connection, order, &types, cancel)?;
            if bent.is_empty() || cancel.is_stopped() {
                return connection.execute_batch("COMMIT").map_err(failed);
            }
            types.iter_mut().enumerate().filter(|(at, _)| bent.contains(at)).for_each(|(_, declared)| *declared = None);
            connection.execute_batch("ROLLBACK").map_err(failed)?;
        }
    }

    fn declared(&self, types: &[Option<&str>]) -> String {
        let names = distinct_names(&self.columns).into_iter().zip(types);
        let columns = names.map(|(name, declared)| match declared {
            Some(declared) => format!("{} {declared}", quoted_identifier(&name)),
            None => quoted_identifier(&name),
        });
        columns.collect::<Vec<_>>().join(", ")
    }

    fn insert_all(
        &self,
        connection: &Connection,
        order: Option<&Order>,
        cancel: &Cancel,
        progress: &mut dyn FnMut(usize),
    ) -> Result<(), DbError> {
        let insert = format!("INSERT INTO {} VALUES ({})", Layout::TABLE, vec!["?"; self.columns.len()].join(", "));
        let (mut failure, mut done) = (None, 0);
        let mut statement = connection.prepare(&insert).map_err(|error| failed(&error))?;
        self.for_each(order, cancel, |cells| {
            done += 1;
            if done % ROWS_BETWEEN_WORDS == 0 {
                progress(done);
            }
            let values = cells.iter().map(|cell| rusqlite::types::ToSqlOutput::Borrowed(value_of(cell)));
            failure = statement.execute(rusqlite::params_from_iter(values)).err();
            failure.is_none()
        })?;
        failure.map_or(Ok(()), |error| Err(failed(&error)))
    }

    /// The columns with a type in which some value became one of another type. What a type does to values goes one way, so that the numbers
    /// of each kind tell.
    fn bent(&self, connection: &Connection, order: Option<&Order>, types: &[Option<&str>], cancel: &Cancel) -> Result<Vec<usize>, DbError> {
        let typed: Vec<usize> = types.iter().enumerate().filter_map(|(at, declared)| declared.map(|_| at)).collect();
        let names = distinct_names(&self.columns);
        let mut bent = Vec::new();
        for columns in typed.chunks(COUNTED_AT_ONCE) {
            let named: Vec<String> = columns.iter().map(|&at| quoted_identifier(names.get(at).map_or("", String::as_str))).collect();
            let after = count_types(connection, &named, Layout::TABLE).map_err(|error| failed(&error))?;
            let own: Vec<String> = columns.iter().map(|at| format!("c{at}")).collect();
            let before = match order {
                None => self.working(cancel, |connection| count_types(connection, &own, "t"))?,
                Some(_) => self.count_in(order, columns, cancel)?,
            };
            let pairs = columns.iter().zip(before.chunks(TYPES.len()).zip(after.chunks(TYPES.len())));
            bent.extend(pairs.filter(|(_, (before, after))| before != after).map(|(at, _)| *at));
        }
        Ok(bent)
    }

    /// As [`count_types`], of the rows in `order` alone.
    fn count_in(&self, order: Option<&Order>, columns: &[usize], cancel: &Cancel) -> Result<Vec<i64>, DbError> {
        let mut counts = vec![0; columns.len() * TYPES.len()];
        self.for_each(order, cancel, |cells| {
            for (column, counts) in columns.iter().zip(counts.chunks_mut(TYPES.len())) {
                let [integer, real, text, blob] = counts else { continue };
                match cells.get(*column) {
                    Some(Cell::Integer(_)) => *integer += 1,
                    Some(Cell::Real(_)) => *real += 1,
                    Some(Cell::Text(_)) => *text += 1,
                    Some(Cell::Blob(_)) => *blob += 1,
                    Some(Cell::Null) | None => {}
                }
            }
            true
        })?;
        Ok(counts)
    }
}

/// How many values of each of [`TYPES`] each column has.
fn count_types(connection: &Connection, columns: &[String], table: &str) -> rusqlite::Result<Vec<i64>> {
    let sums = columns.iter().flat_map(|column| TYPES.map(|kind| format!("total(typeof({column}) = '{kind}')")));
    let sql = format!("SELECT {} FROM {table}", sums.collect::<Vec<_>>().join(", "));
    let read = |row: &rusqlite::Row<'_>| (0..columns.len() * TYPES.len()).map(|at| row.get::<_, f64>(at).map(|n| n as i64)).collect();
    connection.query_row(&sql, [], read)
}

/// Only what is a plain type name: the text is the other database's.
fn plain_type(declared: Option<&str>) -> Option<&str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '(' | ')' | ',');
    // `CREATE TABLE t (a "NOT NULL")` declares a type that would be a constraint here.
    let says_more = |declared: &str| declared.split(|c: char| !c.is_ascii_alphanumeric()).any(is_keyword);
    declared.filter(|declared| declared.chars().all(is_plain) && !says_more(declared))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{ColumnInfo, Table};

    /// What values of a column are once they are in a database.
    #[track_caller]
    fn check(declared: &str, cells: &[Cell], keeps_type: bool) {
        let columns = vec![ColumnInfo { name: "a".into(), declared_type: Some(declared.into()) }];
        let table = Table { columns, rows: cells.iter().map(|cell| vec![cell.clone()]).collect(), truncated: false };
        let file = tempfile::NamedTempFile::new().unwrap();
        Spool::of_table(&table).unwrap().write_database(None, file.path(), &Cancel::new(), &mut |_| {}).unwrap();
        let connection = Connection::open(file.path()).unwrap();
        let mut statement = connection.prepare("SELECT a FROM result").unwrap();
        let rows = statement.query_map([], |row| Ok(super::super::super::database::cell_of(row.get_ref(0)?))).unwrap();
        assert_eq!(rows.map(Result::unwrap).collect::<Vec<_>>(), cells, "{declared}");
        let kept: String = connection.query_row("SELECT type FROM pragma_table_info('result')", [], |row| row.get(0)).unwrap();
        assert_eq!(kept == declared, keeps_type, "{declared}: {kept}");
    }

    #[test]
    fn a_declared_type_changes_no_value() {
        let (int, real, text) = (Cell::Integer, Cell::Real, |text: &str| Cell::Text(text.into()));
        check("INTEGER", &[int(1), Cell::Null, Cell::Blob(vec![1]), text("x"), real(0.5)], true);
        check("INTEGER", &[int(1), text("007")], false);
        check("INTEGER", &[real(2.0)], false);
        check("DECIMAL(10,2)", &[real(0.5), int(3)], true);
        check("NUMERIC", &[text("1e3")], false);
        check("VARCHAR(20)", &[text("007"), Cell::Null], true);
        check("TEXT", &[text("a"), int(7)], false);
        check("REAL", &[real(2.0), real(f64::INFINITY)], true);
        check("REAL", &[int(i64::MAX)], false);
        check("BLOB", &[int(1), text("1"), real(1.0)], true);
        check("NOT NULL", &[Cell::Null], false);
        check("", &[int(1), text("1"), real(1.0)], true);
    }
}
