//! The editor: running, completing, laying out, explaining.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::CursorMove;

use super::super::completion::Completion;
use super::super::event::Effect;
use super::super::keys::Action;
use super::super::state::{Laid, Pane, PromptKind, State, Wanted, Window};
use super::super::tab::Queued;
use super::super::tree::{TreeRow, file_name};
use super::super::vim::Mode;
use super::keep::put_sql;
use super::list::prompt;
use super::{focus, note, submit, warn};
use crate::jobs::{KeepWork, Work};
use crate::schema::{Schema, Table};
use crate::sql::format::pretty;
use crate::sql::named::table_at;
use crate::sql::origins::origins;
use crate::sql::quote::{identifier, table_name};
use crate::sql::{explained, parameters, statement_at, statements};

/// Longer texts are not searched for names at every key.
const COMPLETED: usize = 50_000;

/// Takes a key that is text, or moves in it.
pub(super) fn type_key(state: &mut State, key: KeyEvent) {
    let vim = state.options.vim;
    let schema = state.schema.clone();
    let tab = state.tab_mut();
    let offered = tab.completion.take().is_some();
    if vim {
        tab.vim.input(&mut tab.editor, key);
    } else {
        match (key.code, key.modifiers) {
            // The widget takes these for the line's own.
            (KeyCode::Home, KeyModifiers::CONTROL) => tab.editor.move_cursor(CursorMove::Jump(0, 0)),
            (KeyCode::End, KeyModifiers::CONTROL) => {
                tab.editor.move_cursor(CursorMove::Bottom);
                tab.editor.move_cursor(CursorMove::End);
            }
            _ => drop(tab.editor.input(key)),
        }
    }
    let typed = match key.code {
        KeyCode::Char(c) => c.is_alphanumeric() || matches!(c, '_' | '.'),
        KeyCode::Backspace => offered,
        _ => false,
    };
    let inserting = !vim || tab.vim.mode == Mode::Insert;
    if typed && inserting && tab.editor.lines().iter().map(String::len).sum::<usize>() < COMPLETED {
        tab.completion = Completion::at(&tab.sql(), tab.cursor_byte(), &schema, false);
    }
}

pub(super) fn complete(state: &mut State) {
    let schema = state.schema.clone();
    let tab = state.tab_mut();
    tab.completion = Completion::at(&tab.sql(), tab.cursor_byte(), &schema, true);
    if tab.completion.is_none() {
        warn(state, "no name fits here");
    }
}

pub(super) fn take_completion(state: &mut State) {
    let tab = state.tab_mut();
    if let Some(completion) = tab.completion.take() {
        completion.take(&mut tab.editor);
    }
}

/// The text that is meant: the selection, else the statement at the cursor.
fn meant(state: &State) -> Option<String> {
    let tab = state.tab();
    let sql = state.sql();
    let selected = tab.editor.selection_range().and_then(|((from_row, from), (to_row, to))| {
        let byte = |row: usize, column: usize| -> Option<usize> {
            let before: usize = tab.editor.lines().iter().take(row).map(|line| line.len() + 1).sum();
            let line = tab.editor.lines().get(row)?;
            Some(before + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at))
        };
        Some(byte(from_row, from)?..byte(to_row, to)?)
    });
    let range: Range<usize> = selected.filter(|range| !range.is_empty()).or_else(|| statement_at(&sql, tab.cursor_byte()))?;
    Some(sql.get(range)?.trim().to_owned()).filter(|sql| !sql.is_empty())
}

/// Runs what is meant.
pub(super) fn run(state: &mut State) -> Vec<Effect> {
    let sql = meant(state);
    run_sql(state, sql)
}

/// Runs the statement at the start of the editor: an answer was just put there.
pub(super) fn run_all(state: &mut State) -> Vec<Effect> {
    let sql = state.sql();
    let first = statement_at(&sql, 0).and_then(|range| sql.get(range).map(str::to_owned));
    run_sql(state, first)
}

