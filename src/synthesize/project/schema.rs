//! Made-up databases: tables, columns and rows, and what they are about.

use super::calendar::DateForm;
use super::naming::Naming;
use super::source::{Sort, Verb, Words};
use super::value::Value;

/// A made-up database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// What its file is called.
    pub name: String,
    /// Its tables.
    pub tables: Vec<Table>,
    /// How it declares keys.
    pub(super) keys: Keys,
    /// A view: its name and query.
    pub(super) view: Option<(String, String)>,
    /// What things are called in it.
    pub(super) naming: Naming,
}

/// How keys are declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// Behind the column.
    Inline,
    /// Behind all columns.
    Below,
    /// Not at all: nobody says what refers to what.
    Undeclared,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// As stored.
    pub name: String,
    /// What its rows are.
    pub words: Words,
    /// Somebody, something or an event.
    pub sort: Sort,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As stored.
    pub name: String,
    /// What people call it; the first is what the file calls it.
    pub called: Vec<String>,
    /// What its values are.
    pub about: About,
    /// The type it is declared with.
    pub declared: &'static str,
    /// Whether rows may lack it.
    pub missing: bool,
    /// Other ways to speak of it.
    pub sayings: Vec<String>,
}

/// What a column is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The row's key; whether it is a text.
    Key(bool),
    /// A key to another table.
    To {
        /// The other table's place.
        table: usize,
        /// `pets belong to owners`
        towards: Option<Verb>,
        /// `owners own pets`
        back: Option<Verb>,
    },
    /// What the row is called.
    Name(NamePart),
    /// A few texts.
    Texts(Vec<String>),
    /// Codes and what they stand for.
    Codes(Vec<(String, String)>),
    /// Yes or no: the two values, and what people say of rows that have them.
    Flag {
        /// The value for yes, and for no.
        values: (Value, Value),
        /// In words.
        said: (String, String),
    },
    /// A quantity.
    Number {
        /// Behind the number.
        unit: String,
        /// Whether it is money.
        money: bool,
        /// Whether it is kept as text.
        text: bool,
    },
    /// A year.
    Year,
    /// A day.
    Date(DateForm),
    /// What nobody asks for by its value: an address, a telephone number.
    Contact,
    /// Sentences.
    Notes,
}

/// Which part of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamePart {
    /// All of it.
    Whole,
    /// A person's first name.
    First,
    /// A person's last name.
    Last,
}

impl Table {
    /// The place of its key.
    pub(super) fn key(&self) -> Option<usize> {
        self.columns.iter().position(|column| matches!(column.about, About::Key(_)))
    }

    /// The columns that say which row is meant; none for events.
    pub(super) fn names(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|at| self.columns.get(*at).is_some_and(|column| matches!(column.about, About::Name(_)))).collect()
    }

    /// Its keys to other tables: place of the column and of the table.
    pub(super) fn links(&self) -> Vec<(usize, usize)> {
        let link = |(at, column): (usize, &Column)| if let About::To { table, .. } = column.about { Some((at, table)) } else { None };
        self.columns.iter().enumerate().filter_map(link).collect()
    }

    /// Values of a column in all rows.
    pub(super) fn values(&self, column: usize) -> impl Iterator<Item = &Value> {
        self.rows.iter().filter_map(move |row| row.get(column))
    }
}

impl About {
    /// Whether the values are numbers that can be reckoned with.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Number { .. })
    }
}
