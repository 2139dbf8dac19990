//! The rows of a JSON file, one at a time: a list of objects, or objects one after another (JSON lines). Never more than one row in memory.

use std::io::{self, BufRead};

use super::error::RowProblem;

/// No row is longer. A database's whole schema text takes 14 kB.
pub const MAX_ROW_BYTES: usize = 16 << 20;

/// A row's text, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRow {
    /// From 1.
    pub row: usize,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The JSON object.
    pub text: Vec<u8>,
    /// The key of the list it is in, where the file is an object of lists.
    pub part: Option<String>,
}

/// Keys of lists in which a file has its rows: `{"train": [...], "test": [...]}`.
pub const PARTS: [&str; 13] =
    ["train", "training", "data", "rows", "examples", "instances", "questions", "validation", "valid", "val", "dev", "test", "eval"];
/// No key of such a list is longer.
const MAX_KEY_BYTES: usize = 1024;

/// Why the rows end early.
#[derive(Debug)]
pub enum RowsError {
    /// The file cannot be read.
    Io(io::Error),
    /// One row is at fault.
    Row {
        /// From 1.
        row: usize,
        /// From 1.
        line: usize,
        /// What is wrong with it.
        problem: RowProblem,
    },
}

/// Cuts a JSON file into its rows. After an error there are no more rows.
#[derive(Debug)]
pub struct Rows<R> {
    input: R,
    limit: usize,
    row: usize,
    line: usize,
    in_list: bool,
    /// The list of an object of lists.
    part: Option<String>,
    begun: bool,
    done: bool,
}

impl<R: BufRead> Rows<R> {
    /// The rows of `input`.
    pub fn new(input: R) -> Self {
        Self { input, limit: MAX_ROW_BYTES, row: 0, line: 1, in_list: false, part: None, begun: false, done: false }
    }

    /// As [`Self::new`], where the file is an object of lists whose keys are among [`PARTS`].
    pub fn of_parts(input: R) -> Result<Self, RowsError> {
        let mut rows = Self::new(input);
        while rows.byte()?.is_some_and(|byte| byte != b'{') {}
        rows.begun = true;
        rows.enter_part()?;
        Ok(rows)
    }

    /// Goes to the beginning of the next list; `false` at the end of the object.
    fn enter_part(&mut self) -> Result<bool, RowsError> {
        loop {
            match self.byte()? {
                Some(b'"') => {}
                Some(byte) if byte == b',' || byte.is_ascii_whitespace() => continue,
                Some(b'}') => return self.end_list().map(|_| false),
                Some(other) => return Err(self.problem(self.line, RowProblem::Between { found: char::from(other) })),
                None => return Err(self.problem(self.line, RowProblem::Cut)),
            }
            let mut key = Vec::new();
            loop {
                match self.byte()? {
                    Some(b'"') => break,
                    Some(byte) if key.len() < MAX_KEY_BYTES => key.push(byte),
                    _ => return Err(self.problem(self.line, RowProblem::Cut)),
                }
            }
            while self.peek()?.is_some_and(|byte| byte == b':' || byte.is_ascii_whitespace()) {
                self.byte()?;
            }
            let key = String::from_utf8_lossy(&key).into_owned();
            if self.peek()? == Some(b'[') && PARTS.contains(&key.as_str()) {
                self.byte()?;
                (self.in_list, self.part) = (true, Some(key));
                return Ok(true);
            }
            self.skip_value()?;
        }
    }

    /// Passes over the value of a key that has no rows.
    fn skip_value(&mut self) -> Result<(), RowsError> {
        let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
        while let Some(byte) = self.peek()? {
            if depth == 0 && !in_string && matches!(byte, b',' | b'}') {
                return Ok(());
            }
            self.byte()?;
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Err(self.problem(self.line, RowProblem::Cut))
    }

    fn peek(&mut self) -> Result<Option<u8>, RowsError> {
        Ok(self.input.fill_buf().map_err(RowsError::Io)?.first().copied())
    }

    fn byte(&mut self) -> Result<Option<u8>, RowsError> {
        let byte = self.input.fill_buf().map_err(RowsError::Io)?.first().copied();
        if byte.is_some() {
            self.input.consume(1);
        }
        if byte == Some(b'\n') {
            self.line += 1;
        }
        Ok(byte)
    }

    /// The byte that begins the next row; `None` at the end.
    fn begin(&mut self) -> Result<Option<u8>, RowsError> {
        loop {
            let Some(byte) = self.byte()? else {
                return if self.in_list { Err(self.problem(self.line, RowProblem::Cut)) } else { Ok(None) };
            };
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                // A byte order mark.
                0xEF | 0xBB | 0xBF if !self.begun => {}
                b'[' if !self.begun => (self.in_list, self.begun) = (true, true),
                b',' if self.in_list && self.row > 0 => {}
                b']' if self.in_list && self.part.is_some() => {
                    self.in_list = false;
                    if !self.enter_part()? {
                        return Ok(None);
                    }
                }
                b']' if self.in_list => return self.end_list(),
                b'{' => {
                    self.begun = true;
                    return Ok(Some(byte));
                }
                other => return Err(self.problem(self.line, RowProblem::Between { found: char::from(other) })),
            }
        }
    }

