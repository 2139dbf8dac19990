//! What was changed in a query without a model, and how that is told.

use std::ops::Range;

use super::edits::replaced;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind.
    pub kind: ChangeKind,
    /// What stood there; empty where something was added.
    pub from: String,
    /// What stands there now.
    pub to: String,
}

/// `sql` with `edits` made, which are in order, and each of them as a change of `kind`; as it was where they overlap.
pub(super) fn edited(sql: &str, kind: ChangeKind, edits: Vec<(Range<usize>, String)>) -> (String, Vec<Change>) {
    match replaced(sql, &edits) {
        Some(out) => {
            let told = |(range, to): (Range<usize>, String)| Change { kind, from: sql.get(range).unwrap_or_default().to_owned(), to };
            (out, edits.into_iter().map(told).collect())
        }
        None => (sql.to_owned(), Vec::new()),
    }
}

/// Kinds of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Another dialect's spelling.
    Dialect,
    /// Nothing by itself: databases differ on what a text means, and this is how it is read.
    Reading,
    /// A form that SQLite does not accept, or that does not say what is meant: brackets, a pattern's `%`.
    Structure,
    /// A value in double quotes, or in none.
    DoubleQuotes,
    /// A qualifier that names the wrong table, or none where one is needed.
    Qualifier,
    /// A column's name.
    Column,
    /// A table's name.
    Table,
    /// A table that FROM lacked.
    Join,
    /// A number that stands for a point in time.
    Date,
    /// A number that is kept as text.
    Number,
    /// A word that stands for yes or no.
    Boolean,
    /// A path into a JSON document.
    JsonPath,
    /// Text that is kept as a blob.
    TextBlob,
    /// A length of time in another unit.
    Unit,
    /// Numbers that were to be added up.
    Sum,
    /// Nothing by itself: a join that was mended goes from one column to the other, and nobody declared that key.
    GuessedKey,
}

impl ChangeKind {
    /// The kind as a word, for JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dialect => "dialect",
            Self::Reading => "reading",
            Self::Structure => "structure",
            Self::DoubleQuotes => "double_quotes",
            Self::Qualifier => "qualifier",
            Self::Column => "column",
            Self::Table => "table",
            Self::Join => "join",
            Self::Date => "date",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::JsonPath => "json_path",
            Self::TextBlob => "text_blob",
            Self::Unit => "unit",
            Self::Sum => "sum",
            Self::GuessedKey => "guessed_key",
        }
    }
}
