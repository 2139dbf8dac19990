//! A result as text: comma-separated, a line for each row, and read back with its types. `NULL`, `12`, `1.5` and `x'0aff'` are what they look
//! like; text that looks like one of them stands in quotes, and text with characters that steer a terminal as `e"..."` with escapes.

use sha2::{Digest, Sha256};

use crate::db::export::real;
use crate::db::{Cell, ColumnInfo, Table};
use crate::text;

/// Characters of a text, and digits of a BLOB, that are kept of one cell.
const CELL: usize = 2000;
/// Digits of the fingerprint of a cell that was cut.
const FINGERPRINT: usize = 4;

/// A result in a notebook.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeptResult {
    /// Its rows; `truncated` where there were more.
    pub table: Table,
}

impl KeptResult {
    /// `table`, with long cells cut: what is left of one tells its length and has a fingerprint, so that another is another.
    pub fn of(mut table: Table) -> Self {
        table.rows.iter_mut().flatten().for_each(shorten);
        // A notebook keeps names, no types.
        table.columns.iter_mut().for_each(|column| column.declared_type = None);
        Self { table }
    }

    /// What stands behind the opening fence.
    pub fn info(&self) -> String {
        let rows = self.table.rows.len() as u64;
        match self.table.truncated {
            true => format!("csv result cut at {}", text::counted(rows, "row", "rows")),
            false => "csv result".into(),
        }
    }

    /// The lines of the block, each with its end.
    pub fn body(&self) -> String {
        let mut out = String::new();
        let mut line = |fields: Vec<String>| {
            out.push_str(&fields.join(","));
            out.push('\n');
        };
        if !self.table.columns.is_empty() {
            line(self.table.columns.iter().map(|column| name(&column.name)).collect());
        }
        self.table.rows.iter().for_each(|row| line(row.iter().map(field).collect()));
        out
    }

    /// Reads a block: the words behind its fence, and its lines.
    ///
    /// # Errors
    /// What is wrong, with the line of the block, counted from 1.
    pub fn read(words: &[String], body: &str) -> Result<Self, String> {
        let truncated = words.iter().any(|word| word == "cut");
        let mut lines = body.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let Some((at, header)) = lines.next() else { return Ok(Self { table: Table { truncated, ..Table::default() } }) };
        let names = fields(header).map_err(|problem| format!("line {}: {problem}", at + 1))?;
        let columns: Vec<ColumnInfo> = names.into_iter().map(|name| ColumnInfo { name: name.into_text(), declared_type: None }).collect();
        let mut rows = Vec::new();
        for (at, line) in lines {
            let row = fields(line).map_err(|problem| format!("line {}: {problem}", at + 1))?;
            if row.len() != columns.len() {
                let (found, wanted) = (row.len() as u64, columns.len());
                return Err(format!("line {}: {} under {wanted} names", at + 1, text::counted(found, "value", "values")));
            }
            rows.push(row.into_iter().map(Field::into_cell).collect());
        }
        Ok(Self { table: Table { columns, rows, truncated } })
    }
}

fn shorten(cell: &mut Cell) {
    let mark = |bytes: &[u8]| Sha256::digest(bytes).iter().take(FINGERPRINT).map(|byte| format!("{byte:02x}")).collect::<String>();
    let short = match cell {
        Cell::Text(text) if text.len() > CELL && text.chars().nth(CELL).is_some() => {
            let head: String = text.chars().take(CELL).collect();
            format!("{head}… ({} characters, {})", text::count(text.chars().count() as u64), mark(text.as_bytes()))
        }
        Cell::Blob(bytes) if 2 * bytes.len() > CELL => {
            format!("x'{}… ({}, {})", hex(bytes.get(..16).unwrap_or_default()), text::bytes(bytes.len() as u64), mark(bytes))
        }
        _ => return,
    };
    *cell = Cell::Text(short);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name of a column: text, whatever it looks like.
fn name(name: &str) -> String {
    if needs_quotes(name) { quoted(name) } else { name.to_owned() }
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".into(),
        Cell::Integer(n) => n.to_string(),
        Cell::Real(x) => real(*x),
        Cell::Blob(bytes) => format!("x'{}'", hex(bytes)),
        Cell::Text(text) if needs_quotes(text) || !matches!(bare(text), Cell::Text(_)) => quoted(text),
        Cell::Text(text) => text.clone(),
    }
}

