//! What declared types hold, as far as references go.

use crate::schema::Column;

/// What a declared type holds, as far as references go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Integer,
    Number,
    Text,
    /// No type, or bytes: it may hold any key.
    Open,
    /// Dates and truth values refer to nothing.
    None,
}

impl Class {
    pub(super) fn of(column: &Column) -> Self {
        let declared = column.declared_type.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if has(&["BOOL", "DATE", "TIME"]) {
            Self::None
        } else if has(&["INT", "SERIAL"]) {
            Self::Integer
        } else if has(&["CHAR", "CLOB", "TEXT", "UUID", "GUID", "STRING", "ENUM"]) {
            Self::Text
        } else if has(&["REAL", "FLOA", "DOUB", "NUM", "DEC"]) {
            Self::Number
        } else {
            Self::Open
        }
    }

    /// How a column of this class goes with a key of the `other`.
    pub(super) fn agreement(self, other: Self) -> Agreement {
        let is_number = |class: Self| matches!(class, Self::Integer | Self::Number);
        match (self, other) {
            (Self::None, _) | (_, Self::None) => Agreement::Never,
            (one, other) if one == other || is_number(one) && is_number(other) => Agreement::Same,
            (Self::Open, _) | (_, Self::Open) => Agreement::Same,
            _ => Agreement::Digits,
        }
    }
}

/// Whether two declared types can hold the same keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    Same,
    /// One is text and the other is not: they meet where the text is digits, since SQLite compares them as numbers.
    Digits,
    Never,
}
