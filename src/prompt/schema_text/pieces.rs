//! What is told of a table and its columns, in whichever style.

use crate::prompt::form::SchemaStyle;
use crate::schema::{Column, Holds, Table};

/// Words for a table, at most.
const CALLED: usize = 2;
/// Letters of a comment, at most.
const COMMENT: usize = 160;

/// How much of a table is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rung {
    /// So many values of each column; none where 0.
    pub(super) samples: usize,
    /// Declared types.
    pub(super) types: bool,
    /// At most this many columns that are no keys.
    pub(super) plain_columns: usize,
    /// How it is written down.
    pub(super) style: SchemaStyle,
}

/// What stands behind a table's name: what people call it, and what has to be known of it.
pub(super) fn table_comment(table: &Table) -> String {
    let called = table.called.iter().take(CALLED).map(|word| one_line(word)).collect::<Vec<_>>().join(", ");
    let parts = [called, one_line_of(&table.comment, COMMENT)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// How many values of `column` are told, where `samples` may be: what codes stand for says more than the codes; texts speak for themselves.
pub(super) fn samples_of(column: &Column, samples: usize) -> usize {
    if column.comment.is_empty() || column.holds != Holds::Numbers { samples } else { 0 }
}

/// What the file calls a column, and what has to be known of it.
pub(super) fn words(column: &Column) -> [String; 2] {
    [column.called.first().map(|called| one_line(called)).unwrap_or_default(), one_line_of(&column.comment, COMMENT)]
}

/// A stored text as a part of one line: it must not end the comment it stands in.
pub(super) fn one_line(text: &str) -> String {
    one_line_of(text, 40)
}

fn one_line_of(text: &str, width: usize) -> String {
    crate::text::ellipsis(&crate::text::sanitize(text), width).into_owned()
}