    /// Nothing but white space stands behind a list.
    fn end_list(&mut self) -> Result<Option<u8>, RowsError> {
        self.in_list = false;
        while let Some(byte) = self.byte()? {
            if !byte.is_ascii_whitespace() {
                return Err(self.problem(self.line, RowProblem::Between { found: char::from(byte) }));
            }
        }
        Ok(None)
    }

    fn problem(&self, line: usize, problem: RowProblem) -> RowsError {
        RowsError::Row { row: self.row + 1, line, problem }
    }

    fn next_row(&mut self) -> Result<Option<RawRow>, RowsError> {
        let Some(first) = self.begin()? else { return Ok(None) };
        let line = self.line;
        let mut text = vec![first];
        let (mut depth, mut in_string, mut escaped) = (1usize, false, false);
        while depth > 0 {
            let Some(byte) = self.byte()? else { return Err(self.problem(line, RowProblem::Cut)) };
            if text.len() >= self.limit {
                return Err(self.problem(line, RowProblem::TooLong { limit: self.limit }));
            }
            text.push(byte);
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => depth -= 1,
                _ => {}
            }
        }
        self.row += 1;
        Ok(Some(RawRow { row: self.row, line, text, part: self.part.clone() }))
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Result<RawRow, RowsError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.next_row().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(json: &str) -> Vec<String> {
        Rows::new(json.as_bytes()).map(|row| String::from_utf8(row.unwrap().text).unwrap()).collect()
    }

    #[track_caller]
    fn check_error(json: &str, limit: usize, row: usize, line: usize, expected: RowProblem) {
        let mut rows = Rows::new(json.as_bytes());
        rows.limit = limit;
        let found = rows.by_ref().find_map(Result::err);
        match found {
            Some(RowsError::Row { row: r, line: l, problem }) => assert_eq!((r, l, problem), (row, line, expected)),
            other => panic!("{other:?}"),
        }
        assert!(rows.next().is_none());
    }

    #[test]
    fn lists_and_lines_are_cut_alike() {
        let expected = ["{\"a\":\"}]\\\"{\"}", "{\"b\":[{}]}"];
        assert_eq!(texts("{\"a\":\"}]\\\"{\"}\n\n{\"b\":[{}]}\n"), expected);
        assert_eq!(texts("\u{FEFF}[{\"a\":\"}]\\\"{\"},\n {\"b\":[{}]}]\n"), expected);
        assert_eq!(texts(" [ ] "), [""; 0]);
        assert_eq!(texts(""), [""; 0]);
        let lines: Vec<(usize, usize)> = Rows::new("[\n{\n},\n\n{}]".as_bytes()).map(|row| row.unwrap()).map(|r| (r.row, r.line)).collect();
        assert_eq!(lines, [(1, 2), (2, 5)]);
    }

    #[test]
    fn faults_are_placed() {
        check_error("{\"a\":1}\n{\"b\":", 100, 2, 2, RowProblem::Cut);
        check_error("[{\"a\":1},", 100, 2, 1, RowProblem::Cut);
        check_error("{\"a\":1}\nx", 100, 2, 2, RowProblem::Between { found: 'x' });
        check_error("[{}] {}", 100, 2, 1, RowProblem::Between { found: '{' });
        check_error("SELECT 1", 100, 1, 1, RowProblem::Between { found: 'S' });
        check_error("{}\n{\"a\": \"0123456789\"}", 10, 2, 2, RowProblem::TooLong { limit: 10 });
    }

    #[test]
    fn an_object_of_lists_has_parts() {
        let json = "\u{FEFF}{ \"version\": {\"a\": [1, \"}\"]}, \"train\": [{\"a\":1}, {\"b\":2}], \"note\": \"x,y\", \"test\" : [ {\"c\":3} ] }\n";
        let rows = Rows::of_parts(json.as_bytes()).unwrap().map(|row| row.unwrap());
        let found: Vec<(String, String)> = rows.map(|row| (row.part.unwrap(), String::from_utf8(row.text).unwrap())).collect();
        let expected = [("train", "{\"a\":1}"), ("train", "{\"b\":2}"), ("test", "{\"c\":3}")];
        assert_eq!(found, expected.map(|(part, text)| (part.to_owned(), text.to_owned())));
        assert_eq!(Rows::of_parts("{\"a\": 1}".as_bytes()).unwrap().count(), 0);
        assert!(Rows::of_parts("{\"train\": [{}".as_bytes()).unwrap().any(|row| row.is_err()));
        assert!(Rows::of_parts("{\"train\": ".as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn anything_ends(text in "[\\[\\]{}\",:\\\\a \n]{0,60}") {
            let rows = Rows::new(text.as_bytes()).count();
            prop_assert!(rows <= text.len() + 1);
        }
    }
}
