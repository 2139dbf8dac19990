//! SQL and its result.

use ratatui_textarea::{CursorMove, TextArea};

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
}

impl Tab {
    /// An empty one.
    pub fn new(id: u32) -> Self {
        let (vim, results, trail) = (Vim::default(), Results::default(), Trail::default());
        Self { id, editor: text_area(""), put: String::new(), vim, completion: None, results, trail }
    }

    /// What it is called: its first words.
    pub fn title(&self) -> String {
        let words = self.editor.lines().iter().flat_map(|line| line.split_whitespace()).take(6).collect::<Vec<_>>().join(" ");
        if words.is_empty() { "new".into() } else { words }
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

/// A text with its cursor at the end.
pub fn text_area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area.set_max_histories(UNDONE);
    area
}
