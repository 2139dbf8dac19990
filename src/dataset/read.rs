//! A file as examples, one at a time.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::BufRead;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::columns::Columns;
use super::databases::Databases;
use super::error::{DatasetError, RowProblem};
use super::example::{Body, Example};
use super::format::{Format, with_origin};
use super::source::{Source, SourceRow, is_learned};
use super::wikisql;
use crate::db::files::open_text;
use crate::signal::Cancel;

/// How a file is read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The shape of its rows; where it is not given, the first row tells.
    pub format: Option<Format>,
    /// Which columns have the question and the SQL, where a person says so.
    pub columns: Option<Columns>,
    /// The folder of the databases that rows name; where it is not given, `databases` or `database` beside the file, where there is one.
    pub databases: Option<PathBuf>,
}

/// Rows that are looked at to tell the shape of all.
const LOOKED_AT: usize = 100;

/// The examples of a file. A row that cannot be used is an error with its number, and the rows after it follow; where the file itself is
/// broken, its error is the last item.
pub struct Examples {
    path: PathBuf,
    format: Format,
    columns: Option<Columns>,
    waiting: VecDeque<SourceRow>,
    source: Source,
    /// The file was broken; that is said once.
    broken: Option<DatasetError>,
    done: bool,
    databases: Option<Databases>,
    /// WikiSQL's tables by their names, where they lie in a file of their own.
    tables: HashMap<String, Value>,
    left_out: BTreeMap<String, usize>,
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
        let mut source = Source::open(path)?;
        let (mut waiting, mut found, mut broken) = (VecDeque::new(), None, None);
        while found.is_none() && waiting.len() < LOOKED_AT {
            match source.next(path) {
                Ok(Some(row)) => {
                    found = row.fields.as_ref().ok().cloned();
                    waiting.push_back(row);
                }
                Ok(None) => break,
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            }
        }
        let Some(fields) = found else {
            let first = waiting.pop_front().and_then(|row| row.fields.err().map(|problem| (row.row, row.line, problem)));
            let first = first.map(|(row, line, problem)| DatasetError::Row { path: path.into(), row, line, problem });
            return Err(first.or(broken).unwrap_or_else(|| DatasetError::Empty { path: path.into() }));
        };
        let keys = || fields.keys().take(12).cloned().collect();
        if let Some(columns) = &options.columns {
            let missing = columns.lacking(&fields);
            if !missing.is_empty() {
                return Err(DatasetError::NoColumns { path: path.into(), missing, keys: keys() });
            }
        }
        let format = match (&options.columns, options.format) {
            (Some(_), _) => Format::Columns,
            (None, Some(format)) => format,
            (None, None) => Format::detect(&fields).ok_or_else(|| DatasetError::UnknownFormat { path: path.into(), keys: keys() })?,
        };
        let beside = || ["databases", "database"].map(|name| path.with_file_name(name)).into_iter().find(|folder| folder.is_dir());
        let databases = options.databases.clone().or_else(beside).map(Databases::new);
        if format == Format::Spider && databases.is_none() {
            return Err(DatasetError::NoDatabases { path: path.into() });
        }
        let apart = format == Format::WikiSql && !fields.contains_key("table");
        let tables = if apart { tables_beside(path)? } else { HashMap::new() };
        Ok(Self {
            path: path.into(),
            format,
            columns: options.columns.clone(),
            waiting,
            source,
            broken,
            done: false,
            databases,
            tables,
            left_out: BTreeMap::new(),
            cancel: cancel.clone(),
        })
    }

    /// The shape of the rows.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The same rows without the schemas of the databases they name, which need not be there then.
    pub fn questions_only(self) -> Self {
        Self { databases: None, ..self }
    }

    /// Rows so far that are not for learning, by the list they are in: `{"train": [...], "test": [...]}`.
    pub fn left_out(&self) -> &BTreeMap<String, usize> {
        &self.left_out
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of databases, where one is known.
    pub fn databases(&mut self) -> Option<&mut Databases> {
        self.databases.as_mut()
    }

    fn example(&mut self, row: SourceRow) -> Result<Example, RowProblem> {
        let fields = row.fields?;
        let mut example = match (&self.columns, self.format) {
            (Some(columns), _) => with_origin(columns.convert(&fields)?, &fields),
            (None, Format::WikiSql) => {
                let name = wikisql::table_id(&fields);
                let table = name.and_then(|name| self.tables.get(name));
                if let (Some(name), None, false) = (name, table, fields.contains_key("table")) {
                    return Err(RowProblem::NoTable(name.into()));
                }
                with_origin(wikisql::convert(&fields, table)?, &fields)
            }
            (None, format) => format.convert(&fields)?,
        };
        (example.row, example.line) = (row.row, row.line);
        example.split = example.split.or(row.part);
        // SynSQL's and others' rows name their database, and some bring its schema too.
        if matches!(self.format, Format::Spider | Format::Columns)
            && let (Some(name), Some(databases)) = (&example.db_id, &mut self.databases)
            && let Body::Question { context, .. } = &mut example.body
            && context.is_empty()
        {
            *context = databases.get(name, &self.cancel)?.schema_text.clone();
        }
        Ok(example)
    }

    fn next_row(&mut self) -> Result<Option<SourceRow>, DatasetError> {
        loop {
            let next = match self.waiting.pop_front() {
                Some(row) => Some(row),
                None => match self.broken.take() {
                    Some(error) => return Err(error),
                    None => self.source.next(&self.path)?,
                },
            };
            match next {
                Some(SourceRow { part: Some(part), .. }) if !is_learned(&part) => *self.left_out.entry(part).or_default() += 1,
                next => return Ok(next),
            }
        }
    }
}

