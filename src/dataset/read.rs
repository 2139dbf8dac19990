//! A file as examples, one at a time.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::databases::Databases;
use super::error::{DatasetError, RowProblem};
use super::example::{Body, Example};
use super::format::Format;
use super::rows::{RawRow, Rows, RowsError};
use crate::signal::Cancel;

/// How a file is read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The shape of its rows; where it is not given, the first row tells.
    pub format: Option<Format>,
    /// The folder of the databases that rows name; where it is not given, `databases` or `database` beside the file, where there is one.
    pub databases: Option<PathBuf>,
}

/// The examples of a file. A row that cannot be used is an error with its number, and the rows after it follow; where the file itself is
/// broken, its error is the last item.
pub struct Examples {
    path: PathBuf,
    format: Format,
    first: Option<RawRow>,
    rows: Rows<BufReader<Box<dyn Read + Send>>>,
    databases: Option<Databases>,
    cancel: Cancel,
}

impl std::fmt::Debug for Examples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Examples").field("path", &self.path).field("format", &self.format).finish_non_exhaustive()
    }
}

impl Examples {
    /// Opens the file at `path` and finds out what its rows are.
    pub fn open(path: &Path, options: &ReadOptions, cancel: &Cancel) -> Result<Self, DatasetError> {
        let read_error = |source| DatasetError::Read { path: path.into(), source };
        if std::fs::metadata(path).map_err(read_error)?.is_dir() {
            return Err(read_error(std::io::ErrorKind::IsADirectory.into()));
        }
        let file: Box<dyn Read + Send> = Box::new(File::open(path).map_err(read_error)?);
        let mut rows = Rows::new(BufReader::with_capacity(1 << 16, file));
        let first = match rows.next() {
            None => return Err(DatasetError::Empty { path: path.into() }),
            Some(row) => row.map_err(|error| at(path, error))?,
        };
        let fields = parse(&first).map_err(|problem| DatasetError::Row { path: path.into(), row: first.row, line: first.line, problem })?;
        let format = match options.format {
            Some(format) => format,
            None => Format::detect(&fields)
                .ok_or_else(|| DatasetError::UnknownFormat { path: path.into(), keys: fields.keys().take(12).cloned().collect() })?,
        };
        let beside = || ["databases", "database"].map(|name| path.with_file_name(name)).into_iter().find(|folder| folder.is_dir());
        let databases = options.databases.clone().or_else(beside).map(Databases::new);
        if format == Format::Spider && databases.is_none() {
            return Err(DatasetError::NoDatabases { path: path.into() });
        }
        Ok(Self { path: path.into(), format, first: Some(first), rows, databases, cancel: cancel.clone() })
    }

    /// The shape of the rows.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The same rows without the schemas of the databases they name, which need not be there then.
    pub fn questions_only(self) -> Self {
        Self { databases: None, ..self }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of databases, where one is known.
    pub fn databases(&mut self) -> Option<&mut Databases> {
        self.databases.as_mut()
    }

    fn example(&mut self, raw: &RawRow) -> Result<Example, RowProblem> {
        let mut example = self.format.convert(&parse(raw)?)?;
        (example.row, example.line) = (raw.row, raw.line);
        if self.format == Format::Spider
            && let (Some(name), Some(databases)) = (&example.db_id, &mut self.databases)
            && let Body::Question { context, .. } = &mut example.body
        {
            *context = databases.get(name, &self.cancel)?.schema_text.clone();
        }
        Ok(example)
    }
}

impl Iterator for Examples {
    type Item = Result<Example, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let raw = match self.first.take() {
            Some(first) => first,
            None => match self.rows.next()? {
                Ok(raw) => raw,
                Err(error) => return Some(Err(at(&self.path, error))),
            },
        };
        let example = self.example(&raw);
        let place = |problem| DatasetError::Row { path: self.path.clone(), row: raw.row, line: raw.line, problem };
        Some(example.map_err(place))
    }
}

fn parse(raw: &RawRow) -> Result<Map<String, Value>, RowProblem> {
    serde_json::from_slice(&raw.text).map_err(|error| RowProblem::NotJson(error.to_string()))
}

fn at(path: &Path, error: RowsError) -> DatasetError {
    match error {
        RowsError::Io(source) => DatasetError::Read { path: path.into(), source },
        RowsError::Row { row, line, problem } => DatasetError::Row { path: path.into(), row, line, problem },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::Prompt;
    use crate::prompt::Form;

    fn write(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join("rows.json");
        std::fs::write(&path, text).unwrap();
        path
    }

    fn open(path: &Path, options: &ReadOptions) -> Result<Examples, DatasetError> {
        Examples::open(path, options, &Cancel::new())
    }

    #[test]
    fn a_bad_row_is_numbered_and_the_others_follow() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(
            folder.path(),
            "[{\"instruction\":\"a\",\"output\":\"b\"},\n{\"instruction\":\"a\"},\n{\"instruction\":\"c\",\"output\":\"d\"}]",
        );
        let examples = open(&path, &ReadOptions::default()).unwrap();
        assert_eq!(examples.format(), Format::Alpaca);
        let (good, bad): (Vec<_>, Vec<_>) = examples.partition(Result::is_ok);
        let rows: Vec<usize> = good.into_iter().map(|example| example.unwrap().row).collect();
        assert_eq!(rows, [1, 3]);
        let error = bad.into_iter().next().unwrap().unwrap_err().to_string();
        assert_eq!(error, format!("row 2 of {}, line 2: it has no `output`", path.display()));
    }

    #[test]
    fn files_without_rows_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let error = |text: &str| open(&write(folder.path(), text), &ReadOptions::default()).unwrap_err().to_string();
        assert!(error("[]").ends_with("holds no rows"));
        assert!(error("{\"text\": 1, \"id\": 2}").ends_with("they hold text, id"));
        assert!(error("{\"db_id\":\"d\",\"question\":\"q\",\"query\":\"a\"}").contains("no folder of databases is known"));
        assert!(error("{\"a\":}").contains("row 1 of"));
        assert!(open(folder.path(), &ReadOptions::default()).unwrap_err().to_string().contains("cannot read"));
        assert!(open(&folder.path().join("none"), &ReadOptions::default()).is_err());
    }

    #[test]
    fn spiders_context_is_the_prompts_schema_text() {
        let folder = tempfile::tempdir().unwrap();
        let databases = folder.path().join("databases");
        let demo = crate::db::demo::path(&databases).unwrap();
        let name = demo.file_stem().unwrap().to_str().unwrap();
        let rows = format!(
            "{{\"db_id\":\"{name}\",\"question\":\"q\",\"query\":\"SELECT 1\"}}\n{{\"db_id\":\"../x\",\"question\":\"q\",\"query\":\"SELECT 1\"}}"
        );
        let mut examples = open(&write(folder.path(), &rows), &ReadOptions::default()).unwrap();
        let example = examples.next().unwrap().unwrap();
        assert!(example.context().starts_with("CREATE TABLE "));
        assert!(matches!(example.prompt(Form::Alpaca), Prompt::Text(text) if text.contains("### Input:\nCREATE TABLE ")));
        assert_eq!(example.completion(Form::Alpaca), "SELECT 1");
        assert_eq!(example.completion(Form::Chat), "```sql\nSELECT 1;\n```");
        assert!(examples.next().unwrap().unwrap_err().to_string().ends_with("there is no database `../x`"));
    }
}
