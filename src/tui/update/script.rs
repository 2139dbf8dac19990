//! Files of SQL: opened in a tab, saved with the questions as comments above.

use std::path::PathBuf;

use super::super::event::Effect;
use super::super::state::{Pane, PromptKind, State};
use super::super::tab::{SqlFile, text_area};
use super::list::prompt;
use super::{focus, keep, note, submit, warn};
use crate::jobs::{KeepWork, Work};
use crate::sql::statements;
use crate::text;

pub(super) fn ask_path(state: &mut State) {
    prompt(state, PromptKind::OpenSql, "");
}

pub(super) fn ask_new(state: &mut State) {
    if state.sql().trim().is_empty() {
        warn(state, "there is no SQL to save");
        return;
    }
    let name = keep::export_name(state, "sql").replace("-result", "");
    prompt(state, PromptKind::SaveSql, &name);
}

/// Saves in the tab's file, or asks for one.
pub(super) fn save(state: &mut State) -> Vec<Effect> {
    let Some(file) = state.tab().file.clone() else {
        ask_new(state);
        return Vec::new();
    };
    let text = with_questions(state, &state.sql());
    submit(state, Work::Keep(KeepWork::SaveScript { path: file.path, before: Some(file.text), text })).1
}

/// Saves in a new file.
pub(super) fn save_in(state: &mut State, path: PathBuf) -> Vec<Effect> {
    let text = with_questions(state, &state.sql());
    submit(state, Work::Keep(KeepWork::SaveScript { path, before: None, text })).1
}

/// `sql` with the question that each statement answers as a comment above it, where that does not stand there already.
fn with_questions(state: &State, sql: &str) -> String {
    let bare = |sql: &str| sql.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches(';').trim_end().to_owned();
    let mut out = sql.to_owned();
    for range in statements(sql).into_iter().rev() {
        let own = bare(sql.get(range.clone()).unwrap_or_default());
        let asked = state.entries.iter().rev().find(|entry| entry.sql().is_some_and(|sql| bare(sql) == own));
        let Some(entry) = asked else { continue };
        let comment = format!("-- {}\n", text::sanitize(entry.question.trim()));
        let before = sql.get(..range.start).unwrap_or_default();
        if before.ends_with(&comment) {
            continue;
        }
        let line_end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
        out.insert_str(range.start, &format!("{line_end}{comment}"));
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// A file was read, or written.
pub(super) fn came(state: &mut State, work: &KeepWork, path: PathBuf, text: String) {
    let shown = path.display().to_string();
    if matches!(work, KeepWork::SaveScript { .. }) {
        let sql = state.sql();
        state.tab_mut().file = Some(SqlFile { path, text, sql });
        note(state, format!("saved: {shown}"));
        return;
    }
    if !state.sql().trim().is_empty() {
        let tabs = state.tabs.len();
        keep::new_tab(state);
        if state.tabs.len() == tabs {
            return;
        }
    }
    // As the editor has it: line feeds, and none at the end.
    let sql = text.replace("\r\n", "\n").trim_start_matches('\u{feff}').trim_end_matches('\n').to_owned();
    let tab = state.tab_mut();
    tab.editor = text_area(&sql);
    tab.editor.move_cursor(ratatui_textarea::CursorMove::Jump(0, 0));
    tab.is_own();
    tab.file = Some(SqlFile { path, text, sql });
    focus(state, Pane::Editor);
    note(state, format!("opened: {shown}"));
}