impl Iterator for Examples {
    type Item = Result<Example, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.next_row() {
            Ok(Some(row)) => {
                let (at, line) = (row.row, row.line);
                let example = self.example(row);
                Some(example.map_err(|problem| DatasetError::Row { path: self.path.clone(), row: at, line, problem }))
            }
            Ok(None) => {
                self.done = true;
                None
            }
            Err(error) => {
                self.done = true;
                Some(Err(error))
            }
        }
    }
}

/// WikiSQL's tables: for `train.jsonl` those of `train.tables.jsonl`, by their names, without their rows.
fn tables_beside(path: &Path) -> Result<HashMap<String, Value>, DatasetError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (stem, ending) = name.split_once('.').unwrap_or((&name, "jsonl"));
    let file = path.with_file_name(format!("{stem}.tables.{ending}"));
    let read_error = |source| DatasetError::Read { path: file.clone(), source };
    let mut tables = HashMap::new();
    for line in std::io::BufReader::new(open_text(&file).map_err(read_error)?).lines() {
        if let Ok(Value::Object(mut table)) = serde_json::from_str(&line.map_err(read_error)?) {
            table.remove("rows");
            if let Some(id) = table.get("id").and_then(Value::as_str).map(str::to_owned) {
                tables.insert(id, Value::Object(table));
            }
        }
    }
    Ok(tables)
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

    #[test]
    fn rows_come_from_any_form() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let asked = |name: &str, options: &ReadOptions| -> Vec<(String, String, String)> {
            let examples = open(&path(name), options).unwrap().map(|example| example.unwrap());
            examples.map(|example| (example.asked().to_owned(), example.context().to_owned(), example.answer)).collect()
        };
        let expected = [("q, 1", "CREATE TABLE t (a)", "SELECT a\nFROM t"), ("q2", "", "SELECT 1")]
            .map(|(question, context, answer)| (question.to_owned(), context.to_owned(), answer.to_owned()));
        let csv = "question,schema,sql\n\"q, 1\",CREATE TABLE t (a),\"SELECT a\nFROM t\"\nq2,,SELECT 1\n";
        std::fs::write(path("rows.csv"), csv).unwrap();
        assert_eq!(asked("rows.csv", &ReadOptions::default()), expected);
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let lines = "{\"a\":\"q, 1\",\"c\":\"CREATE TABLE t (a)\",\"b\":\"SELECT a\\nFROM t\"}\n{\"a\":\"q2\",\"b\":\"SELECT 1\"}\n";
        std::io::Write::write_all(&mut packer, lines.as_bytes()).unwrap();
        std::fs::write(path("rows.jsonl.gz"), packer.finish().unwrap()).unwrap();
        let columns = Some(Columns::parse("question=a,sql=b,schema=c").unwrap());
        assert_eq!(asked("rows.jsonl.gz", &ReadOptions { columns: columns.clone(), ..ReadOptions::default() }), expected);
        let error = open(&path("rows.csv"), &ReadOptions { columns, ..ReadOptions::default() }).unwrap_err().to_string();
        assert!(error.ends_with("have no a, b, c: they hold question, schema, sql"), "{error}");
    }

    #[test]
    fn a_row_that_is_no_json_costs_that_row() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "{\"instruction\":\"a\",\"output\":NaN}\n{\"instruction\":\"a\",\"output\":\"b\"}\n{\"x\":NaN}\n");
        let all: Vec<_> = open(&path, &ReadOptions::default()).unwrap().map(|example| example.is_ok()).collect();
        assert_eq!(all, [false, true, false]);
    }

    #[test]
    fn rows_to_judge_by_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(
            folder.path(),
            "{\"test\": [{\"instruction\":\"t\",\"output\":\"b\"}], \"train\": [{\"instruction\":\"a\",\"output\":\"b\"}]}",
        );
        let mut examples = open(&path, &ReadOptions::default()).unwrap();
        let found: Vec<(String, Option<String>)> =
            examples.by_ref().map(|example| example.unwrap()).map(|example| (example.asked().to_owned(), example.split)).collect();
        assert_eq!(found, [("a".to_owned(), Some("train".to_owned()))]);
        assert_eq!(examples.left_out(), &BTreeMap::from([("test".to_owned(), 1)]));
    }

    #[test]
    fn wikisqls_tables_lie_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dev.jsonl");
        let row = |table: &str| format!("{{\"table_id\":\"{table}\",\"question\":\"q\",\"sql\":{{\"sel\":0,\"agg\":3,\"conds\":[]}}}}\n");
        std::fs::write(&path, row("1-2") + &row("1-3")).unwrap();
        std::fs::write(folder.path().join("dev.tables.jsonl"), "{\"id\":\"1-2\",\"header\":[\"a\"],\"types\":[\"text\"],\"rows\":[]}\n")
            .unwrap();
        let all: Vec<String> = open(&path, &ReadOptions::default())
            .unwrap()
            .map(|example| example.map_or_else(|error| error.to_string(), |example| example.answer))
            .collect();
        assert_eq!(all[0], "SELECT COUNT(a) FROM table_1_2");
        assert!(all[1].ends_with("its table `1-3` is not in the file of tables beside it"), "{}", all[1]);
    }
}
