//! Drafts, tabs, and what goes into files.

use super::super::event::Effect;
use super::super::state::{Prompt, PromptKind, State, Window};
use super::super::tab::{Tab, text_area};
use super::{note, submit, warn};
use crate::jobs::{KeepWork, Work};
use crate::records::Draft;

/// How often what is being written is written down.
const DRAFT_EVERY_MS: u64 = 2_000;
/// Tabs at most.
const TABS: usize = 20;

/// Writes down what is being written, now and then.
pub(super) fn save_drafts(state: &mut State) -> Vec<Effect> {
    if state.clock_ms < state.drafted.0 + DRAFT_EVERY_MS {
        return Vec::new();
    }
    save_drafts_now(state)
}

/// Writes down what changed since the last time.
pub(super) fn save_drafts_now(state: &mut State) -> Vec<Effect> {
    if state.database.is_empty() {
        return Vec::new();
    }
    let mut now: Vec<(u32, String)> = Vec::new();
    for (at, tab) in state.tabs.iter().enumerate() {
        now.push((at as u32, tab.editor.lines().join("\n")));
    }
    // A tab that was closed leaves an empty draft, which is removed.
    for at in now.len()..state.drafted.1.len() {
        now.push((at as u32, String::new()));
    }
    let changed: Vec<Draft> = now
        .iter()
        .filter(|(at, sql)| state.drafted.1.get(*at as usize).map_or(!sql.is_empty(), |(_, old)| old != sql))
        .map(|(tab, sql)| Draft { tab: *tab, question: String::new(), sql: sql.clone() })
        .collect();
    state.drafted = (state.clock_ms, now);
    changed.into_iter().flat_map(|draft| submit(state, Work::Keep(KeepWork::Draft(draft))).1).collect()
}

/// What was being written when the program ended comes back, where nothing else is written yet.
pub(super) fn restore_drafts(state: &mut State) {
    let drafts = state.records.drafts.clone();
    let untouched = state.tabs.len() == 1 && state.sql().trim().is_empty();
    if drafts.is_empty() || !untouched {
        return;
    }
    for (at, draft) in drafts.iter().enumerate() {
        if at > 0 {
            state.tabs.push(Tab::new(state.next_tab));
            state.next_tab += 1;
        }
        if let Some(tab) = state.tabs.last_mut() {
            tab.editor = text_area(&draft.sql);
        }
    }
    state.drafted.1 = drafts.into_iter().enumerate().map(|(at, draft)| (at as u32, draft.sql)).collect();
    note(state, "what you were writing last time is back");
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

pub(super) fn close_tab(state: &mut State) -> Vec<Effect> {
    if state.tabs.len() == 1 {
        note(state, "this is the only tab");
        return Vec::new();
    }
    let closed = state.tabs.remove(state.tab);
    state.tab = state.tab.min(state.tabs.len() - 1);
    let mut effects = Vec::new();
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
    state.window = Some(Window::Prompt(Box::new(Prompt { kind: PromptKind::Conversation, text: text_area(&name) })));
    Vec::new()
}

/// A name for a file: the database's, and what it is.
pub(super) fn export_name(state: &State, extension: &str) -> String {
    let file = state.database_name().rsplit(['/', '\\']).next().unwrap_or_default();
    let stem: String =
        file.split('.').next().unwrap_or_default().chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
    format!("{}-result.{extension}", if stem.is_empty() { "sqllama" } else { &stem })
}
