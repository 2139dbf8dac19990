//! The open schema's names, made ready for the lock once.

use std::sync::Arc;

use super::names::{Choices, Name, Roles, choices};
use super::scope::Relation;
use super::words;
use crate::schema::{Schema, TableKind};

/// The same names, as far as they can be written without quotes, and all of them.
#[derive(Debug)]
pub(super) struct Both {
    pub(super) bare: Choices,
    pub(super) quoted: Choices,
}

impl Both {
    fn new(names: Vec<(Name, Roles)>) -> Self {
        let bare = names.iter().filter(|(name, _)| name.is_word() && !words::is_reserved(&name.lower)).cloned().collect();
        Self { bare: choices(bare), quoted: choices(names) }
    }

    pub(super) fn list(&self, quoted: bool) -> Choices {
        Arc::clone(if quoted { &self.quoted } else { &self.bare })
    }
}

/// Whether the `CREATE TABLE` statement ends in `WITHOUT ROWID`.
fn has_no_rowid(sql: &str) -> bool {
    let options = sql.rsplit(')').next().unwrap_or("").to_ascii_lowercase();
    options.contains("without") && options.contains("rowid")
}

/// All names that do not depend on the statement.
#[derive(Debug)]
pub(super) struct Catalog {
    /// Tables, views and SQLite's own.
    pub(super) relations: Vec<Arc<Relation>>,
    /// Functions that stand where a table may.
    functions: Vec<Arc<Relation>>,
    /// Columns of all tables.
    pub(super) columns: Both,
    /// Columns of all tables, and the tables themselves as qualifiers.
    pub(super) names: Both,
    /// What may stand where a table may.
    pub(super) tables: Both,
    /// Functions and keywords that may stand where a value may.
    pub(super) operands: Choices,
    /// Functions alone.
    pub(super) calls: Choices,
    /// Keywords that may stand first in a bracket.
    pub(super) bracket: Choices,
    /// Keywords that may stand first in the bracket of a window.
    pub(super) window: Choices,
}

impl Catalog {
    pub(super) fn new(schema: &Schema) -> Self {
        let schema = &*schema.readable();
        let name = |text: &str| Name::new(text.as_bytes());
        let mut relations: Vec<Arc<Relation>> = Vec::new();
        for table in &schema.tables {
            let mut columns: Vec<Name> = table.columns.iter().map(|column| name(&column.name)).collect();
            if table.kind == TableKind::Virtual {
                // Full-text tables hide two columns: one called as they are, and the rank.
                columns.extend([name(&table.name), name("rank")]);
            }
            relations.push(Arc::new(Relation {
                name: name(&table.name),
                columns,
                hidden: if table.kind == TableKind::Virtual { 2 } else { 0 },
                open: table.columns.is_empty(),
                stored: table.kind != TableKind::View && !has_no_rowid(&table.sql),
            }));
        }
        let of_schema = relations.len();
        for table in words::SYSTEM_TABLES {
            let columns = words::SYSTEM_COLUMNS.map(name).to_vec();
            relations.push(Arc::new(Relation { name: name(table), columns, hidden: 0, open: false, stored: true }));
        }
        let functions: Vec<Arc<Relation>> = words::TABLE_FUNCTIONS
            .iter()
            .map(|(function, columns)| {
                let known = columns.iter().map(|column| name(column)).collect();
                Arc::new(Relation { name: name(function), columns: known, hidden: 2, open: false, stored: true })
            })
            .collect();
        let stored = relations.get(..of_schema).unwrap_or(&[]);
        let mut columns: Vec<(Name, Roles)> =
            stored.iter().flat_map(|table| &table.columns).map(|column| (column.clone(), Roles::COLUMN)).collect();
        columns.extend(words::ROWID.map(|rowid| (name(rowid), Roles::COLUMN)));
        let qualifiers = relations.iter().chain(&functions).map(|table| (table.name.clone(), Roles::QUALIFIER));
        let names = columns.iter().cloned().chain(qualifiers).collect();
        let mut tables: Vec<(Name, Roles)> = relations.iter().map(|table| (table.name.clone(), Roles::TABLE)).collect();
        tables.extend(functions.iter().map(|table| (table.name.clone(), Roles::FUNCTION | Roles::TABLE)));
        tables.extend(["main", "temp"].map(|database| (name(database), Roles::QUALIFIER)));
        let functions_and = |keywords: &[&str]| {
            let words = words::FUNCTIONS.iter().map(|word| (name(word), Roles::FUNCTION));
            choices(words.chain(keywords.iter().map(|word| (name(word), Roles::KEYWORD))).collect())
        };
        Self {
            columns: Both::new(columns),
            names: Both::new(names),
            tables: Both::new(tables),
            operands: functions_and(&words::OPERAND_WORDS),
            calls: functions_and(&[]),
            bracket: choices(words::BRACKET_WORDS.iter().map(|word| (name(word), Roles::KEYWORD)).collect()),
            window: choices(words::WINDOW_WORDS.iter().map(|word| (name(word), Roles::KEYWORD)).collect()),
            relations,
            functions,
        }
    }

    /// The table called `name`: the schema's, else SQLite's own.
    pub(super) fn relation(&self, name: &Name) -> Option<&Arc<Relation>> {
        self.relations.iter().find(|table| table.name == *name)
    }

    /// The function called `name` that stands where a table may.
    pub(super) fn function(&self, name: &Name) -> Option<&Arc<Relation>> {
        self.functions.iter().find(|table| table.name == *name)
    }

    /// Whether some table of the schema has `column`.
    pub(super) fn has_column(&self, column: &Name) -> bool {
        self.columns.quoted.binary_search_by(|(name, _)| name.lower.cmp(&column.lower)).is_ok()
            || self.relations.iter().any(|table| table.open)
    }
}
