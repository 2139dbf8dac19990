//! Texts that are numbers under a draft's conditions, as tables of keys and values hold them: they are read as numbers where their order
//! matters.

use std::time::Duration;

use super::event::Fix;
use crate::db::{Cell, Database, Limits};
use crate::schema::Schema;
use crate::signal::Cancel;
use crate::sql::as_numbers::{AsNumbers, as_numbers, read_as_numbers};
use crate::sql::{ChangeKind, guard};

/// For one look into the database.
const ONE_LOOK: Duration = Duration::from_millis(250);

/// `sql` with texts that are numbers in every row that its other conditions leave read as such, and what was changed.
pub(super) fn mend_numbers(sql: &str, schema: &Schema, database: &Database, cancel: &Cancel) -> Option<(String, Vec<Fix>)> {
    let limits = Limits { timeout: ONE_LOOK, ..Limits::default() };
    let are_numbers = |place: &AsNumbers| {
        let checked = guard::check(&place.sql).ok()?;
        let table = database.execute(&checked, &limits, cancel).ok()?;
        match table.rows.first()?.as_slice() {
            [Cell::Integer(texts), Cell::Integer(numbers)] => Some(*texts > 0 && texts == numbers),
            _ => None,
        }
    };
    let places: Vec<AsNumbers> = as_numbers(sql, schema).into_iter().filter(|place| are_numbers(place) == Some(true)).collect();
    let fix = |place: &AsNumbers| Fix { kind: ChangeKind::Number.word().into(), from: place.column.clone(), to: place.cast() };
    let mut fixes: Vec<Fix> = places.iter().map(fix).collect();
    fixes.dedup();
    Some((read_as_numbers(sql, &places).filter(|_| !places.is_empty())?, fixes))
}