/// Whether `text` would be read as something else where it stands alone; what it looks like does not matter.
fn needs_quotes(text: &str) -> bool {
    let beginning = text.starts_with("e\"") || text.starts_with(['`', '~']);
    text.is_empty() || text.trim() != text || text.contains([',', '"']) || beginning || is_steering(text)
}

fn is_steering(text: &str) -> bool {
    matches!(text::sanitize(text), std::borrow::Cow::Owned(_))
}

fn quoted(text: &str) -> String {
    match is_steering(text) {
        true => format!("e\"{}\"", text::sanitize(&text.replace('\\', "\\\\")).replace('"', "\\\"")),
        false => format!("\"{}\"", text.replace('"', "\"\"")),
    }
}

/// What stands without quotes.
fn bare(text: &str) -> Cell {
    if text == "NULL" {
        return Cell::Null;
    }
    if let Ok(n) = text.parse::<i64>()
        && n.to_string() == text
    {
        return Cell::Integer(n);
    }
    // What it is written as is what it is: 007, 1.50 and 1e3 are somebody's text.
    if let Ok(x) = text.parse::<f64>()
        && real(x) == text
    {
        return Cell::Real(x);
    }
    let digits = text.strip_prefix("x'").and_then(|rest| rest.strip_suffix('\''));
    digits.and_then(blob).map_or_else(|| Cell::Text(text.to_owned()), Cell::Blob)
}

fn blob(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

enum Field {
    Bare(String),
    Quoted(String),
}

impl Field {
    fn into_text(self) -> String {
        match self {
            Self::Bare(text) | Self::Quoted(text) => text,
        }
    }

    fn into_cell(self) -> Cell {
        match self {
            Self::Bare(text) => bare(&text),
            Self::Quoted(text) => Cell::Text(text),
        }
    }
}

/// The fields of a line.
fn fields(line: &str) -> Result<Vec<Field>, String> {
    let mut out = Vec::new();
    let mut rest = line;
    loop {
        let begun = rest.trim_start();
        let (field, behind) = if let Some(inside) = begun.strip_prefix("e\"") {
            let (text, behind) = escaped(inside)?;
            (Field::Quoted(text), behind)
        } else if let Some(inside) = begun.strip_prefix('"') {
            let (text, behind) = doubled(inside)?;
            (Field::Quoted(text), behind)
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let (text, behind) = rest.split_at(end);
            (Field::Bare(text.trim().to_owned()), behind)
        };
        out.push(field);
        let behind = behind.trim_start();
        match behind.strip_prefix(',') {
            Some(more) => rest = more,
            None if behind.is_empty() => return Ok(out),
            None => return Err("something stands behind a closing quote".into()),
        }
    }
}

/// Text up to the closing quote, with quotes inside doubled.
fn doubled(inside: &str) -> Result<(String, &str), String> {
    let mut text = String::new();
    let mut rest = inside;
    loop {
        let Some((before, behind)) = rest.split_once('"') else { return Err("a quote is not closed".into()) };
        text.push_str(before);
        match behind.strip_prefix('"') {
            Some(more) => {
                text.push('"');
                rest = more;
            }
            None => return Ok((text, behind)),
        }
    }
}

/// Text up to the closing quote, with escapes as they are written in Rust.
fn escaped(inside: &str) -> Result<(String, &str), String> {
    let mut text = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((text, inside.get(at + 1..).unwrap_or_default())),
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some(c @ ('\\' | '"' | '\'')) => text.push(c),
                Some('u') => {
                    let code: String = chars.by_ref().map(|(_, c)| c).skip_while(|c| *c == '{').take_while(|c| *c != '}').collect();
                    let code = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                    text.push(code.ok_or("`\\u{...}` names no character")?);
                }
                _ => return Err("`\\` stands before no escape".into()),
            },
            c => text.push(c),
        }
    }
    Err("a quote is not closed".into())
}
