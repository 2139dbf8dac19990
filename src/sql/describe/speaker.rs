//! Who puts a tree into words: what is in sight at a place, and how names and lists are spoken.

use sqlparser::ast::{self, Expr};

use super::scope::Source;
use crate::schema::Schema;
use crate::text;

/// Queries in queries that are put into words.
pub(super) const DEEPEST: usize = 40;
/// Names told of a long list.
pub(super) const MOST_LISTED: usize = 8;

/// Puts a tree into words, and notes what it reads and what it had to leave out.
pub(super) struct Speaker<'a> {
    pub(super) schema: &'a Schema,
    /// Common table expressions in sight.
    pub(super) common: Vec<String>,
    /// Sources of the SELECTs around the present place, innermost last.
    pub(super) scopes: Vec<Vec<Source<'a>>>,
    /// What the present SELECT's own names stand for, as words.
    pub(super) aliases: Vec<(String, String)>,
    pub(super) tables: Vec<String>,
    pub(super) complete: bool,
    pub(super) depth: usize,
}

impl Speaker<'_> {
    /// Words for what could not be told; it is noted that something was left out.
    pub(super) fn vague(&mut self, words: &str) -> String {
        self.complete = false;
        words.to_owned()
    }
}

/// A name as it is spoken: `first_name` is "first name".
pub(super) fn spoken(name: &str) -> String {
    let name = name.replace('_', " ");
    text::ellipsis(&text::sanitize(name.trim()), 40).into_owned()
}

/// `a, b and c`; of a long list, its beginning and how many more.
pub(super) fn listed(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        many if many.len() > MOST_LISTED => {
            format!(
                "{} {word} {} more",
                many.iter().take(MOST_LISTED - 1).cloned().collect::<Vec<_>>().join(", "),
                many.len() + 1 - MOST_LISTED
            )
        }
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// Words without their article.
pub(super) fn bare(words: &str) -> &str {
    words.strip_prefix("the ").unwrap_or(words)
}

/// The conditions that AND joins.
pub(super) fn split<'e>(expr: &'e Expr, out: &mut Vec<&'e Expr>) {
    let mut waiting = vec![expr];
    while let Some(expr) = waiting.pop() {
        match expr {
            Expr::BinaryOp { left, op: ast::BinaryOperator::And, right } => waiting.extend([right.as_ref(), left.as_ref()]),
            Expr::Nested(inner) if matches!(inner.as_ref(), Expr::BinaryOp { op: ast::BinaryOperator::And, .. }) => waiting.push(inner),
            other => out.push(other),
        }
    }
}
