//! SQL and its result.

use ratatui_textarea::{CursorMove, TextArea};

use std::collections::VecDeque;
use std::path::PathBuf;

use super::completion::Completion;
use super::jumps::Trail;
use super::results::Results;
use super::vim::Vim;

/// Changes of the widget that can be undone; every character that is typed is one.
const UNDONE: usize = 5_000;

/// One tab.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Its name; never used twice.
    pub id: u32,
    /// The SQL.
    pub editor: TextArea<'static>,
    /// The SQL that was put here last by another than the person.
    put: String,
    /// Where vim keys are, while they are on.
    pub vim: Vim,
    /// Names offered at the cursor.
    pub completion: Option<Completion>,
    /// The result pane.
    pub results: Results,
    /// What was shown before each jump.
    pub trail: Trail,
    /// Results of other statements that ran with this one, in their order.
    pub others: Vec<Results>,
    /// How many of them stand before the one that is shown.
    pub before: usize,
    /// Statements that are still to run, with values of their parameters.
    pub queue: VecDeque<Queued>,
    /// The file that the SQL was opened from, or saved in.
    pub file: Option<SqlFile>,
}

/// A statement that waits to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The statement.
    pub sql: String,
    /// Its parameters, with their values as they were typed.
    pub parameters: Vec<(String, String)>,
}

/// A file of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFile {
    /// Where.
    pub path: PathBuf,
    /// What is in it, as it was read or written last.
    pub text: String,
    /// The SQL that stood here then.
    pub sql: String,
}

impl Tab {
    /// An empty one.
    pub fn new(id: u32) -> Self {
        Self {
            id,
            editor: text_area(""),
            put: String::new(),
            vim: Vim::default(),
            completion: None,
            results: Results::default(),
            others: Vec::new(),
            before: 0,
            queue: VecDeque::new(),
            file: None,
            trail: Trail::default(),
        }
    }

    /// What it is called: its first words.
    pub fn title(&self) -> String {
        let words = self.editor.lines().iter().flat_map(|line| line.split_whitespace()).take(6).collect::<Vec<_>>().join(" ");
        if words.is_empty() { "new".into() } else { words }
    }

    /// Forgets the results of other statements, and what was still to run.
    pub fn alone(&mut self) {
        self.others.clear();
        self.before = 0;
        self.queue.clear();
    }

    /// Puts the result aside, so that the next one has the pane.
    pub fn put_aside(&mut self) {
        self.others.push(std::mem::take(&mut self.results));
        self.before = self.others.len();
    }

    /// Shows the result `by` places on, around the end; whether there are several.
    pub fn turn_result(&mut self, by: usize) -> bool {
        let count = self.others.len() + 1;
        let place = self.before.min(self.others.len());
        self.others.insert(place, std::mem::take(&mut self.results));
        self.before = (place + by) % count;
        self.results = self.others.remove(self.before);
        count > 1
    }

    /// The name of its file, with a mark where the SQL is another now.
    pub fn file_name(&self) -> Option<String> {
        let file = self.file.as_ref()?;
        let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned())?;
        let changed = self.editor.lines().iter().map(String::len).sum::<usize>() > file.sql.len() || self.sql() != file.sql;
        Some(if changed { format!("{name} *") } else { name })
    }

    /// The SQL, in one piece.
    pub fn sql(&self) -> String {
        self.editor.lines().join("\n")
    }

    /// The SQL, where the person wrote it or changed it.
    pub fn hand_written(&self) -> Option<String> {
        Some(self.sql()).filter(|sql| !sql.trim().is_empty() && sql.trim() != self.put.trim())
    }

    /// What stands here is the person's own, whoever put it.
    pub fn is_own(&mut self) {
        self.put.clear();
    }

    /// Puts `sql` in place of what stands there, so that undo brings it back.
    pub fn set_sql(&mut self, sql: &str) {
        self.editor.select_all();
        self.editor.cut();
        self.editor.insert_str(sql);
        sql.clone_into(&mut self.put);
        self.editor.move_cursor(CursorMove::Top);
        self.editor.move_cursor(CursorMove::Head);
        self.completion = None;
    }

    /// The cursor's place in the text, in bytes.
    pub fn cursor_byte(&self) -> usize {
        let (row, column) = (self.editor.cursor().0, self.editor.cursor().1);
        let before: usize = self.editor.lines().iter().take(row).map(|line| line.len() + 1).sum();
        let line = self.editor.lines().get(row).map(String::as_str).unwrap_or_default();
        before + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
    }
}

/// A text that is offered: all of it is selected, so that what is typed takes its place.
pub fn offered(text: &str) -> TextArea<'static> {
    let mut area = text_area(text);
    if !text.is_empty() {
        area.select_all();
    }
    area
}

/// A text with its cursor at the end.
pub fn text_area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area.set_max_histories(UNDONE);
    area
}
