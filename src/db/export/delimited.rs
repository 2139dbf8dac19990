//! Rows of delimited fields: RFC 4180 with a comma, the same with a tab.

use std::io::{self, Write};

use super::super::table::Cell;
use super::cells::cell_to_copy;

/// How fields are told from one another, and nothing from empty text.
#[derive(Debug, Clone)]
pub(super) struct Delimited {
    delimiter: char,
    /// What stands for NULL, never quoted; text that looks like it is quoted. `None` writes nothing for both.
    null: Option<String>,
}

impl Delimited {
    pub(super) fn new(delimiter: char, null: Option<&str>) -> Self {
        Self { delimiter, null: null.map(str::to_owned) }
    }

    pub(super) fn names(&self, names: &[&str], out: &mut impl Write) -> io::Result<()> {
        self.line(names.iter().map(|name| Field::Text((*name).to_owned())), names.len(), out)
    }

    pub(super) fn row(&self, cells: &[Cell], out: &mut impl Write) -> io::Result<()> {
        let field = |cell: &Cell| match cell {
            Cell::Null => self.null.clone().map_or_else(|| Field::Text(String::new()), Field::Null),
            other => Field::Text(cell_to_copy(other)),
        };
        self.line(cells.iter().map(field), cells.len(), out)
    }

    fn line(&self, fields: impl Iterator<Item = Field>, count: usize, out: &mut impl Write) -> io::Result<()> {
        let mut line = String::new();
        for (i, field) in fields.enumerate() {
            if i > 0 {
                line.push(self.delimiter);
            }
            match field {
                Field::Null(text) => line.push_str(&text),
                Field::Text(text) if self.needs_quotes(&text) || (count == 1 && is_misread_alone(&text)) => {
                    line.push('"');
                    line.push_str(&text.replace('"', "\"\""));
                    line.push('"');
                }
                Field::Text(text) => line.push_str(&text),
            }
        }
        line.push('\n');
        out.write_all(line.as_bytes())
    }

    fn needs_quotes(&self, text: &str) -> bool {
        text.contains(['"', '\n', '\r', self.delimiter]) || self.null.as_deref() == Some(text)
    }
}

/// Whether most readers would take a line with nothing else in it for something else: for no row, or for several fields with something
/// other between them.
fn is_misread_alone(text: &str) -> bool {
    text.is_empty() || text.contains([',', ';', '|', '\t'])
}

enum Field {
    Null(String),
    Text(String),
}
