//! The file: its front matter and its cells.

use std::path::{Path, PathBuf};

use super::fence::{Block, Fence, blocks};
use super::kept::KeptResult;
use crate::schema::{DatabaseSet, SetError};

/// Lines of front matter that are looked through.
const FRONT_LINES: usize = 200;

/// A notebook.
#[derive(Debug, Clone, PartialEq)]
pub struct Notebook {
    /// The file, as it is.
    pub text: String,
    /// What the front matter names as `database`.
    pub database: Option<String>,
    /// What it names as `with`: files beside that one, each as [`BesideFile::parse`](crate::schema::BesideFile::parse) reads it.
    pub with: Vec<String>,
    /// Questions and statements, in order.
    pub cells: Vec<Cell>,
}

/// A question, its statements, their results; at least one of question and SQL is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The `question` block.
    pub question: Option<(String, Fence)>,
    /// The `sql` block.
    pub sql: Option<(String, Fence)>,
    /// The `result` blocks behind it, in order.
    pub kept: Vec<KeptBlock>,
    /// The heading above, where this is the first cell under it.
    pub heading: Option<String>,
    /// Whether the word `skip` stands behind the `sql` fence: it is not run.
    pub skipped: bool,
}

/// A result that is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptBlock {
    /// Its block.
    pub fence: Fence,
    /// What it holds, or why that cannot be read.
    pub result: Result<KeptResult, String>,
}

impl Cell {
    /// The line it begins on, from 1.
    pub fn line(&self) -> usize {
        self.question.as_ref().or(self.sql.as_ref()).map_or(0, |(_, fence)| fence.line)
    }

    /// What is asked, or what the heading says; empty where nothing is.
    pub fn title(&self) -> &str {
        let question = self.question.as_ref().map(|(question, _)| question.as_str());
        question.or(self.heading.as_deref()).unwrap_or_default()
    }

    /// The block behind which something of this cell is put: its SQL, else its question.
    pub(super) fn anchor(&self) -> Option<&Fence> {
        self.sql.as_ref().or(self.question.as_ref()).map(|(_, fence)| fence)
    }
}

impl Notebook {
    /// Reads a text; every text is a notebook, if only one without cells.
    pub fn parse(text: String) -> Self {
        let FrontMatter { database, with, end } = FrontMatter::read(&text);
        let cells = cells(&text, end);
        Self { text, database, with, cells }
    }

    /// The database that the front matter names, and those beside it: a relative path begins in the folder of `file`, the notebook.
    ///
    /// # Errors
    /// What is wrong with the names of those beside it.
    pub fn database_set(&self, file: &Path) -> Result<Option<DatabaseSet>, SetError> {
        let Some(main) = self.database.as_deref() else { return Ok(None) };
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or_else(PathBuf::new, Path::to_owned);
        let place = |name: &str| match name == "demo" || name.starts_with("file:") {
            true => name.to_owned(),
            false => folder.join(name).display().to_string(),
        };
        let mut set = DatabaseSet::with(place(main), &self.with)?;
        for beside in &mut set.beside {
            beside.file = place(&beside.file);
        }
        Ok(Some(set))
    }
}

/// What stands between two lines of `---` at the beginning.
#[derive(Debug, Default)]
struct FrontMatter {
    database: Option<String>,
    with: Vec<String>,
    /// Where the text behind it begins.
    end: usize,
}

