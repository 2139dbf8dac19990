//! JSON as tables: an object a line, a list of objects, or an object that holds such a list. Keys are columns, lists and objects in a
//! value stay JSON text, and numbers keep their digits.
//!
//! Files on their floors, the lowest first:
//! - `layout`: how rows lie in a file

mod layout;

use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub use self::layout::first_list;
use self::layout::{Inside, Layout, layout};
use super::error::FileError;
use super::input::{self, CHUNK, Consumed};
use super::row::{Places, Raw, Row, Rows};
use super::spans::{elements, is_json, members, string, without_nan};
use crate::text;

/// Bytes from which is told how the rows lie in the file.
const HEAD: usize = 1 << 18;
/// No value takes more bytes.
const MAX_VALUE: usize = 64 << 20;
/// The column of values that are no objects.
const VALUE: &str = "value";

/// The rows of a JSON file.
pub(super) struct Json {
    path: PathBuf,
    input: Box<dyn Read + Send>,
    layout: Layout,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    at_end: bool,
    line: u64,
    done: bool,
    names: Vec<String>,
    /// So many names stood in the file beside the rows, whose elements follow them.
    listed: usize,
    index: HashMap<String, usize>,
    bad: Places,
    cleaned: Places,
}

impl Json {
    /// Opens the file at `path`.
    pub(super) fn open(path: &Path, consumed: &Consumed) -> Result<Self, FileError> {
        let unreadable = |error: std::io::Error| FileError::on_reading(path, &error);
        let head = input::head(path, HEAD).map_err(unreadable)?;
        let layout = layout(&head, head.len() < HEAD);
        let mut own = Self {
            path: path.into(),
            input: input::open(path, consumed).map_err(unreadable)?,
            layout,
            buffer: vec![0; CHUNK],
            at: 0,
            end: 0,
            at_end: false,
            line: 1,
            done: false,
            names: Vec::new(),
            listed: 0,
            index: HashMap::new(),
            bad: Places::default(),
            cleaned: Places::default(),
        };
        let skipped = match &own.layout {
            Layout::Inside(inside) => {
                own.names.clone_from(&inside.names);
                inside.begin
            }
            // The bracket.
            Layout::List => head.iter().position(|&byte| byte == b'[').map_or(0, |at| at + 1),
            _ => 0,
        };
        own.listed = own.names.len();
        while own.end < skipped && own.fill()? {}
        own.pass(skipped.min(own.end));
        Ok(own)
    }

    fn fill(&mut self) -> Result<bool, FileError> {
        self.buffer.copy_within(self.at..self.end, 0);
        (self.at, self.end) = (0, self.end - self.at);
        if self.buffer.len() - self.end < CHUNK / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let read = loop {
            match self.input.read(self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other.map_err(|error| FileError::on_reading(&self.path, &error))?,
            }
        };
        self.end += read;
        self.at_end = read == 0;
        Ok(read > 0)
    }

    fn ahead(&self) -> &[u8] {
        self.buffer.get(self.at..self.end).unwrap_or_default()
    }

    fn pass(&mut self, bytes: usize) {
        let passed = self.ahead().get(..bytes).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at += bytes;
    }

    fn broken(&self, what: &str) -> FileError {
        FileError::Broken { path: self.path.clone(), form: "JSON", message: format!("{what} in line {}", self.line) }
    }

    /// Where the next value is in the buffer; `None` behind the last one.
    fn value(&mut self) -> Result<Option<(Range<usize>, u64)>, FileError> {
        match self.layout {
            Layout::Lines => self.line_value(),
            _ => self.cut_value(),
        }
    }

