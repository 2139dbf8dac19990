//! The schema as a tree: tables, and the columns of those that are open.

use std::collections::BTreeSet;

use super::typed::Typed;
use crate::schema::{Schema, TableKind};

/// One line of the tree; numbers point into the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeRow {
    /// A file, where several are open.
    File {
        /// Which: 0 is the first one, then those beside it as [`Schema::databases`] has them.
        file: usize,
        /// Whether its tables follow.
        open: bool,
    },
    /// A table or view.
    Table {
        /// Which.
        table: usize,
        /// Whether its columns follow.
        open: bool,
    },
    /// A column of the table above.
    Column {
        /// Whose.
        table: usize,
        /// Which.
        column: usize,
    },
}

/// What the pane remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    open: BTreeSet<(Option<String>, String)>,
    /// Files whose tables are not shown.
    closed: BTreeSet<String>,
    /// The selected line.
    pub selected: usize,
    /// Only names that contain this are shown.
    pub filter: Typed,
    /// Whether the filter is being typed.
    pub filtering: bool,
}

impl Tree {
    /// The lines, in order. A filter shows the tables that match, and of the others those with columns that match, with these alone.
    pub fn rows(&self, schema: &Schema) -> Vec<TreeRow> {
        let wanted = self.filter.to_lowercase();
        let matches = |name: &str| name.to_lowercase().contains(&wanted);
        let mut rows = Vec::new();
        let files = schema.databases();
        let mut last = None;
        for (table, entry) in schema.tables.iter().enumerate() {
            let file = entry.database.as_deref().and_then(|own| files.iter().position(|name| *name == own)).map_or(0, |at| at + 1);
            let named = matches(&entry.name);
            let open = self.open.contains(&(entry.database.clone(), entry.name.clone()));
            let columns: Vec<usize> = (0..entry.columns.len())
                .filter(
                    |&column| {
                        if wanted.is_empty() || named { open } else { entry.columns.get(column).is_some_and(|c| matches(&c.name)) }
                    },
                )
                .collect();
            if named || !columns.is_empty() {
                let shut = wanted.is_empty() && self.closed.contains(file_name(schema, file));
                if !files.is_empty() && last != Some(file) {
                    rows.push(TreeRow::File { file, open: !shut });
                    last = Some(file);
                }
                if !files.is_empty() && shut {
                    continue;
                }
                rows.push(TreeRow::Table { table, open: !columns.is_empty() });
                rows.extend(columns.into_iter().map(|column| TreeRow::Column { table, column }));
            }
        }
        rows
    }

    /// The line under the cursor.
    pub fn current(&self, schema: &Schema) -> Option<TreeRow> {
        self.rows(schema).get(self.selected).copied()
    }

    /// The table of the line under the cursor.
    pub fn current_table(&self, schema: &Schema) -> Option<usize> {
        match self.current(schema)? {
            TreeRow::Table { table, .. } | TreeRow::Column { table, .. } => Some(table),
            TreeRow::File { .. } => None,
        }
    }

    /// Puts the cursor on `table`, where it is shown.
    pub fn go_to(&mut self, schema: &Schema, table: usize) {
        let place = self.rows(schema).iter().position(|row| matches!(row, TreeRow::Table { table: own, .. } if *own == table));
        self.selected = place.unwrap_or(self.selected);
    }

    /// What the line under the cursor is called, for the status line.
    pub fn current_name(&self, schema: &Schema) -> Option<String> {
        match self.current(schema)? {
            TreeRow::File { file, .. } => Some(file_name(schema, file).to_owned()),
            TreeRow::Table { table, .. } => schema.tables.get(table).map(|table| table.name.clone()),
            TreeRow::Column { table, column } => {
                let table = schema.tables.get(table)?;
                table.columns.get(column).map(|column| format!("{}.{} {}", table.name, column.name, column.declared_type))
            }
        }
    }

    /// Opens or closes the table under the cursor; from a column, closes its table and goes there.
    pub fn toggle(&mut self, schema: &Schema) {
        if let Some(TreeRow::File { file, .. }) = self.current(schema) {
            let name = file_name(schema, file).to_owned();
            if !self.closed.remove(&name) {
                self.closed.insert(name);
            }
            return;
        }
        let Some(table) = self.current_table(schema) else { return };
        let Some(name) = schema.tables.get(table).map(|table| (table.database.clone(), table.name.clone())) else { return };
        if !self.open.remove(&name) {
            self.open.insert(name);
        }
        self.selected = 0;
        self.go_to(schema, table);
    }

    /// Keeps the cursor on a line that is there.
    pub fn clamp(&mut self, schema: &Schema) {
        self.selected = self.selected.min(self.rows(schema).len().saturating_sub(1));
    }
}

/// What statements call a file of the tree.
pub fn file_name(schema: &Schema, file: usize) -> &str {
    file.checked_sub(1).and_then(|at| schema.databases().get(at).copied()).unwrap_or("main")
}

/// A letter for the kind of a relation.
pub fn kind_mark(kind: TableKind) -> &'static str {
    match kind {
        TableKind::Table => "",
        TableKind::View => "view",
        TableKind::Virtual => "virtual",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Table;

    fn schema() -> Schema {
        let table = Table::named;
        Schema { tables: vec![table("album", &["id", "title"]), table("track", &["id", "album_id"])] }
    }

    #[test]
    fn tables_open_and_close() {
        let (schema, mut tree) = (schema(), Tree { selected: 1, ..Tree::default() });
        tree.toggle(&schema);
        assert_eq!(tree.rows(&schema).len(), 4);
        tree.selected = 3;
        assert_eq!(tree.current(&schema), Some(TreeRow::Column { table: 1, column: 1 }));
        tree.toggle(&schema);
        assert_eq!((tree.rows(&schema).len(), tree.selected), (2, 1));
    }

    #[test]
    fn files_stand_above_their_tables_where_there_are_several() {
        let mut schema = schema();
        schema.tables.push(Table { name: "album".into(), database: Some("crm".into()), ..Table::default() });
        let mut tree = Tree::default();
        let shape = |tree: &Tree| {
            let kind = |row: TreeRow| match row {
                TreeRow::File { file, open } => format!("{}{}", file_name(&schema, file), if open { "" } else { " closed" }),
                TreeRow::Table { table, .. } => table.to_string(),
                TreeRow::Column { column, .. } => format!(".{column}"),
            };
            tree.rows(&schema).into_iter().map(kind).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shape(&tree), "main 0 1 crm 2");
        tree.selected = 1;
        tree.toggle(&schema);
        assert_eq!(shape(&tree), "main 0 .0 .1 1 crm 2", "the table of the same name in another file stays closed");
        tree.selected = 0;
        tree.toggle(&schema);
        assert_eq!((shape(&tree).as_str(), tree.current_table(&schema)), ("main closed crm 2", None));
        tree.filter = "track".into();
        assert_eq!(shape(&tree), "main 1");
    }

    #[test]
    fn a_filter_finds_tables_and_columns() {
        let schema = schema();
        let rows = |filter: &str| Tree { filter: filter.into(), ..Tree::default() }.rows(&schema);
        assert_eq!(rows("TRACK"), [TreeRow::Table { table: 1, open: false }]);
        assert_eq!(rows("title"), [TreeRow::Table { table: 0, open: true }, TreeRow::Column { table: 0, column: 1 }]);
        assert_eq!(rows("album").len(), 3);
        assert_eq!(rows("nothing"), []);
    }
}
