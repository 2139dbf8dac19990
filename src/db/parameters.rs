//! Values for the parameters of a statement: `?1`, `:name`, `@name`, `$name`.

use rusqlite::Statement;

use super::database::Failure;
use super::error::DbError;
use super::spool::value_of;
use super::table::Cell;
use crate::sql::parameters;

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
