//! What SQLite means by an error.

use rusqlite::ErrorCode;

/// SQLite's own message, without what rusqlite adds around it.
pub(super) fn sqlite_message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::SqliteFailure(code, None) => rusqlite::ffi::code_to_str(code.extended_code).to_owned(),
        other => other.to_string(),
    }
}

/// Whether another connection holds a lock.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The function that SQLite misses, by its message.
pub(super) fn missing_function(message: &str) -> Option<&str> {
    let name = message
        .strip_prefix("no such function: ")
        .or_else(|| message.strip_prefix("unknown function: "))
        .or_else(|| message.strip_prefix("wrong number of arguments to function "))?;
    Some(name.trim_end_matches("()"))
}