    fn line_value(&mut self) -> Result<Option<(Range<usize>, u64)>, FileError> {
        let mut looked_at = 0;
        loop {
            if let Some(found) = memchr::memchr(b'\n', self.ahead().get(looked_at..).unwrap_or_default()) {
                let (start, end, line) = (self.at, self.at + looked_at + found, self.line);
                self.pass(looked_at + found + 1);
                looked_at = 0;
                if !self.buffer.get(start..end).unwrap_or_default().trim_ascii().is_empty() {
                    return Ok(Some((start..end, line)));
                }
                continue;
            }
            looked_at = self.end - self.at;
            if looked_at > MAX_VALUE {
                return Err(self.broken("a value is too long"));
            }
            if !self.fill()? {
                let (start, end, line) = (self.at, self.end, self.line);
                self.at = self.end;
                let last = self.buffer.get(start..end).unwrap_or_default();
                return Ok((!last.trim_ascii().is_empty()).then_some((start..end, line)));
            }
        }
    }

    fn cut_value(&mut self) -> Result<Option<(Range<usize>, u64)>, FileError> {
        let in_list = self.layout != Layout::Sequence;
        // What stands before it.
        loop {
            match self.ahead().first().copied() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.pass(1),
                Some(b',') if in_list => self.pass(1),
                Some(b']') if in_list => return self.end_list().map(|()| None),
                Some(_) => break,
                None if self.fill()? => {}
                None if in_list => return Err(self.broken("the file ends inside a list")),
                None => return Ok(None),
            }
        }
        let (mut length, mut depth, mut in_string, mut escaped) = (0, 0usize, false, false);
        loop {
            let Some(&byte) = self.ahead().get(length) else {
                if length > MAX_VALUE {
                    return Err(self.broken("a value is too long"));
                }
                if self.fill()? {
                    continue;
                }
                if depth > 0 || in_string {
                    return Err(self.broken("the file ends inside a value that begins"));
                }
                break;
            };
            let is_scalar_end = depth == 0 && !in_string && length > 0 && matches!(byte, b',' | b']' | b' ' | b'\t' | b'\r' | b'\n');
            if is_scalar_end {
                break;
            }
            length += 1;
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => {
                    in_string = !in_string;
                    if !in_string && depth == 0 {
                        break;
                    }
                }
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                _ => {}
            }
        }
        let (start, line) = (self.at, self.line);
        self.pass(length);
        Ok(Some((start..start + length, line)))
    }

    /// Nothing but white space stands behind a list that is the file: else it was none, such as `[12:30] started`.
    fn end_list(&mut self) -> Result<(), FileError> {
        if self.layout != Layout::List {
            return Ok(());
        }
        self.pass(1);
        loop {
            match self.ahead().first().copied() {
                Some(byte) if byte.is_ascii_whitespace() => self.pass(1),
                Some(_) => return Err(self.broken("something stands behind a list")),
                None if self.fill()? => {}
                None => return Ok(()),
            }
        }
    }

    fn column(&mut self, key: &str, expected: usize) -> usize {
        if self.names.get(expected).is_some_and(|name| name == key) {
            return expected;
        }
        if let Some(&column) = self.index.get(key) {
            return column;
        }
        self.names.push(key.to_owned());
        self.index.insert(key.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    /// Puts the members of an object, the elements of a list or a bare value into a row.
    fn take(&mut self, json: &[u8], row: &mut Row) {
        let json = json.trim_ascii();
        match json.first() {
            Some(b'{') => {
                let mut expected = 0;
                for (key, value) in members(json) {
                    let column = match key.contains(&b'\\') {
                        true => self.column(&string(key), expected),
                        false => {
                            self.column(&String::from_utf8_lossy(key.get(1..key.len().saturating_sub(1)).unwrap_or_default()), expected)
                        }
                    };
                    expected = column + 1;
                    let raw = raw(value, row);
                    row.set(column, raw);
                }
            }
            Some(b'[') => {
                for (at, value) in elements(json).enumerate() {
                    let column = if at < self.listed { at } else { self.column(&format!("column_{}", at + 1), at) };
                    let raw = raw(value, row);
                    row.set(column, raw);
                }
            }
            _ => {
                let column = self.column(VALUE, 0);
                let raw = raw(json, row);
                row.set(column, raw);
            }
        }
    }
}

impl Rows for Json {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, FileError> {
        row.clear();
        while !self.done {
            let Some((range, line)) = self.value()? else {
                self.done = true;
                break;
            };
            let buffer = std::mem::take(&mut self.buffer);
            let json = buffer.get(range).unwrap_or_default();
            let sound = is_json(json);
            if sound {
                self.take(json, row);
            } else if let Some(mended) = without_nan(json).filter(|mended| is_json(mended)) {
                self.cleaned.add(line);
                self.take(&mended, row);
            }
            let found = sound || !row.cells.is_empty();
            self.buffer = buffer;
            if found {
                return Ok(true);
            }
            self.bad.add(line);
        }
        Ok(false)
    }

    fn notes(&self) -> Vec<String> {
        let inside = match &self.layout {
            Layout::Inside(Inside { key, .. }) => {
                Some(format!("its rows are those of `{}`; what stands beside that is left out", text::sanitize(key)))
            }
            _ => None,
        };
        let bad = self.bad.words("value is", "values are", "no JSON, and left out");
        let cleaned = self.cleaned.words("row holds", "rows hold", "NaN or Infinity, which JSON does not have: they are NULL");
        [inside, bad, cleaned].into_iter().flatten().collect()
    }
}

fn raw(value: &[u8], row: &mut Row) -> Raw {
    match value.first() {
        Some(b'"') => match memchr::memchr(b'\\', value) {
            Some(_) => Raw::Text(row.keep(string(value).as_bytes())),
            None => Raw::Text(row.keep(value.get(1..value.len().saturating_sub(1)).unwrap_or_default())),
        },
        Some(b'{' | b'[') => Raw::Json(row.keep(value)),
        Some(b't') => Raw::Bool(true),
        Some(b'f') => Raw::Bool(false),
        Some(b'n') | None => Raw::Null,
        Some(_) => Raw::Written(row.keep(value)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Names, rows, and what was noticed.
    type Read = (Vec<String>, Vec<Vec<String>>, Vec<String>);

    fn read(json: &str) -> Result<Read, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), json).unwrap();
        let mut rows = Json::open(file.path(), &Consumed::default()).map_err(|error| error.to_string())?;
        let (mut row, mut all) = (Row::default(), Vec::new());
        while rows.next(&mut row).map_err(|error| error.to_string())? {
            let cell = |cell: &Raw| match cell {
                Raw::Written(range) => String::from_utf8(row.get(range).to_vec()).unwrap(),
                Raw::Text(range) => format!("'{}'", String::from_utf8(row.get(range).to_vec()).unwrap()),
                Raw::Json(range) => format!("json {}", String::from_utf8(row.get(range).to_vec()).unwrap()),
                other => format!("{other:?}"),
            };
            all.push(row.cells.iter().map(cell).collect());
        }
        Ok((rows.names().to_vec(), all, rows.notes()))
    }

    #[track_caller]
    fn check(json: &str, names: &[&str], rows: &[&[&str]]) {
        let (found, all, notes) = read(json).unwrap();
        assert_eq!((found.iter().map(String::as_str).collect::<Vec<_>>(), notes), (names.to_vec(), Vec::<String>::new()), "{json}");
        assert_eq!(all, rows, "{json}");
    }

    #[test]
    fn rows_are_lines_lists_and_what_lists_are_in() {
        let expected: &[&[&str]] = &[&["1", "'x'"], &["2", "Null", "Bool(true)"]];
        let names = ["a", "b", "c"];
        check("{\"a\":1,\"b\":\"x\"}\n\n{\"c\":true,\"a\":2}\n", &names, expected);
        check("{\"a\":1,\"b\":\"x\"}\r\n{\"c\":true,\"a\":2}", &names, expected);
        check("[{\"a\":1,\"b\":\"x\"},\n {\"c\":true,\"a\":2}]", &names, expected);
        check("[ {\"a\":1,\"b\":\"x\"} , {\"c\":true,\"a\":2} ]\n", &names, expected);
        check("{\n \"a\":1,\n \"b\":\"x\"}\n{\n\"c\":true,\n\"a\":2}", &names, expected);
        check("[1, 2]\n[3, null]\n", &["column_1", "column_2"], &[&["1", "2"], &["3", "Null"]]);
        check("[\"a\", 1.50, null]", &["value"], &[&["'a'"], &["1.50"], &["Null"]]);
        check("{\"a\": 1}", &["a"], &[&["1"]]);
        check("[]", &[], &[]);
    }

    #[test]
    fn a_list_inside_an_object_has_the_rows() {
        let (names, rows, notes) = read("{\"count\": 2, \"items\": [{\"a\": 1}, {\"a\": 2}], \"next\": null}").unwrap();
        assert_eq!((names, rows.len()), (vec!["a".to_owned()], 2));
        assert_eq!(notes, ["its rows are those of `items`; what stands beside that is left out"]);
        // One with a plain list in it is a row.
        check("{\"a\": [1, 2], \"b\": {\"c\": \"}\"}}", &["a", "b"], &[&["json [1, 2]", "json {\"c\": \"}\"}"]]);
    }

    #[test]
    fn rows_that_are_lists_have_the_names_beside_them() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (found, rows, _) =
            read("{\"columns\":[\"a\",\"b \\\"c\\\"\",\"a\"],\"rows\":[[1,\"x\",null],[2,\"y\",3,4]],\"row_count\":2}").unwrap();
        assert_eq!(found, names(&["a", "b \"c\"", "a", "column_4"]));
        assert_eq!(rows, [names(&["1", "'x'", "Null"]), names(&["2", "'y'", "3", "4"])]);
        let (found, rows, _) = read("{\"columns\":[\"a\"],\"index\":[0,1],\"data\":[[5],[6]]}").unwrap();
        assert_eq!((found, rows), (names(&["a"]), vec![names(&["5"]), names(&["6"])]));
        let (found, rows, _) = read("{\"columns\":[\"a\",\"b\"],\"rows\":[],\"row_count\":0,\"truncated\":false}\n").unwrap();
        assert_eq!((found, rows.len()), (names(&["a", "b"]), 0));
        // Names of something else.
        check("{\"columns\":[1,2],\"rows\":[[1]]}", &["columns", "rows"], &[&["json [1,2]", "json [[1]]"]]);
    }

    #[test]
    fn values_are_kept_as_they_are_written() {
        check(
            "{\"a\\n\":\"x\\\"\\u00fc\",\"n\":12345678901234567890123,\"e\":\"\",\"d\":1.10}",
            &["a\n", "n", "e", "d"],
            &[&["'x\"ü'", "12345678901234567890123", "''", "1.10"]],
        );
        check("{\"a\":1,\"a\":2}", &["a"], &[&["2"]]);
    }

    #[test]
    fn what_cannot_be_read_is_counted() {
        let (_, rows, notes) = read("{\"a\":1}\n{\"a\":\n{\"a\":NaN,\"b\":[-Infinity,\"NaN\"]}\nx\n").unwrap();
        assert_eq!(rows, [vec!["1".to_owned()], vec!["Null".into(), "json [null,\"NaN\"]".into()]]);
        assert_eq!(
            notes,
            [
                "2 values are no JSON, and left out (the first in line 2)",
                "1 row holds NaN or Infinity, which JSON does not have: they are NULL (in line 3)"
            ]
        );
        assert!(read("[{\"a\":1},{\"a\":").unwrap_err().ends_with("the file ends inside a value that begins in line 1"));
        assert!(read("[12] started\n").unwrap_err().ends_with("something stands behind a list in line 1"));
        assert!(read("[{\"a\":1}").unwrap_err().ends_with("the file ends inside a list in line 1"));
    }

    proptest! {
        #[test]
        fn anything_ends(text in "[\\[\\]{}\",:\\\\a1 \nN]{0,60}") {
            let _ = read(&text);
        }
    }
}
