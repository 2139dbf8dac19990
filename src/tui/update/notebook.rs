//! Notebooks: opening one, running its cells, keeping their results, writing another.

use std::path::PathBuf;

use super::super::conversation::Stage;
use super::super::event::Effect;
use super::super::notebook::NotebookPage;
use super::super::state::{Pane, PromptKind, State, Window, notebook_name};
use super::list::prompt;
use super::work::cancel;
use super::{ask, focus, keep, note, open as open_database, submit, warn};
use crate::jobs::{JobId, NotebookOutcome, NotebookWork, Outcome, Work};
use crate::notebook::compose;

pub(super) fn ask_path(state: &mut State) {
    let known = state.notebook.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    prompt(state, PromptKind::Notebook, &known);
}

pub(super) fn ask_new(state: &mut State) {
    if state.entries.iter().all(|entry| entry.sql().is_none()) && state.sql().trim().is_empty() {
        warn(state, "nothing was asked yet, and no SQL is there to keep");
        return;
    }
    let name = keep::export_name(state, "md").replace("-result", "-notebook");
    prompt(state, PromptKind::NewNotebook, &name);
}

/// Writes the conversation as a notebook; without one, the SQL.
pub(super) fn write(state: &mut State, path: PathBuf) -> Vec<Effect> {
    let asked = state.entries.iter().filter(|entry| !matches!(entry.stage, Stage::Failed | Stage::Refused | Stage::Cancelled));
    let mut cells: Vec<(Option<String>, String)> =
        asked.filter_map(|entry| Some((Some(entry.question.clone()), entry.sql()?.to_owned()))).collect();
    if cells.is_empty() {
        cells.push((None, state.sql()));
    }
    let text = compose(&notebook_name(&state.database), &cells);
    submit(state, Work::Notebook(NotebookWork::Write { path, text })).1
}

pub(super) fn ask_cell(state: &mut State) {
    let sql = state.sql();
    if sql.trim().is_empty() {
        warn(state, "there is no SQL to add");
        return;
    }
    let same = |own: &str| own.trim().trim_end_matches(';') == sql.trim().trim_end_matches(';');
    let question = state.entries.iter().rev().find(|entry| entry.sql().is_some_and(same)).map(|entry| entry.question.clone());
    let known = state.notebook.as_ref().map(|path| path.display().to_string());
    let name = known.unwrap_or_else(|| keep::export_name(state, "md").replace("-result", "-notebook"));
    prompt(state, PromptKind::Cell(question, sql), &name);
}

pub(super) fn add(state: &mut State, path: PathBuf, question: Option<String>, sql: String) -> Vec<Effect> {
    let database = notebook_name(&state.database);
    submit(state, Work::Notebook(NotebookWork::Add { path, database, question, sql })).1
}

/// Runs every cell over the open database.
pub(super) fn run(state: &mut State) -> Vec<Effect> {
    let Some(Window::Notebook(page)) = &state.window else { return Vec::new() };
    let (text, is_running) = (page.notebook.text.clone(), page.job.is_some());
    if is_running {
        return Vec::new();
    }
    if state.database.is_empty() {
        warn(state, "no database is open; o opens the one that the notebook names");
        return Vec::new();
    }
    let (job, effects) = submit(state, Work::Notebook(NotebookWork::Run { text }));
    if let Some(Window::Notebook(page)) = &mut state.window {
        page.job = Some(job);
    }
    effects
}

/// Writes the results of now into the file.
pub(super) fn keep_results(state: &mut State) -> Vec<Effect> {
    let Some(Window::Notebook(page)) = &state.window else { return Vec::new() };
    if page.ran.is_empty() {
        note(state, "nothing ran yet; r runs every cell");
        return Vec::new();
    }
    let (path, before, after) = (page.path.clone(), page.notebook.text.clone(), page.rewritten());
    match after {
        Some(after) => submit(state, Work::Notebook(NotebookWork::Replace { path, before, after })).1,
        None => {
            note(state, "nothing differs; the file stays as it is");
            Vec::new()
        }
    }
}

/// Opens the database that the notebook names.
pub(super) fn open_named(state: &mut State) -> Vec<Effect> {
    let Some(Window::Notebook(page)) = &state.window else { return Vec::new() };
    match page.database.clone() {
        Some(database) => open_database(state, &database),
        None => {
            note(state, "this notebook names no database; it runs over the one that is open");
            Vec::new()
        }
    }
}

/// Puts the selected cell's SQL into the editor, or asks its question.
pub(super) fn choose(state: &mut State, page: NotebookPage) -> Vec<Effect> {
    let Some(cell) = page.cell().cloned() else {
        state.window = Some(Window::Notebook(Box::new(page)));
        return Vec::new();
    };
    let mut effects = close(state, &page);
    match (cell.sql, cell.question) {
        (Some((sql, _)), _) => {
            let tab = state.tab().id;
            effects.extend(keep::put_sql(state, tab, sql.trim_end()));
            focus(state, Pane::Editor);
        }
        (None, Some((question, _))) => effects.extend(ask::send_question(state, question)),
        (None, None) => {}
    }
    effects
}

/// What is still on its way is no longer wanted.
pub(super) fn close(state: &mut State, page: &NotebookPage) -> Vec<Effect> {
    cancel(state, page.job)
}

/// A notebook was read, ran, or was written.
pub(super) fn came(state: &mut State, job: JobId, work: &NotebookWork, outcome: Outcome) -> Vec<Effect> {
    let shown = match &mut state.window {
        Some(Window::Notebook(page)) => Some(page),
        _ => None,
    };
    match outcome {
        Outcome::Notebook(came) => match *came {
            NotebookOutcome::Ran(ran) => {
                if let Some(page) = shown.filter(|page| page.job == Some(job)) {
                    page.job = None;
                    page.ran = ran;
                }
            }
            NotebookOutcome::Read { path, notebook, database } => return read(state, work, NotebookPage::new(path, notebook, database)),
        },
        outcome => {
            if let Some(page) = shown.filter(|page| page.job == Some(job)) {
                page.job = None;
            }
            match outcome {
                Outcome::Failed(failure) => {
                    let hint = failure.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                    warn(state, format!("{}{hint}", failure.message));
                }
                _ => note(state, "cancelled"),
            }
        }
    }
    Vec::new()
}

fn read(state: &mut State, work: &NotebookWork, mut page: NotebookPage) -> Vec<Effect> {
    state.notebook = Some(page.path.clone());
    let name = page.path.display().to_string();
    if matches!(work, NotebookWork::Add { .. }) {
        note(state, format!("added to {name}"));
        return Vec::new();
    }
    let mut effects = Vec::new();
    match (work, &state.window) {
        (NotebookWork::Replace { .. }, Some(Window::Notebook(shown))) => {
            page.selected = shown.selected;
            note(state, format!("written: {name}"));
        }
        (NotebookWork::Write { .. }, _) => note(state, format!("written: {name}")),
        // Without a database nothing can be run: its own is opened.
        _ if state.database.is_empty() => {
            if let Some(database) = &page.database {
                effects = open_database(state, database);
            }
        }
        _ => {}
    }
    state.window = Some(Window::Notebook(Box::new(page)));
    effects
}
