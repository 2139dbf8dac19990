//! The one place where SQL becomes allowed to run.
//!
//! Two judges. The first reads tokens as SQLite cuts them: it counts statements and looks at how they begin. The second reads
//! sqlparser's syntax tree, where there is one. SQLite accepts more than sqlparser does, so text without a tree is not refused for
//! that: the first judge's word and the locks in `db` (read-only connection, authorizer, `stmt.readonly()`) decide.

use std::borrow::Cow;

use sqlparser::ast::{self, ObjectName, SetExpr, Statement};

use super::lex::{MAX_SQL_BYTES, Token, TokenKind, lex, name_of};
use super::tree;
use super::visitor::{Visitor, visit};

/// Functions that write or read files, load code or reach SQLite's inside, where the library or a shell has them.
const FORBIDDEN_FUNCTIONS: [&str; 12] = [
    "load_extension",
    "readfile",
    "writefile",
    "edit",
    "fts3_tokenizer",
    "fsdir",
    "lsdir",
    "zipfile",
    "lsmode",
    "sqlite_attach",
    "sqlite_detach",
    "sqlite_dbpage",
];

/// One statement that only reads. Only [`check`] makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOnlySql(String);

impl ReadOnlySql {
    /// The statement, without a trailing semicolon.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Skips the guard, to test the locks behind it one at a time.
    #[cfg(test)]
    pub(crate) fn unchecked_for_tests(sql: &str) -> Self {
        Self(sql.to_owned())
    }
}

/// Why a text is not one read-only statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// Nothing but blanks and comments.
    #[error("there is no SQL statement")]
    Empty,
    /// More than one statement.
    #[error("there are {count} SQL statements where one was expected")]
    SeveralStatements {
        /// How many.
        count: usize,
    },
    /// A statement, or a part of one, that does more than read.
    #[error("{kind} is refused: only statements that read are run")]
    NotReadOnly {
        /// The statement's name, in capitals: `DROP`, `PRAGMA`, `SELECT INTO`.
        kind: String,
    },
    /// A pragma that only tells, which a query can do too.
    #[error("PRAGMA is refused: only statements that read are run")]
    Pragma {
        /// A query that tells the same.
        instead: String,
    },
    /// A function that reaches files or code.
    #[error("the function `{name}` is refused: it can reach files or load code")]
    ForbiddenFunction {
        /// As written.
        name: String,
    },
    /// It does not begin like a statement.
    #[error("`{start}` does not begin an SQL query")]
    NotSql {
        /// The first token, cut to a readable length.
        start: String,
    },
    /// A NUL character, where SQLite would stop reading.
    #[error("the SQL holds a NUL character at byte {at}")]
    Nul {
        /// Where, in bytes.
        at: usize,
    },
    /// Longer than [`MAX_SQL_BYTES`].
    #[error("the SQL is {bytes} bytes long, and the limit is {limit}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

/// How other programs' commands begin that list tables and columns: `.tables`, `\d`, `SHOW TABLES`, `DESCRIBE city`.
const LISTS: [&str; 5] = [".", "\\", "show", "describe", "desc"];
const LISTED: &str = "`sqllama schema DB` tells tables and columns, and so does `SELECT * FROM sqlite_schema`; a query begins with SELECT, WITH, \
                      VALUES or EXPLAIN";

