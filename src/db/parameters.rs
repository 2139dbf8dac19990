//! Values for the parameters of a statement: `?1`, `:name`, `@name`, `$name`.

use rusqlite::Statement;
use rusqlite::types::ValueRef;

use super::database::Failure;
use super::error::DbError;
use super::table::Cell;
use crate::sql::parameters;
use crate::sql::parameters::shared;

/// Values by name. A name without its sign (`name`, `1`) stands for every parameter so called, one with it (`:name`, `?1`) for that one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    values: Vec<(String, Cell)>,
}

impl Parameters {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Sets a value; one that the name had is replaced.
    pub fn set(&mut self, name: impl Into<String>, value: Cell) {
        let name = name.into();
        self.values.retain(|(other, _)| *other != name);
        self.values.push((name, value));
    }

    /// Whether `name` is a name for the statement's parameter `parameter`, which begins with its sign.
    pub fn is_name_of(name: &str, parameter: &str) -> bool {
        name == parameter || parameter.strip_prefix(['?', ':', '@', '$']) == Some(name)
    }

    fn get(&self, parameter: &str) -> Option<&Cell> {
        let exact = self.values.iter().find(|(name, _)| name == parameter);
        exact.or_else(|| self.values.iter().find(|(name, _)| Self::is_name_of(name, parameter))).map(|(_, value)| value)
    }

    /// Gives every parameter of `statement`, whose text is `sql`, its value.
    pub(super) fn bind(&self, statement: &mut Statement<'_>, sql: &str) -> Result<(), Failure> {
        let written = if statement.parameter_count() > 0 { parameters(sql) } else { Vec::new() };
        if let Some((name, number)) = shared(sql).filter(|_| !written.is_empty()) {
            return Err(Failure::Ours(DbError::Shared { name, number }));
        }
        for place in 1..=statement.parameter_count() {
            // SQLite has no name for a bare `?`, nor for a number that is left out below a greater one.
            let name = statement.parameter_name(place).map_or_else(|| format!("?{place}"), str::to_owned);
            match self.get(&name) {
                Some(value) => statement.raw_bind_parameter(place, rusqlite::types::ToSqlOutput::Borrowed(value_of(value)))?,
                None if !written.contains(&name) => {}
                None => return Err(Failure::Ours(DbError::Unbound { name })),
            }
        }
        Ok(())
    }
}

/// A cell as SQLite takes it.
pub(super) fn value_of(cell: &Cell) -> ValueRef<'_> {
    match cell {
        Cell::Null => ValueRef::Null,
        Cell::Integer(n) => ValueRef::Integer(*n),
        Cell::Real(x) => ValueRef::Real(*x),
        Cell::Text(text) => ValueRef::Text(text.as_bytes()),
        Cell::Blob(bytes) => ValueRef::Blob(bytes),
    }
}

/// A value as a person types it: a literal of SQL where it is one that comes back as it was typed, else text.
pub fn typed_value(typed: &str) -> Cell {
    let digits = typed.strip_prefix('-').unwrap_or(typed);
    let begins_with_digit = digits.starts_with(|c: char| c.is_ascii_digit());
    if typed.eq_ignore_ascii_case("null") {
        return Cell::Null;
    }
    if let Ok(number) = typed.parse::<i64>()
        && number.to_string() == typed
    {
        return Cell::Integer(number);
    }
    let is_padded = digits.strip_prefix('0').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if let (true, false, Some(real)) = (begins_with_digit, is_padded, real_of(typed)) {
        return Cell::Real(real);
    }
    if let Some(inside) = typed.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''))
        && !inside.replace("''", "").contains('\'')
    {
        return Cell::Text(inside.replace("''", "'"));
    }
    blob_of(typed).map_or_else(|| Cell::Text(typed.to_owned()), Cell::Blob)
}

/// A number with a point or an exponent; one without is an integer that no 64 bits hold, or has zeros in front.
fn real_of(typed: &str) -> Option<f64> {
    let real = typed.parse::<f64>().ok().filter(|real| real.is_finite())?;
    typed.contains(['.', 'e', 'E']).then_some(real)
}

fn blob_of(typed: &str) -> Option<Vec<u8>> {
    let digits = typed.strip_prefix(['x', 'X'])?.strip_prefix('\'')?.strip_suffix('\'')?;
    if digits.len() % 2 != 0 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
