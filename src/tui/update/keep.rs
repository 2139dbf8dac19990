//! Drafts, tabs, and what goes into files.

use std::path::PathBuf;

use super::super::drafts::Drafts;
use super::super::event::Effect;
use super::super::keys::Action;
use super::super::state::{Prompt, PromptKind, State, Window};
use super::super::tab::{Tab, offered, text_area};
use super::{note, submit, warn};
use crate::jobs::{KeepWork, NAMELESS, Work};
use crate::records::{Draft, HistoryState};

/// Tabs at most.
const TABS: usize = 20;

/// Writes down what is being written, when it is time.
pub(super) fn save_drafts(state: &mut State) -> Vec<Effect> {
    if state.drafts.is_due(state.clock_ms) { save_drafts_now(state) } else { Vec::new() }
}

/// Writes down what changed since the last time.
pub(in crate::tui) fn save_drafts_now(state: &mut State) -> Vec<Effect> {
    if !state.drafts.is_open {
        return Vec::new();
    }
    let tabs: Vec<String> = state.tabs.iter().map(Tab::sql).collect();
    let (question, count) = (state.ask.lines().join(" "), tabs.len() as u32);
    match state.drafts.take(state.clock_ms, tabs, question) {
        Some(changed) => submit(state, Work::Keep(KeepWork::Drafts { changed, tabs: count })).1,
        None => Vec::new(),
    }
}

/// No database is open, or going to be: what is written meanwhile is kept all the same.
pub(super) fn keep_nameless(state: &mut State) -> Vec<Effect> {
    if state.drafts.is_open || !state.database.is_empty() {
        return Vec::new();
    }
    submit(state, Work::Keep(KeepWork::Database { path: NAMELESS.into(), fingerprint: String::new() })).1
}

/// What was being written when the program ended comes back, beside what was written since.
pub(super) fn restore_drafts(state: &mut State, drafts: &[Draft]) {
    state.drafts = Drafts::known(drafts);
    let mut is_back = false;
    for draft in drafts {
        if !draft.question.trim().is_empty() && state.ask.is_empty() && state.entries.is_empty() {
            state.ask = text_area(&draft.question);
            is_back = true;
        }
        let is_here = |tab: &Tab| tab.sql() == draft.sql;
        if draft.sql.trim().is_empty() || state.tabs.iter().any(is_here) {
            continue;
        }
        is_back = true;
        if !(state.tabs.len() == 1 && state.sql().trim().is_empty()) {
            state.tabs.push(Tab::new(state.next_tab));
            state.next_tab += 1;
        }
        if let Some(tab) = state.tabs.last_mut() {
            tab.editor = text_area(&draft.sql);
        }
    }
    if is_back {
        note(state, "what you were writing last time is back");
    }
}

/// Puts `sql` into a tab. What a person wrote there does not go without a word: undo brings it back, and the history has it.
pub(super) fn put_sql(state: &mut State, tab: u32, sql: &str) -> Vec<Effect> {
    let Some(tab) = state.tab_named(tab) else { return Vec::new() };
    let (own, id) = (tab.hand_written().filter(|own| own.trim() != sql.trim()), tab.id);
    let has_run = own.as_ref().is_some_and(|own| tab.results.sql.trim() == own.trim());
    tab.set_sql(sql);
    let Some(own) = own else { return Vec::new() };
    let undo = state.options.keymap.label_of(Action::Undo);
    note(state, format!("what you wrote made way: {undo} in the SQL brings it back, and the history has it"));
    if has_run {
        return Vec::new();
    }
    keep_unrun(state, own, id)
}

/// Puts SQL that never ran into the history.
fn keep_unrun(state: &mut State, sql: String, tab: u32) -> Vec<Effect> {
    let kept = HistoryState::Proposed;
    submit(state, Work::Keep(KeepWork::History { question: None, sql, state: kept, rows: None, milliseconds: 0, tab })).1
}

pub(super) fn new_tab(state: &mut State) {
    if state.tabs.len() >= TABS {
        warn(state, format!("there are {TABS} tabs; Alt+W closes one"));
        return;
    }
    let tab = Tab::new(state.next_tab);
    state.next_tab += 1;
    state.tabs.insert(state.tab + 1, tab);
    state.tab += 1;
}

/// Closes the tab in view. What a person wrote there and never ran goes into the history.
pub(super) fn close_tab(state: &mut State) -> Vec<Effect> {
    if state.tabs.len() == 1 {
        note(state, "this is the only tab");
        return Vec::new();
    }
    let closed = state.tabs.remove(state.tab);
    state.tab = state.tab.min(state.tabs.len() - 1);
    let mut effects = Vec::new();
    if let Some(own) = closed.hand_written().filter(|own| own.trim() != closed.results.sql.trim()) {
        note(
            state,
            format!("the tab is closed; the history ({}) has what you wrote there", state.options.keymap.label_of(Action::History)),
        );
        effects = keep_unrun(state, own, closed.id);
    }
    for job in state.running.iter_mut().filter(|job| job.tab == closed.id && matches!(job.work, Work::Run { .. } | Work::Result(_))) {
        job.stopping = true;
        effects.push(Effect::Cancel(job.job));
    }
    effects
}

pub(super) fn turn_tab(state: &mut State, by: usize) {
    state.tab = (state.tab + by) % state.tabs.len();
    if state.tabs.len() == 1 {
        note(state, "there is one tab; Ctrl+T makes another");
    }
}

pub(super) fn export_conversation(state: &mut State) -> Vec<Effect> {
    if state.entries.is_empty() {
        warn(state, "nothing was asked yet");
        return Vec::new();
    }
    let name = export_name(state, "md").replace("-result", "-questions");
    state.window = Some(Window::Prompt(Box::new(Prompt { kind: PromptKind::Conversation, text: offered(&name) })));
    Vec::new()
}

/// A name for a file: the database's, and what it is.
pub(super) fn export_name(state: &State, extension: &str) -> String {
    let name = state.database_name();
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem: String =
        file.split('.').next().unwrap_or_default().chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
    format!("{}-result.{extension}", if stem.is_empty() { "sqllama" } else { &stem })
}

/// A typed path: `~` is the home folder, the rest begins where sqllama was started.
pub(super) fn whole(state: &State, typed: &str) -> PathBuf {
    match typed.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest))) {
        Some(path) => path,
        None => state.options.folder.join(typed),
    }
}
