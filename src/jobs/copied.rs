//! Rows as text for the clipboard.

use super::message::{CopyForm, JobFailure};
use crate::db::export::{RowFormat, RowWriter, cell_to_field, cell_to_sql};
use crate::db::{Cell, ColumnInfo};

/// What is copied, as far as it is written.
pub(super) struct CopyText(Kind);

enum Kind {
    /// Fields with tabs between them.
    Fields(String),
    Rows(RowWriter<Vec<u8>>, usize),
}

impl CopyText {
    /// Writes what stands before the first row.
    pub(super) fn begin(form: &CopyForm, columns: &[ColumnInfo]) -> Result<Self, JobFailure> {
        let format = match form {
            CopyForm::Bare => return Ok(Self(Kind::Fields(String::new()))),
            CopyForm::Tabs => {
                let names: Vec<String> = columns.iter().map(|column| cell_to_field(&Cell::Text(column.name.clone()))).collect();
                return Ok(Self(Kind::Fields(names.join("\t") + "\n")));
            }
            CopyForm::Insert { table, columns } => {
                return Ok(Self(Kind::Rows(RowWriter::begin_inserts(table, columns, Vec::new()), 0)));
            }
            CopyForm::Csv => RowFormat::Csv,
            CopyForm::Markdown => RowFormat::Markdown,
            CopyForm::Json => RowFormat::JsonRows,
        };
        let writer = RowWriter::begin(format, columns, Vec::new()).map_err(failed)?;
        Ok(Self(Kind::Rows(writer, 0)))
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), JobFailure> {
        match &mut self.0 {
            Kind::Fields(text) => {
                text.push_str(&cells.iter().map(cell_to_field).collect::<Vec<_>>().join("\t"));
                text.push('\n');
            }
            Kind::Rows(writer, bytes) => {
                *bytes += cells.iter().map(|cell| cell_to_sql(cell).len()).sum::<usize>();
                writer.row(cells).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// About how many bytes it has.
    pub(super) fn len(&self) -> usize {
        match &self.0 {
            Kind::Fields(text) => text.len(),
            Kind::Rows(_, bytes) => *bytes,
        }
    }

    /// All of it.
    pub(super) fn end(self) -> Result<String, JobFailure> {
        match self.0 {
            Kind::Fields(text) => Ok(text),
            Kind::Rows(writer, _) => {
                let bytes = writer.end_into(false).map_err(failed)?;
                String::from_utf8(bytes).map_err(|error| JobFailure { message: error.to_string(), hint: None })
            }
        }
    }
}

fn failed(error: std::io::Error) -> JobFailure {
    JobFailure { message: format!("cannot copy: {error}"), hint: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: CopyForm, expected: &str) {
        let columns = ["id", "a\"b"].map(|name| ColumnInfo { name: name.into(), declared_type: None });
        let mut text = CopyText::begin(&form, &columns).unwrap();
        text.row(&[Cell::Integer(1), Cell::Text("it's\t|".into())]).unwrap();
        text.row(&[Cell::Real(2.0), Cell::Null]).unwrap();
        assert_eq!(text.end().unwrap(), expected);
    }

    #[test]
    fn rows_are_copied_in_every_form() {
        check(CopyForm::Bare, "1\t\"it's\t|\"\n2.0\t\n");
        check(CopyForm::Tabs, "id\t\"a\"\"b\"\n1\t\"it's\t|\"\n2.0\t\n");
        check(CopyForm::Csv, "id,\"a\"\"b\"\n1,it's\t|\n2.0,\n");
        check(CopyForm::Markdown, "| id | a\"b |\n| --- | --- |\n| 1 | it's\\\\t\\| |\n| 2.0 | NULL |\n");
        check(CopyForm::Json, "[\n{\"id\":1,\"a\\\"b\":\"it's\\t|\"},\n{\"id\":2.0,\"a\\\"b\":null}\n]\n");
        let insert = CopyForm::Insert { table: "t".into(), columns: vec!["id".into(), "\"a\"\"b\"".into()] };
        check(insert, "INSERT INTO t (id, \"a\"\"b\") VALUES (1, 'it''s\t|');\nINSERT INTO t (id, \"a\"\"b\") VALUES (2.0, NULL);\n");
    }

    #[test]
    fn statements_give_back_what_was_copied() {
        let cells = [
            Cell::Null,
            Cell::Integer(i64::MIN),
            Cell::Real(f64::INFINITY),
            Cell::Real(-1e300),
            Cell::Real(0.1),
            Cell::Text("it's\0so\n\u{2028}".into()),
            Cell::Blob(vec![0, 255]),
        ];
        let folder = tempfile::tempdir().unwrap();
        let database = crate::db::Database::open(crate::db::demo::path(folder.path()).unwrap()).unwrap();
        for cell in cells {
            let sql = crate::sql::guard::check(&format!("SELECT {}", cell_to_sql(&cell))).unwrap();
            let table = database.execute(&sql, &crate::db::Limits::default(), &crate::signal::Cancel::new()).unwrap();
            assert_eq!(table.rows, [[cell]]);
        }
    }
}
