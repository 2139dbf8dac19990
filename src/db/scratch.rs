//! A database in memory, made of `CREATE TABLE` statements, without rows: what a data set's SQL is checked against.

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;

use super::authorize::{self, Authorizer};
use super::columns::columns_of;
use super::database::{Failure, prepare};
use super::error::DbError;
use super::introspect::read_outline;
use super::owners::{Overlay, Owners};
use super::sqlite_error::sqlite_message;
use super::table::ColumnInfo;
use crate::schema::Schema;
use crate::sql::ReadOnlySql;
use crate::sql::lex::{TokenKind, lex};

/// No schema in a prompt describes more tables.
const MAX_TABLES: usize = 2_000;

/// Tables without rows.
#[derive(Debug)]
pub struct Scratch {
    // Closed before `_authorizer` is dropped, which it points at: fields are dropped in this order.
    connection: Connection,
    _authorizer: Box<Authorizer>,
    schema: Schema,
}

impl Scratch {
    /// Makes the tables that `statements` describe. Comments are fine; anything but `CREATE TABLE` is refused.
    pub fn new(statements: &str) -> Result<Self, DbError> {
        let explain = |error: rusqlite::Error| DbError::Sql { message: sqlite_message(&error) };
        let connection = Connection::open_in_memory().map_err(explain)?;
        for (setting, value) in [
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        ] {
            connection.set_db_config(setting, value).map_err(explain)?;
        }
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, 1 << 20).map_err(explain)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0).map_err(explain)?;
        for (count, statement) in cut(statements).into_iter().enumerate() {
            if count >= MAX_TABLES {
                return Err(DbError::Refused { message: format!("there are more than {MAX_TABLES} tables") });
            }
            require_create_table(statement)?;
            connection.execute(statement, []).map_err(explain)?;
        }
        let schema = read_outline(&connection, &Default::default()).map_err(|failure| match failure {
            Failure::Ours(error) => error,
            Failure::Sqlite(error) => explain(error),
        })?;
        connection.execute_batch("PRAGMA query_only=ON").map_err(explain)?;
        let authorizer = authorize::install(&connection, Overlay::default(), Default::default()).map_err(explain)?;
        Ok(Self { connection, _authorizer: authorizer, schema })
    }

    /// The tables.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Prepares `sql`: the columns it would give, or SQLite's message.
    pub fn check(&self, sql: &ReadOnlySql) -> Result<Vec<ColumnInfo>, DbError> {
        match prepare(&self.connection, sql.as_str(), &Owners::default()) {
            Ok(prepared) => Ok(columns_of(&self.connection, &prepared.statement, &prepared.sql)),
            Err(Failure::Ours(error)) => Err(error),
            Err(Failure::Sqlite(error)) => Err(DbError::Sql { message: sqlite_message(&error) }),
        }
    }
}

/// The statements of a text, without those that say nothing.
fn cut(text: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let (mut start, mut says_something) = (0, false);
    for token in lex(text) {
        if token.kind == TokenKind::Semicolon {
            if says_something {
                statements.push(text.get(start..token.range.start).unwrap_or_default());
            }
            (start, says_something) = (token.range.end, false);
        } else {
            says_something |= token.is_significant();
        }
    }
    if says_something {
        statements.push(text.get(start..).unwrap_or_default());
    }
    statements
}

fn require_create_table(statement: &str) -> Result<(), DbError> {
    let tokens: Vec<_> = lex(statement).into_iter().filter(|token| token.is_significant()).collect();
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.text(statement).eq_ignore_ascii_case(word));
    let selects = tokens.iter().any(|token| token.kind == TokenKind::Word && token.text(statement).eq_ignore_ascii_case("select"));
    if is(0, "create") && is(1, "table") && !selects {
        return Ok(());
    }
    let start: String = statement.trim().chars().take(30).collect();
    Err(DbError::Refused { message: format!("`{start}` is not a CREATE TABLE statement") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::guard;

    #[test]
    fn names_are_checked_without_rows() {
        let scratch = Scratch::new("-- two; tables\nCREATE TABLE a (x INTEGER, \"y;z\" TEXT); ; CREATE TABLE b (x);").unwrap();
        assert_eq!(scratch.schema().tables.len(), 2);
        let check = |sql: &str| scratch.check(&guard::check(sql).unwrap()).map(|columns| columns.len()).map_err(|error| error.to_string());
        assert_eq!(check("SELECT a.x, b.x, \"y;z\" FROM a, b"), Ok(3));
        assert_eq!(check("SELECT q FROM a"), Err("no such column: q".into()));
        assert_eq!(check("SELECT 1 FROM c"), Err("no such table: c".into()));
        assert!(Scratch::new("").unwrap().schema().tables.is_empty());
    }

    #[track_caller]
    fn check_refused(statements: &str, expected: &str) {
        let error = Scratch::new(statements).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn only_tables_are_made() {
        check_refused("CREATE TABLE a (x); DROP TABLE a", "`DROP TABLE a` is not a CREATE TABLE statement");
        check_refused("CREATE TABLE a AS SELECT 1", "is not a CREATE TABLE statement");
        check_refused("ATTACH 'x' AS y", "is not a CREATE TABLE statement");
        check_refused("CREATE TABLE a (x, x)", "duplicate column name");
        check_refused("CREATE VIRTUAL TABLE a USING fts5(x)", "is not a CREATE TABLE statement");
    }
}
