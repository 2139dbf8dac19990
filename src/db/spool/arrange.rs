//! Sorting and filtering a spool. SQLite sorts, outside memory where the rows are many.

use rusqlite::types::Value;

use super::super::error::DbError;
use super::order::{Arrangement, Filter, Order, Sort};
use super::rows::Spool;
use crate::signal::Cancel;

impl Spool {
    /// Finds the rows of `arrangement`.
    pub fn arrange(&self, arrangement: &Arrangement, cancel: &Cancel) -> Result<Order, DbError> {
        let (condition, parameter) = self.condition(arrangement.filter.as_ref());
        let order = match arrangement.sort {
            // Letter case matters last; equal rows stay as the query gave them.
            Some(Sort { column, descending }) => {
                let direction = if descending { " DESC" } else { "" };
                format!("c{column} COLLATE NOCASE{direction}, c{column}{direction}, rowid")
            }
            None => "rowid".into(),
        };
        let sql = format!("SELECT rowid - 1 FROM t WHERE {condition} ORDER BY {order}");
        let rows = self.working(cancel, |connection| {
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query(rusqlite::params_from_iter(parameter))?;
            let mut out: Vec<u32> = Vec::new();
            while let Some(row) = rows.next()? {
                out.push(row.get(0)?);
            }
            Ok(out)
        })?;
        Ok(Order::new(arrangement.clone(), rows))
    }

    /// `filter` in SQL, and its parameter.
    pub(super) fn condition(&self, filter: Option<&Filter>) -> (String, Option<Value>) {
        filter.map_or_else(|| ("1".into(), None), |filter| filter.condition(self.columns.len()))
    }
}