impl FrontMatter {
    /// One that does not end is none.
    fn read(text: &str) -> Self {
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut own = Self { end: start, ..Self::default() };
        // Whether lines of a list of `with` follow.
        let mut in_with = false;
        for (number, line) in text.get(start..).unwrap_or_default().split_inclusive('\n').take(FRONT_LINES).enumerate() {
            own.end += line.len();
            let bare = line.trim_end();
            match (number, bare.split_once(':')) {
                (0, _) if bare == "---" => {}
                (0, _) => break,
                _ if bare == "---" || bare == "..." => return own,
                _ if in_with && bare.trim_start().starts_with("- ") => {
                    own.with.extend(Some(scalar(bare.trim_start().get(2..).unwrap_or_default())).filter(|file| !file.is_empty()));
                }
                (_, Some((key, value))) => {
                    let key = key.trim_end();
                    in_with = key == "with";
                    match key {
                        "database" | "db" => own.database = Some(scalar(value)).filter(|value| !value.is_empty()),
                        "with" => own.with = list(value),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        Self { end: start, ..Self::default() }
    }
}

/// A list of YAML in one line, `[a, "b"]`, or one value.
fn list(value: &str) -> Vec<String> {
    let value = value.trim();
    let Some(mut rest) = value.strip_prefix('[') else {
        return Some(scalar(value)).filter(|value| !value.is_empty()).into_iter().collect();
    };
    let mut out = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = match rest.chars().next() {
            None | Some(']') => return out,
            Some('"') => quoted_end(rest, '"', '\\'),
            Some('\'') => quoted_end(rest, '\'', '\''),
            Some(_) => rest.find([',', ']']).unwrap_or(rest.len()),
        };
        let (item, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        out.extend(Some(scalar(item)).filter(|item| !item.is_empty()));
        rest = behind;
    }
}

/// Where a value that `text` begins with ends, its quotes included; `escape` stands before a quote that does not end it.
fn quoted_end(text: &str, quote: char, escape: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        if c == escape && next.is_some_and(|next| escape != quote || next == quote) {
            chars.next();
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// A value of YAML in one line: in double quotes with escapes, in single quotes, or as it stands up to a comment.
fn scalar(value: &str) -> String {
    let value = value.trim();
    if let Some(inside) = value.strip_prefix('"') {
        let mut out = String::new();
        let mut chars = inside.chars();
        while let Some(c) = chars.next().filter(|c| *c != '"') {
            out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
        }
        return out;
    }
    if let Some(inside) = value.strip_prefix('\'') {
        let end = inside.replace("''", "\u{1}\u{1}").find('\'').unwrap_or(inside.len());
        return inside.get(..end).unwrap_or_default().replace("''", "'");
    }
    let end = value.find(" #").unwrap_or(value.len());
    value.get(..end).unwrap_or_default().trim_end().to_owned()
}

fn cells(text: &str, start: usize) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut heading = None;
    // The result blocks that follow are the last cell's until another begins.
    let mut takes_results = false;
    for block in blocks(text, start) {
        let fence = match block {
            Block::Heading(words) => {
                heading = Some(words);
                continue;
            }
            Block::Fence(fence) => fence,
        };
        let words = fence.words();
        let word = |at: usize| words.get(at).map(String::as_str).unwrap_or_default();
        match (word(0), word(1)) {
            ("question", _) => {
                let question = fence.body(text).trim().to_owned();
                let heading = heading.take();
                cells.push(Cell { question: Some((question, fence)), sql: None, kept: Vec::new(), heading, skipped: false });
                takes_results = false;
            }
            ("sql" | "sqlite" | "sqlite3", _) => {
                let skipped = words.iter().skip(1).any(|word| word == "skip");
                let sql = fence.body(text);
                let open = cells.last_mut().filter(|cell| cell.sql.is_none());
                match open {
                    Some(cell) => {
                        cell.sql = Some((sql, fence));
                        cell.skipped = skipped;
                    }
                    None => {
                        let heading = heading.take();
                        cells.push(Cell { question: None, sql: Some((sql, fence)), kept: Vec::new(), heading, skipped });
                    }
                }
                takes_results = true;
            }
            ("result", _) | ("csv", "result") if takes_results => {
                let result = match fence.is_closed {
                    true => KeptResult::read(&words, &fence.body(text)),
                    false => Err("its fence is not closed".into()),
                };
                if let Some(cell) = cells.last_mut() {
                    cell.kept.push(KeptBlock { fence, result });
                }
            }
            _ => {}
        }
    }
    cells
}
