//! Records of delimited text, one after another: quotes as RFC 4180 has them, any line ends, and which empty fields stood between quotes.

use std::io::{self, Read};

use super::input::CHUNK;
use csv_core::ReadRecordResult;

/// No record takes more bytes. A quote that is never closed would else take the whole file.
pub(super) const MAX_RECORD: usize = 64 << 20;

/// Why there are no more records.
#[derive(Debug)]
pub(super) enum LinesError {
    Io(io::Error),
    /// A quote that is opened in a record that begins in this line, and not closed.
    Quote {
        line: u64,
    },
    /// The record that begins in this line is too long.
    Long {
        line: u64,
    },
}

/// Cuts delimited text into records.
pub(super) struct Lines<R> {
    input: R,
    delimiter: u8,
    core: csv_core::Reader,
    /// What was read; `start` is where the record begins.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    /// The fields' bytes without quotes, and where each ends.
    output: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
    /// Where the record's own bytes are in `buffer`.
    raw: (usize, usize),
    /// Whether the record ended with a carriage return, whose line feed may follow.
    by_return: bool,
    line: u64,
    /// Empty lines before the record.
    blank: u64,
    /// Which fields stood between quotes; filled where one of them is empty.
    quoted: Vec<bool>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R, delimiter: u8) -> Self {
        Self {
            input,
            delimiter,
            core: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            buffer: vec![0; CHUNK],
            start: 0,
            end: 0,
            at_end: false,
            output: vec![0; 1 << 12],
            ends: vec![0; 64],
            fields: 0,
            raw: (0, 0),
            by_return: false,
            line: 1,
            blank: 0,
            quoted: Vec::new(),
        }
    }

    /// Reads the next record; `false` behind the last one.
    pub(super) fn next(&mut self) -> Result<bool, LinesError> {
        self.line = self.core.line();
        let (mut at, mut written, mut fields) = (self.start, 0, 0);
        loop {
            if at == self.end && !self.at_end {
                at -= self.start;
                self.fill()?;
            }
            if at == self.end && self.at_end {
                // A last line without an end is whole; one that a line end does not finish has a quote open.
                let raw = self.buffer.get(self.start..self.end).unwrap_or_default();
                if raw.iter().any(|byte| !matches!(byte, b'\r' | b'\n')) {
                    self.output.resize(self.output.len().max(written + 1), 0);
                    self.ends.resize(self.ends.len().max(fields + 1), 0);
                    let (output, ends) =
                        (self.output.get_mut(written..).unwrap_or_default(), self.ends.get_mut(fields..).unwrap_or_default());
                    let (result, _, _, more) = self.core.read_record(b"\n", output, ends);
                    if !matches!(result, ReadRecordResult::Record) {
                        return Err(LinesError::Quote { line: self.line });
                    }
                    self.finish(at, fields + more);
                    return Ok(true);
                }
            }
            let input = self.buffer.get(at..self.end).unwrap_or_default();
            let (output, ends) = (self.output.get_mut(written..).unwrap_or_default(), self.ends.get_mut(fields..).unwrap_or_default());
            let (result, read, o, e) = self.core.read_record(input, output, ends);
            at += read;
            written += o;
            fields += e;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    self.finish(at, fields);
                    return Ok(true);
                }
                ReadRecordResult::End => {
                    self.blank = self.empty_lines(at).2;
                    return Ok(false);
                }
            }
            if at - self.start > MAX_RECORD {
                return Err(LinesError::Long { line: self.line });
            }
        }
    }

    /// Reads more behind what there is; the record's own bytes stay.
    fn fill(&mut self) -> Result<(), LinesError> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.buffer.len() - self.end < CHUNK / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let read = loop {
            match self.input.read(self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other.map_err(LinesError::Io)?,
            }
        };
        self.end += read;
        self.at_end = read == 0;
        Ok(())
    }

    /// What stands before a record that ends at `at`: bytes of the line end before it, bytes of empty lines, and how many lines those are.
    fn empty_lines(&self, at: usize) -> (usize, usize, u64) {
        // The second half of a line end is read with the next record.
        let bytes = self.buffer.get(self.start..at).unwrap_or_default();
        let rest = if self.by_return { bytes.strip_prefix(b"\n").unwrap_or(bytes) } else { bytes };
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let lead = rest.get(..empty).unwrap_or_default();
        let breaks = lead.iter().filter(|&&byte| byte == b'\n').count();
        (bytes.len() - rest.len(), empty, (if breaks > 0 { breaks } else { lead.len() }) as u64)
    }

    fn finish(&mut self, at: usize, fields: usize) {
        let (rest_of_end, empty, blank) = self.empty_lines(at);
        self.blank = blank;
        self.line += self.blank + rest_of_end as u64;
        self.by_return = self.buffer.get(self.start..at).unwrap_or_default().last() == Some(&b'\r');
        self.raw = (self.start + rest_of_end + empty, at);
        self.start = at;
        self.fields = fields;
        self.quoted.clear();
        let mut before = 0;
        let is_empty = |&end: &usize| std::mem::replace(&mut before, end) == end;
        if self.ends.iter().take(fields).any(is_empty) {
            self.find_quotes();
        }
    }

    /// Which fields stand between quotes, by the record's own bytes.
    fn find_quotes(&mut self) {
        let raw = self.buffer.get(self.raw.0..self.raw.1).unwrap_or_default();
        if memchr::memchr(b'"', raw).is_none() {
            return;
        }
        let mut at = 0;
        for _ in 0..self.fields {
            let quoted = raw.get(at) == Some(&b'"');
            if quoted {
                at += 1;
                loop {
                    match memchr::memchr(b'"', raw.get(at..).unwrap_or_default()) {
                        Some(found) if raw.get(at + found + 1) == Some(&b'"') => at += found + 2,
                        Some(found) => {
                            at += found + 1;
                            break;
                        }
                        None => {
                            at = raw.len();
                            break;
                        }
                    }
                }
            }
            self.quoted.push(quoted);
            at += memchr::memchr(self.delimiter, raw.get(at..).unwrap_or_default()).map_or(raw.len(), |found| found + 1);
        }
    }

    /// The line on which the record begins, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Empty lines that stand before the record.
    pub(super) fn blank(&self) -> u64 {
        self.blank
    }

    /// How many fields the record has.
    pub(super) fn len(&self) -> usize {
        self.fields
    }

    /// All fields' bytes, one behind the other, and where each ends.
    pub(super) fn bytes(&self) -> (&[u8], &[usize]) {
        let ends = self.ends.get(..self.fields).unwrap_or_default();
        (self.output.get(..ends.last().copied().unwrap_or(0)).unwrap_or_default(), ends)
    }

    /// A field's bytes.
    pub(super) fn field(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|&end| self.output.get(start..end)).filter(|_| at < self.fields).unwrap_or_default()
    }

    /// Whether a field stood between quotes; told of empty ones alone.
    pub(super) fn is_quoted(&self, at: usize) -> bool {
        self.quoted.get(at).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Records, each field with its quotes where it is empty and had them.
    fn records(text: &[u8], delimiter: u8) -> Result<Vec<Vec<String>>, String> {
        let mut lines = Lines::new(text, delimiter);
        let mut all = Vec::new();
        while lines.next().map_err(|error| format!("{error:?}"))? {
            let field = |at| match lines.field(at) {
                b"" if lines.is_quoted(at) => "\"\"".into(),
                bytes => String::from_utf8_lossy(bytes).into_owned(),
            };
            all.push((0..lines.len()).map(field).collect());
        }
        Ok(all)
    }

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        assert_eq!(records(text.as_bytes(), b',').unwrap(), expected, "{text:?}");
    }

    #[test]
    fn quotes_and_line_ends() {
        check("a,b\n1,2", &[&["a", "b"], &["1", "2"]]);
        check("a,b\r\n1,2\r\n", &[&["a", "b"], &["1", "2"]]);
        check("a,b\r1,2\r", &[&["a", "b"], &["1", "2"]]);
        check("\"x\ny\",\"say \"\"hi\"\"\"\n,", &[&["x\ny", "say \"hi\""], &["", ""]]);
        check("a,\"\",\n\"\",\"a,\"\"\",\"\"", &[&["a", "\"\"", ""], &["\"\"", "a,\"", "\"\""]]);
        check("5\" pipe,x", &[&["5\" pipe", "x"]]);
        check("", &[]);
        check("\n\n", &[]);
        check("a,b,", &[&["a", "b", ""]]);
        check("\"a\"", &[&["a"]]);
    }

    #[test]
    fn empty_lines_are_counted_and_lines_numbered() {
        for end in ["\n", "\r\n"] {
            let text = ["a", "", "b", "", "", "\"c", "d\"", "e", ""].join(end);
            let mut lines = Lines::new(text.as_bytes(), b',');
            let mut seen = Vec::new();
            while lines.next().unwrap() {
                seen.push((lines.blank(), lines.line()));
            }
            assert_eq!(seen, [(0, 1), (1, 3), (2, 6), (0, 8)], "{end:?}");
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_is_placed() {
        let error = records(b"a,b\n1,\"x\n2,y\n", b',').unwrap_err();
        assert_eq!(error, "Quote { line: 2 }");
        assert!(records(b"a,b\n1,\"x", b',').is_err());
    }

    #[test]
    fn records_longer_than_a_chunk_are_whole() {
        let long = "x".repeat(3 * CHUNK);
        let text = format!("a,\"{long}\",\"\"\nb,,c\n");
        assert_eq!(
            records(text.as_bytes(), b',').unwrap(),
            [vec!["a".to_owned(), long, "\"\"".into()], vec!["b".into(), "".into(), "c".into()]]
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in prop::collection::vec(prop::collection::vec("[a,\"\r\n ]{0,4}", 2..4), 0..5)) {
            let line = |row: &Vec<String>| {
                let fields: Vec<String> = row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
                fields.join(",") + "\n"
            };
            let text: String = rows.iter().map(line).collect();
            let seen = |field: &String| if field.is_empty() { "\"\"".to_owned() } else { field.clone() };
            let expected: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(seen).collect()).collect();
            prop_assert_eq!(records(text.as_bytes(), b',').unwrap(), expected);
        }

        #[test]
        fn anything_ends(text in "[a,;\"\r\n]{0,60}") {
            let _ = records(text.as_bytes(), b',');
        }
    }
}
