//! What an order means to a reader: numbers from the smallest, texts from A to Z, dates from the earliest.

use sqlparser::ast::Expr;

use super::speaker::{Speaker, bare};
use super::{read, scope};

/// What stands in a column that is sorted by.
#[derive(Clone, Copy)]
pub(super) enum Sort {
    Number,
    Text,
    Time,
    Unknown,
}

impl Sort {
    /// "largest age", "latest date", "name last in the alphabet".
    pub(super) fn extreme(self, key: &str, descending: bool) -> String {
        let key = bare(key);
        match (self, descending) {
            (Self::Number | Self::Unknown, true) => format!("largest {key}"),
            (Self::Number | Self::Unknown, false) => format!("smallest {key}"),
            (Self::Time, true) => format!("latest {key}"),
            (Self::Time, false) => format!("earliest {key}"),
            (Self::Text, true) => format!("{key} last in the alphabet"),
            (Self::Text, false) => format!("{key} first in the alphabet"),
        }
    }

    /// " (largest first)": a reader has to see the direction to miss it.
    pub(super) fn direction(self, descending: bool) -> &'static str {
        match (self, descending) {
            (Self::Number, false) => " (smallest first)",
            (Self::Time, false) => " (earliest first)",
            (Self::Text, false) => " (from A to Z)",
            (Self::Unknown, false) => " (ascending)",
            (Self::Unknown, true) => " (descending)",
            (Self::Number, true) => " (largest first)",
            (Self::Time, true) => " (latest first)",
            (Self::Text, true) => " (from Z to A)",
        }
    }
}

impl Speaker<'_> {
    /// What sorting by `expr` means to a reader.
    pub(super) fn sort_of(&self, expr: &Expr) -> Sort {
        if read::date_of(expr).is_some() {
            return Sort::Time;
        }
        match scope::resolve(expr, &self.scopes) {
            // A name that is neither a table's nor the query's own: of what is put together.
            None if scope::column_name(expr)
                .is_some_and(|(_, name)| !self.aliases.iter().any(|(alias, _)| alias.eq_ignore_ascii_case(name))) =>
            {
                Sort::Unknown
            }
            None => Sort::Number,
            Some((_, column)) => {
                let (declared, name) = (column.declared_type.to_ascii_uppercase(), column.name.to_ascii_lowercase());
                if ["DATE", "TIME"].iter().any(|word| declared.contains(word))
                    || ["date", "time", "year"].iter().any(|word| name.contains(word))
                {
                    Sort::Time
                } else if ["CHAR", "TEXT", "CLOB"].iter().any(|word| declared.contains(word)) {
                    Sort::Text
                } else {
                    Sort::Number
                }
            }
        }
    }
}
