//! The file with other results, or with a cell more. What is not a result stays byte for byte.

use std::ops::Range;

use super::book::{Cell, Notebook};
use super::fence::Fence;
use super::kept::KeptResult;
use super::run::{Statement, Verdict};
use crate::schema::DatabaseSet;

/// What a cell gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// Which cell, by its place.
    pub cell: usize,
    /// The SQL of a question that had none.
    pub sql: Option<String>,
    /// The results of its statements, in order.
    pub results: Vec<KeptResult>,
}

impl Update {
    /// What is to be kept of what cell `cell` gave: nothing where nothing ran, or some of it failed.
    pub fn of(cell: usize, sql: Option<String>, done: &[Statement]) -> Option<Self> {
        let failed = done.iter().any(|statement| matches!(statement.verdict, Verdict::Failed(_)));
        let own = done.iter().filter(|statement| !statement.sql.is_empty());
        let results = own.map(|statement| statement.now.clone()).collect();
        (!done.is_empty() && !failed).then_some(Self { cell, sql, results })
    }
}

/// The text of `notebook` with `updates`. A result that reads the same as the one kept stays as it is written.
pub fn updated(notebook: &Notebook, updates: &[Update]) -> String {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for update in updates {
        if let Some(cell) = notebook.cells.get(update.cell) {
            edit(&notebook.text, cell, update, &mut edits);
        }
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(notebook.text.len());
    let mut at = 0;
    for (range, new) in edits {
        out.push_str(notebook.text.get(at..range.start).unwrap_or_default());
        out.push_str(&new);
        at = range.end.max(at);
    }
    out.push_str(notebook.text.get(at..).unwrap_or_default());
    out
}

fn edit(text: &str, cell: &Cell, update: &Update, edits: &mut Vec<(Range<usize>, String)>) {
    let Some(anchor) = cell.anchor() else { return };
    // A result without an end has swallowed what stands behind it: nobody knows what of it is whose.
    if cell.kept.iter().any(|block| !block.fence.is_closed) {
        return;
    }
    let style = Style::of(text, anchor);
    let mut behind = String::new();
    if let Some(sql) = update.sql.as_ref().filter(|_| cell.sql.is_none()) {
        behind.push_str(&style.block("sql", sql));
    }
    for (at, result) in update.results.iter().enumerate() {
        match cell.kept.get(at) {
            Some(block) if block.result.as_ref() == Ok(result) => {}
            Some(block) => {
                let own = Style::of(text, &block.fence);
                // Where a list item begins with the block, its marker stands before it.
                let begins_line = text.get(..block.fence.whole.start).is_none_or(|before| before.is_empty() || before.ends_with('\n'));
                let new = own.fenced(&result.info(), &result.body());
                let new = if begins_line { new } else { new.trim_start().to_owned() };
                edits.push((block.fence.whole.clone(), new));
            }
            None => behind.push_str(&style.block(&result.info(), &result.body())),
        }
    }
    for block in cell.kept.iter().skip(update.results.len()) {
        edits.push((with_blank_before(text, &block.fence.whole), String::new()));
    }
    if !behind.is_empty() {
        let last = cell.kept.get(..update.results.len().min(cell.kept.len())).and_then(|kept| kept.last()).map(|block| &block.fence);
        let place = last.unwrap_or(anchor);
        let mut new = String::new();
        if !text.get(..place.whole.end).is_some_and(|before| before.ends_with('\n')) {
            new.push_str(style.line_end);
        }
        if !place.is_closed {
            new.push_str(&style.closing(place.length));
        }
        new.push_str(&behind);
        edits.push((place.whole.end..place.whole.end, new));
    }
}

/// A block and the blank line before it.
fn with_blank_before(text: &str, block: &Range<usize>) -> Range<usize> {
    let before = text.get(..block.start).unwrap_or_default();
    let blank = ["\r\n\r\n", "\n\n"].iter().find(|blank| before.ends_with(**blank)).map_or(0, |blank| blank.len() / 2);
    block.start - blank..block.end
}

/// How blocks are written beside one that is there.
struct Style {
    line_end: &'static str,
    indent: usize,
    mark: char,
}

impl Style {
    fn of(text: &str, fence: &Fence) -> Self {
        let line = text.get(fence.whole.clone()).unwrap_or_default().split_inclusive('\n').next().unwrap_or_default();
        let is_crlf = if line.ends_with('\n') { line.ends_with("\r\n") } else { text.contains("\r\n") };
        Self { line_end: if is_crlf { "\r\n" } else { "\n" }, indent: fence.indent, mark: fence.mark }
    }

    /// A blank line and a block.
    fn block(&self, info: &str, body: &str) -> String {
        format!("{}{}", self.line_end, self.fenced(info, body))
    }

    /// A block, with a fence that nothing in it can close.
    fn fenced(&self, info: &str, body: &str) -> String {
        let longest = body.split(|c| c != self.mark).map(str::len).max().unwrap_or(0);
        let length = longest.max(2) + 1;
        let indent = " ".repeat(self.indent);
        let mut out = format!("{indent}{}{info}{}", self.mark.to_string().repeat(length), self.line_end);
        for line in body.lines() {
            // White space alone at a line's end is nobody's.
            if !line.is_empty() {
                out.push_str(&indent);
                out.push_str(line);
            }
            out.push_str(self.line_end);
        }
        out.push_str(&self.closing(length));
        out
    }

    fn closing(&self, length: usize) -> String {
        format!("{}{}{}", " ".repeat(self.indent), self.mark.to_string().repeat(length), self.line_end)
    }
}

/// The style of a text: its first line's end, backticks at the margin.
fn plain(text: &str) -> Style {
    let is_crlf = text.split_inclusive('\n').next().is_some_and(|line| line.ends_with("\r\n"));
    Style { line_end: if is_crlf { "\r\n" } else { "\n" }, indent: 0, mark: '`' }
}

/// `text` with a cell more at its end: a question, where there is one, and SQL.
pub fn append(text: &str, question: Option<&str>, sql: &str) -> String {
    let style = plain(text);
    let mut out = text.to_owned();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push_str(style.line_end);
    }
    // A block without an end would take the new one in.
    let open = super::fence::blocks(&out, 0).pop();
    if let Some(super::fence::Block::Fence(fence)) = open
        && !fence.is_closed
        && fence.whole.end == out.len()
    {
        out.push_str(&Style::of(&out, &fence).closing(fence.length));
    }
    if let Some(question) = question.filter(|question| !question.trim().is_empty()) {
        out.push_str(&style.block("question", question.trim()));
    }
    out.push_str(&style.block("sql", sql.trim_end()));
    out
}

/// A new notebook on `database`, one file or several as [`DatabaseSet`] writes them: questions, where there are any, and their SQL.
pub fn compose(database: &str, cells: &[(Option<String>, String)]) -> String {
    let set = DatabaseSet::read(database);
    let quoted = |name: &str| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " "));
    let title = |name: &str| crate::text::sanitize(name.rsplit(['/', '\\']).next().unwrap_or_default()).replace('`', "");
    let beside: Vec<String> = set.beside.iter().map(|file| quoted(&format!("{}={}", file.name, file.file))).collect();
    let with = if beside.is_empty() { String::new() } else { format!("with: [{}]\n", beside.join(", ")) };
    let titles = set.beside.iter().fold(title(&set.main), |titles, file| format!("{titles} and {}", title(&file.file)));
    let start = format!("---\ndatabase: {}\n{with}---\n\n# Questions to {titles}\n", quoted(&set.main));
    cells.iter().fold(start, |text, (question, sql)| append(&text, question.as_deref(), sql))
}