impl GuardError {
    /// What to do about it.
    pub fn hint(&self) -> Cow<'static, str> {
        if let Self::Pragma { instead } = self {
            return format!("the same can be read as a table: `{instead}`").into();
        }
        match self {
            Self::NotSql { start } if LISTS.iter().any(|word| start.eq_ignore_ascii_case(word)) => Cow::Borrowed(LISTED),
            other => Cow::Borrowed(other.plain_hint()),
        }
    }

    fn plain_hint(&self) -> &'static str {
        match self {
            Self::Empty => "write a query that begins with SELECT",
            Self::SeveralStatements { .. } => "run one statement at a time",
            Self::NotReadOnly { .. } | Self::Pragma { .. } => "sqllama never changes a database; use SELECT, WITH, VALUES or EXPLAIN",
            Self::ForbiddenFunction { .. } => "leave the function out; a query may only read the open database",
            Self::NotSql { .. } => "a query begins with SELECT, WITH, VALUES or EXPLAIN",
            Self::Nul { .. } => "remove the NUL character",
            Self::TooLong { .. } => "shorten the query, or keep long lists of values in a table",
        }
    }

    /// Whether the text asked for more than reading (rather than being no query at all).
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::SeveralStatements { .. } | Self::NotReadOnly { .. } | Self::Pragma { .. } | Self::ForbiddenFunction { .. })
    }
}

/// Judges `sql`: exactly one statement, and one that only reads. Comments and trailing semicolons are fine.
pub fn check(sql: &str) -> Result<ReadOnlySql, GuardError> {
    if sql.len() > MAX_SQL_BYTES {
        return Err(GuardError::TooLong { bytes: sql.len(), limit: MAX_SQL_BYTES });
    }
    if let Some(at) = sql.bytes().position(|b| b == 0) {
        return Err(GuardError::Nul { at });
    }
    let tokens = lex(sql);
    let statement = check_tokens(sql, &tokens)?;
    let first = statement.first().map_or(0, |t| t.range.start);
    let last = statement.last().map_or(0, |t| t.range.end);
    let text = sql.get(first..last).unwrap_or("");
    let tree = tree::parse(text, &lex(text));
    match tree.as_deref() {
        Some([statement]) => check_tree(statement)?,
        // Two trees where SQLite's tokens make one statement: the readings differ, so the tree says nothing.
        _ => check_functions(sql, &statement)?,
    }
    Ok(ReadOnlySql(text.to_owned()))
}

/// The significant tokens of the one statement in `tokens`, after the first judge has passed them.
fn check_tokens<'a>(sql: &str, tokens: &'a [Token]) -> Result<Vec<&'a Token>, GuardError> {
    let significant: Vec<&Token> = tokens.iter().filter(|t| t.is_significant()).collect();
    let statements: Vec<&[&Token]> =
        significant.split(|t| t.kind == TokenKind::Semicolon).filter(|statement| !statement.is_empty()).collect();
    let statement = match statements.as_slice() {
        [] => return Err(GuardError::Empty),
        [one] => *one,
        several => {
            // A write is named even where it hides behind another statement.
            for statement in several {
                check_start(sql, statement).or_else(|e| if matches!(e, GuardError::NotSql { .. }) { Ok(()) } else { Err(e) })?;
            }
            return Err(GuardError::SeveralStatements { count: several.len() });
        }
    };
    check_start(sql, statement)?;
    Ok(statement.to_vec())
}

fn check_start(sql: &str, statement: &[&Token]) -> Result<(), GuardError> {
    let word = |i: usize| {
        statement.get(i).map_or(String::new(), |t| if t.kind == TokenKind::Word { t.text(sql).to_ascii_uppercase() } else { String::new() })
    };
    let mut start = 0;
    if word(0) == "EXPLAIN" {
        start = if word(1) == "QUERY" && word(2) == "PLAN" { 3 } else { 1 };
    }
    match word(start).as_str() {
        "SELECT" | "WITH" | "VALUES" => {}
        "PRAGMA" => {
            let instead = pragma::as_query(sql, statement.get(start + 1..).unwrap_or(&[]));
            let refused = || GuardError::NotReadOnly { kind: "PRAGMA".to_owned() };
            return Err(instead.map_or_else(refused, |instead| GuardError::Pragma { instead }));
        }
        other if WRITES.contains(&other) => return Err(GuardError::NotReadOnly { kind: other.to_owned() }),
        _ => {
            let text = statement.get(start).or(statement.first()).map_or("", |t| t.text(sql));
            return Err(GuardError::NotSql { start: text.chars().take(40).collect() });
        }
    }
    for (i, token) in statement.iter().enumerate().skip(start + 1) {
        let before = statement.get(i - 1).map_or("", |t| t.text(sql));
        if token.kind != TokenKind::Word || !matches!(before, "(" | ")") {
            continue;
        }
        let writes = match token.text(sql).to_ascii_uppercase().as_str() {
            // `replace` is a function and a legal name too.
            "REPLACE" => word(i + 1) == "INTO",
            word => matches!(word, "INSERT" | "UPDATE" | "DELETE"),
        };
        if writes {
            return Err(GuardError::NotReadOnly { kind: token.text(sql).to_ascii_uppercase() });
        }
    }
    Ok(())
}

