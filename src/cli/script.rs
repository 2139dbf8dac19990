//! Statements to run, one after the other.

use std::ops::Range;
use std::path::Path;

use super::failure::Failure;
use super::input::Source;
use crate::sql::statements;

/// Bytes of a file of statements; one statement has a limit of its own.
const MAX_BYTES: usize = 64 << 20;

/// Statements, and where they come from.
#[derive(Debug)]
pub(super) struct Script {
    /// The file; `None` for what was typed.
    name: Option<String>,
    pub(super) text: String,
    /// Where each statement stands.
    statements: Vec<Range<usize>>,
}

impl Script {
    /// What was typed, or what it points to; a file that is named goes before it, and where nothing is named it is what is piped in.
    pub(super) fn read(typed: Option<&str>, file: Option<&Path>) -> Result<Self, Failure> {
        let none = || Failure {
            hint: Some("write it behind the database, name a file with -f, or pipe it in".into()),
            ..Failure::new(2, "no SQL is given")
        };
        let (source, is_named) = match (typed, file) {
            (_, Some(file)) => (Source::of_path(file), true),
            (Some(typed), None) => match Source::of_text(typed) {
                Some(source) => (source, true),
                None => return Ok(Self::new(None, typed.to_owned())),
            },
            (None, None) => (Source::of_pipe().ok_or_else(none)?, false),
        };
        let text = source.read(MAX_BYTES)?;
        if !is_named && text.trim().is_empty() {
            return Err(none());
        }
        Ok(Self::new(Some(source.name()), text))
    }

    fn new(name: Option<String>, text: String) -> Self {
        let mut found = statements(&text);
        if found.is_empty() {
            // The guard says what it thinks of nothing.
            found.push(0..text.len());
        }
        Self { name, text, statements: found }
    }

    /// The statements, in order.
    pub(super) fn statements(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().map(|range| self.text.get(range.clone()).unwrap_or_default())
    }

    /// `failure`, which is of statement `at`, with the statement named where there are several, or a file.
    pub(super) fn name_statement(&self, at: usize, failure: Failure) -> Failure {
        let count = self.statements.len();
        if (count == 1 && self.name.is_none()) || failure.is_broken_pipe() {
            return failure;
        }
        let before = self.statements.get(at).and_then(|range| self.text.get(..range.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let place = match &self.name {
            Some(name) => format!("{name}, statement {} of {count}, line {line}", at + 1),
            None => format!("statement {} of {count}, line {line}", at + 1),
        };
        Failure { message: format!("{place}: {}", failure.message), ..failure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: Option<&str>, text: &str, at: usize, expected: &str) {
        let script = Script::new(name.map(str::to_owned), text.to_owned());
        assert_eq!(script.name_statement(at, Failure::new(1, "no")).message, expected);
    }

    #[test]
    fn statements_are_named_where_it_is_not_clear_which_is_meant() {
        check(None, "SELECT 1", 0, "no");
        check(None, "", 0, "no");
        check(None, "SELECT 1;\n-- ;\nSELECT 2", 1, "statement 2 of 2, line 3: no");
        check(Some("a.sql"), "\nSELECT 1;", 0, "a.sql, statement 1 of 1, line 2: no");
    }
}
