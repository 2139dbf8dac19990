//! What was typed last for the parameters of statements.

use super::databases::DatabaseId;
use super::error::RecordsError;
use super::open::{NOW_MS, Records};

impl Records {
    /// Keeps what was typed for the parameter `name`, which begins with its sign, in place of what was typed before.
    pub fn remember_value(&self, database: DatabaseId, name: &str, value: &str) -> Result<(), RecordsError> {
        let sql = format!(
            "INSERT INTO parameter_values (database_id, name, value, at_ms) VALUES (?1, ?2, ?3, {NOW_MS}) \
             ON CONFLICT DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms"
        );
        self.change(&sql, (database.0, name, value)).map(|_| ())
    }

    /// What was typed last for each parameter.
    pub fn parameter_values(&self, database: DatabaseId) -> Result<Vec<(String, String)>, RecordsError> {
        let sql = "SELECT name, value FROM parameter_values WHERE database_id = ?1 ORDER BY name";
        self.all(sql, [database.0], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}