fn run_sql(state: &mut State, sql: Option<String>) -> Vec<Effect> {
    let Some(sql) = sql else {
        warn(state, "there is no SQL to run; ask a question, or write some");
        return Vec::new();
    };
    if state.database.is_empty() && !state.running.iter().any(|job| matches!(job.work, Work::Open { .. })) {
        warn(state, "no database is open; Ctrl+O opens one");
        return Vec::new();
    }
    if state.running.iter().any(|job| matches!(job.work, Work::Run { .. })) {
        warn(state, "a query runs; Esc cancels it");
        return Vec::new();
    }
    run_statements(state, vec![sql])
}

/// Runs every statement of the editor, one after the other; each result is kept beside the others.
pub(super) fn run_every(state: &mut State) -> Vec<Effect> {
    let sql = state.sql();
    let all: Vec<String> = statements(&sql).into_iter().filter_map(|range| sql.get(range).map(str::to_owned)).collect();
    if all.is_empty() || state.running.iter().any(|job| matches!(job.work, Work::Run { .. })) {
        return run_sql(state, all.into_iter().next());
    }
    run_statements(state, all)
}

/// Asks for the values that `all` needs, then runs them.
fn run_statements(state: &mut State, all: Vec<String>) -> Vec<Effect> {
    let tab = state.tab_mut();
    tab.completion = None;
    tab.editor.cancel_selection();
    let mut names: Vec<String> = Vec::new();
    for name in all.iter().flat_map(|sql| parameters(sql)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    ask_value(state, Wanted { statements: all, names, given: Vec::new() })
}

/// Asks for the next value; with none left to ask for, runs.
fn ask_value(state: &mut State, wanted: Wanted) -> Vec<Effect> {
    if let Some(name) = wanted.names.first() {
        let known = state.values.get(name).cloned().unwrap_or_default();
        prompt(state, PromptKind::Parameter(Box::new(wanted)), &known);
        return Vec::new();
    }
    let mut effects = Vec::new();
    if !wanted.given.is_empty() {
        effects = submit(state, Work::Keep(KeepWork::Remember { values: wanted.given.clone() })).1;
    }
    let queued = |sql: String| {
        let own = parameters(&sql);
        Queued { parameters: wanted.given.iter().filter(|(name, _)| own.contains(name)).cloned().collect(), sql }
    };
    let tab = state.tab_mut();
    tab.alone();
    tab.queue = wanted.statements.into_iter().map(queued).collect();
    let id = tab.id;
    effects.extend(run_next(state, id));
    effects
}

/// A value was typed.
pub(super) fn value_typed(state: &mut State, mut wanted: Wanted, value: &str) -> Vec<Effect> {
    if wanted.names.is_empty() {
        return Vec::new();
    }
    let name = wanted.names.remove(0);
    state.values.insert(name.clone(), value.to_owned());
    wanted.given.push((name, value.to_owned()));
    ask_value(state, wanted)
}

/// Runs the statement of a tab that is next.
pub(super) fn run_next(state: &mut State, id: u32) -> Vec<Effect> {
    let Some(next) = state.tab_named(id).and_then(|tab| tab.queue.pop_front()) else { return Vec::new() };
    let effects = submit(state, Work::Run { sql: next.sql, parameters: next.parameters }).1;
    if let Some(running) = state.running.last_mut() {
        running.tab = id;
    }
    effects
}

/// Shows another statement's result.
pub(super) fn turn_result(state: &mut State, by: usize) {
    if !state.tab_mut().turn_result(by) {
        let key = state.options.keymap.label_of(Action::RunAll);
        note(state, format!("there is one result; {key} runs every statement"));
    }
}

pub(super) fn plan(state: &mut State) -> Vec<Effect> {
    // A person may have written the EXPLAIN already.
    match meant(state).map(|sql| explained(&sql).to_owned()).filter(|sql| !sql.is_empty()) {
        Some(sql) => submit(state, Work::Plan { sql }).1,
        None => {
            warn(state, "there is no SQL to explain");
            Vec::new()
        }
    }
}

pub(super) fn format(state: &mut State) {
    let (sql, cursor) = (state.sql(), state.tab().cursor_byte());
    // Of several statements, the one at the cursor.
    let one = || {
        let range = statement_at(&sql, cursor)?;
        let text = pretty(sql.get(range.clone())?)?;
        Some(format!("{}{}{}", sql.get(..range.start)?, text.trim_end().trim_end_matches(';'), sql.get(range.end..)?))
    };
    match pretty(&sql).or_else(one) {
        Some(sql) => state.tab_mut().set_sql(&sql),
        None => warn(state, "this SQL cannot be laid out anew"),
    }
}

/// Shows a table's rows: its statement in the editor, every row in the result, to be sorted and filtered there.
pub(super) fn browse(state: &mut State) -> Vec<Effect> {
    let Some(table) = state.tree.current_table(&state.schema).and_then(|table| state.schema.tables.get(table)) else { return Vec::new() };
    if let Some(reason) = &table.unreadable {
        let text = format!("{} cannot be read: {reason}", table.name);
        warn(state, text);
        return Vec::new();
    }
    let sql = format!("SELECT * FROM {}", table_name(table));
    let tab = state.tab().id;
    let mut effects = put_sql(state, tab, &sql);
    effects.extend(run_all(state));
    effects
}

pub(super) fn insert_name(state: &mut State) {
    let name = match state.tree.current(&state.schema) {
        Some(TreeRow::File { file, .. }) => Some(identifier(file_name(&state.schema, file))),
        Some(TreeRow::Table { table, .. }) => state.schema.tables.get(table).map(table_name),
        Some(TreeRow::Column { table, column }) => {
            state.schema.tables.get(table).and_then(|table| table.columns.get(column)).map(|column| identifier(&column.name))
        }
        None => None,
    };
    let Some(name) = name else { return };
    let tab = state.tab_mut();
    let (row, column) = (tab.editor.cursor().0, tab.editor.cursor().1);
    let line = tab.editor.lines().get(row);
    let before = column.checked_sub(1).and_then(|at| line?.chars().nth(at));
    let runs_on = line.and_then(|line| line.chars().nth(column)).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '"'));
    if before.is_some_and(|c| !c.is_whitespace() && !matches!(c, '.' | '(')) {
        tab.editor.insert_char(' ');
    }
    tab.editor.insert_str(if runs_on { format!("{name} ") } else { name });
    focus(state, Pane::Editor);
}