/// First words of statements that SQLite knows and that are not queries.
const WRITES: [&str; 19] = [
    "INSERT",
    "UPDATE",
    "DELETE",
    "REPLACE",
    "CREATE",
    "DROP",
    "ALTER",
    "ATTACH",
    "DETACH",
    "VACUUM",
    "REINDEX",
    "ANALYZE",
    "BEGIN",
    "COMMIT",
    "END",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "EXPLAIN",
];

fn is_forbidden(name: &str) -> bool {
    FORBIDDEN_FUNCTIONS.iter().any(|forbidden| forbidden.eq_ignore_ascii_case(name))
}

fn check_functions(sql: &str, statement: &[&Token]) -> Result<(), GuardError> {
    for pair in statement.windows(2) {
        if let [name, open] = pair
            && open.text(sql) == "("
            && matches!(name.kind, TokenKind::Word | TokenKind::Quoted)
            && is_forbidden(&name_of(name.text(sql)))
        {
            return Err(GuardError::ForbiddenFunction { name: name_of(name.text(sql)) });
        }
    }
    Ok(())
}

fn check_tree(statement: &Statement) -> Result<(), GuardError> {
    let mut reads_only = ReadsOnly { refused: None };
    visit(statement, &mut reads_only);
    reads_only.refused.map_or(Ok(()), Err)
}

/// Looks at every nested statement, query and function.
struct ReadsOnly {
    /// The first that is not allowed.
    refused: Option<GuardError>,
}

impl ReadsOnly {
    fn refuse(&mut self, kind: &str) {
        self.refused.get_or_insert_with(|| GuardError::NotReadOnly { kind: kind.to_owned() });
    }

    fn function(&mut self, name: &ObjectName) {
        if let Some(ident) = name.0.last().and_then(|part| part.as_ident())
            && is_forbidden(&ident.value)
        {
            self.refused.get_or_insert_with(|| GuardError::ForbiddenFunction { name: ident.value.clone() });
        }
    }
}

impl Visitor for ReadsOnly {
    fn pre_visit_statement(&mut self, statement: &Statement) {
        if !matches!(statement, Statement::Query(_) | Statement::Explain { .. }) {
            let text = statement.to_string();
            let word: String = text.chars().take_while(char::is_ascii_alphabetic).take(20).collect();
            self.refuse(&word.to_ascii_uppercase());
        }
    }

    fn pre_visit_query(&mut self, query: &ast::Query) {
        match query.body.as_ref() {
            SetExpr::Insert(_) => self.refuse("INSERT"),
            SetExpr::Update(_) => self.refuse("UPDATE"),
            SetExpr::Delete(_) => self.refuse("DELETE"),
            SetExpr::Merge(_) => self.refuse("MERGE"),
            _ => {}
        }
    }

    fn pre_visit_select(&mut self, select: &ast::Select) {
        if select.into.is_some() {
            self.refuse("SELECT INTO");
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &ast::TableFactor) {
        if let ast::TableFactor::Table { name, args: Some(_), .. } | ast::TableFactor::Function { name, .. } = factor {
            self.function(name);
        }
    }

    fn pre_visit_expr(&mut self, expr: &ast::Expr) {
        if let ast::Expr::Function(function) = expr {
            self.function(&function.name);
        }
    }
}

mod pragma;
#[cfg(test)]
mod tests;
