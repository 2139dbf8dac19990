//! Names offered at the cursor of the SQL.

use ratatui_textarea::TextArea;

use crate::schema::Schema;
use crate::sql::complete::{Name, complete};

/// Characters that have to be typed before names are offered unasked.
const TYPED: usize = 2;

/// What is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The names, best first.
    pub names: Vec<Name>,
    /// The one that Tab takes.
    pub selected: usize,
    /// Characters before and behind the cursor that the name takes the place of.
    pub around: (usize, usize),
}

impl Completion {
    /// What fits at the byte `cursor` of `sql`. Unasked, only where a name has begun.
    pub fn at(sql: &str, cursor: usize, schema: &Schema, asked: bool) -> Option<Self> {
        let names = complete(sql, cursor, schema)?;
        let before = sql.get(names.replaced.start..cursor)?.chars().count();
        let behind = sql.get(cursor..names.replaced.end)?.chars().count();
        let after_dot = sql.get(..names.replaced.start)?.ends_with('.');
        if !asked && (behind > 0 || !(before >= TYPED || after_dot)) {
            return None;
        }
        Some(Self { names: names.names, selected: 0, around: (before, behind) })
    }

    /// Moves the selection.
    pub fn move_by(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by).min(self.names.len().saturating_sub(1));
    }

    /// Puts the selected name at the cursor of `editor`.
    pub fn take(self, editor: &mut TextArea<'_>) {
        let Some(name) = self.names.get(self.selected) else { return };
        for _ in 0..self.around.1 {
            editor.delete_next_char();
        }
        for _ in 0..self.around.0 {
            editor.delete_char();
        }
        editor.insert_str(&name.text);
    }
}
