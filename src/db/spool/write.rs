//! A spool as a new database of the person's.

use std::path::Path;

use rusqlite::Connection;

use super::super::error::DbError;
use super::super::export::distinct_names;
use super::super::parameters::value_of;
use super::order::Order;
use super::rows::{Spool, failed};
use crate::signal::Cancel;
use crate::sql::quote::quoted_identifier;

/// Rows between two words about how far it is.
const ROWS_BETWEEN_WORDS: usize = 10_000;

impl Spool {
    /// Writes the rows in `order` into the empty file `path`, as the table `result` of a database. Stops without an error when cancelled.
    pub fn write_database(
        &self,
        order: Option<&Order>,
        path: &Path,
        cancel: &Cancel,
        progress: &mut dyn FnMut(usize),
    ) -> Result<(), DbError> {
        let create = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            let names = distinct_names(&self.columns).into_iter().zip(&self.columns);
            let columns: Vec<String> = names
                .map(|(name, column)| match column.declared_type.as_deref() {
                    // Only what is a plain type name: the text is the other database's.
                    Some(declared) if declared.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '(' | ')' | ',')) => {
                        format!("{} {declared}", quoted_identifier(&name))
                    }
                    _ => quoted_identifier(&name),
                })
                .collect();
            connection.execute_batch(&format!("PRAGMA synchronous=OFF; BEGIN; CREATE TABLE result ({})", columns.join(", ")))?;
            Ok(connection)
        };
        let connection = create().map_err(|error| failed(&error))?;
        let insert = format!("INSERT INTO result VALUES ({})", vec!["?"; self.columns.len()].join(", "));
        let mut failure = None;
        let mut done = 0;
        {
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
        }
        match failure {
            Some(error) => Err(failed(&error)),
            None => connection.execute_batch("COMMIT").map_err(|error| failed(&error)),
        }
    }
}
