//! The open schema's names, made ready for the lock once.

use std::sync::Arc;

use super::functions;
use super::names::{Choices, Name, Roles, choices};
use super::scope::{Relation, Source};
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
    /// `main`, `temp`, and the files beside the first one.
    databases: Vec<Name>,
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
                database: table.database.as_deref().map(name),
                columns,
                hidden: if table.kind == TableKind::Virtual { 2 } else { 0 },
                open: table.columns.is_empty(),
                stored: table.kind != TableKind::View && !has_no_rowid(&table.sql),
            }));
        }
        let of_schema = relations.len();
        for table in words::SYSTEM_TABLES {
            let columns = words::SYSTEM_COLUMNS.map(name).to_vec();
            relations.push(Arc::new(Relation { name: name(table), database: None, columns, hidden: 0, open: false, stored: true }));
        }
        let functions: Vec<Arc<Relation>> = functions::TABLE_FUNCTIONS
            .iter()
            .map(|(function, columns)| {
                let known = columns.iter().map(|column| name(column)).collect();
                Arc::new(Relation { name: name(function), database: None, columns: known, hidden: 2, open: false, stored: true })
            })
            .collect();
        let stored = relations.get(..of_schema).unwrap_or(&[]);
        let mut columns: Vec<(Name, Roles)> =
            stored.iter().flat_map(|table| &table.columns).map(|column| (column.clone(), Roles::COLUMN)).collect();
        columns.extend(words::ROWID.map(|rowid| (name(rowid), Roles::COLUMN)));
        // Before a FROM that may still name them: what models name there beside tables. Of others one would be held to a word that happens to
        // begin like something that the schema lacks (`gene` as `generate_series`).
        let foreseen = functions.iter().filter(|function| function.name.lower.starts_with(b"json"));
        let qualifiers = relations.iter().chain(foreseen).map(|table| (table.name.clone(), Roles::QUALIFIER));
        let beside: Vec<Name> = schema.databases().into_iter().map(name).collect();
        let files = beside.iter().cloned().chain((!beside.is_empty()).then(|| name("main")));
        let files = files.map(|file| (file, Roles::QUALIFIER));
        let names = columns.iter().cloned().chain(qualifiers).chain(files).collect();
        let mut tables: Vec<(Name, Roles)> = relations.iter().map(|table| (table.name.clone(), Roles::TABLE)).collect();
        tables.extend(functions.iter().map(|table| (table.name.clone(), Roles::FUNCTION | Roles::TABLE)));
        let databases: Vec<Name> = ["main", "temp"].map(name).into_iter().chain(beside).collect();
        tables.extend(databases.iter().map(|database| (database.clone(), Roles::QUALIFIER)));
        let functions_and = |keywords: &[&str]| {
            let words = functions::FUNCTIONS.iter().map(|word| (name(word), Roles::FUNCTION));
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
            databases,
        }
    }

    /// The table called `name`: the schema's, else SQLite's own.
    pub(super) fn relation(&self, name: &Name) -> Option<&Arc<Relation>> {
        self.relations.iter().find(|table| table.name == *name)
    }

    /// Whether other files are open beside the first one.
    pub(super) fn is_several(&self) -> bool {
        self.databases.len() > 2
    }

    /// Whether a file is called `name`.
    pub(super) fn is_database(&self, name: &Name) -> bool {
        self.databases.contains(name)
    }

    /// The tables of the file called `database`, SQLite's own among them.
    pub(super) fn tables_of<'a>(&'a self, database: &'a Name) -> impl Iterator<Item = &'a Arc<Relation>> {
        let main = matches!(&*database.lower, b"main" | b"temp");
        let is_system = |table: &Relation| words::SYSTEM_TABLES.iter().any(|own| own.as_bytes() == &*table.name.lower);
        self.relations.iter().filter(move |table| match &table.database {
            Some(own) => own == database,
            None => main || is_system(table),
        })
    }

    /// The table called `name` of the file called `database`.
    pub(super) fn relation_of<'a>(&'a self, database: &'a Name, name: &Name) -> Option<&'a Arc<Relation>> {
        self.tables_of(database).find(|table| table.name == *name)
    }

    /// What may stand before the name of a table in FROM, where several files are open.
    pub(super) fn database_of(&self, source: &Source) -> Option<Name> {
        let stored = self.is_several() && source.relation.stored && !source.aliased;
        stored.then(|| source.relation.database.clone().unwrap_or_else(|| Name::new(b"main")))
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