/// The CREATE statement of the table under the schema's cursor.
pub(super) fn definition(state: &mut State) {
    let schema = state.schema.clone();
    if let Some(table) = of_tree(state, &schema) {
        show_definition(state, table);
    }
}

/// The CREATE statement of the table at the cursor, wherever that is: a name in the SQL, a column of the rows, a line of the schema.
pub(super) fn structure(state: &mut State) {
    let schema = state.schema.clone();
    let tab = state.tab();
    let of_sql = || table_at(&tab.sql(), tab.cursor_byte(), &schema);
    let found = match state.focus {
        Pane::Editor => of_sql(),
        Pane::Results => {
            let stored = origins(&tab.results.sql, &schema);
            let column = stored.get(tab.results.column).copied().flatten().map(|origin| origin.table);
            column.or_else(|| table_at(&tab.results.sql, 0, &schema))
        }
        _ => of_tree(state, &schema),
    };
    match found.or_else(|| of_tree(state, &schema)).or_else(of_sql) {
        Some(table) => show_definition(state, table),
        None => note(state, "there is no table at the cursor"),
    }
}

fn of_tree<'s>(state: &State, schema: &'s Schema) -> Option<&'s Table> {
    schema.tables.get(state.tree.current_table(schema)?)
}

fn show_definition(state: &mut State, table: &Table) {
    let text = pretty(&table.sql).filter(|_| table.sql.len() < 20_000).unwrap_or_else(|| table.sql.clone());
    let text = match &table.unreadable {
        Some(reason) => format!("It cannot be read: {reason}.\n\n{text}"),
        None => text,
    };
    state.window = Some(Window::Text { title: table.name.clone(), text, scroll: 0, copied: None, laid: Laid::default() });
}
