//! Lists of what is kept: history, favourites, notes, what is kept for a database with the same schema.

use super::super::conversation::Verdict;
use super::super::event::Effect;
use super::super::keys::Action;
use super::super::picker::{Choice, Item, PickerKind};
use super::super::state::{Pane, PromptKind, State, Window, called};
use super::list::{prompt, show};
use super::{submit, warn};
use crate::jobs::{KeepWork, Work};
use crate::records::HistoryEntry;
use crate::schema::DatabaseSet;
use crate::text;

pub(super) fn history(state: &mut State) -> Vec<Effect> {
    let everywhere = state.database.is_empty();
    show(state, PickerKind::History { everywhere }, Vec::new());
    search_history(state)
}

pub(super) fn search_history(state: &mut State) -> Vec<Effect> {
    let Some(Window::List(picker)) = &mut state.window else { return Vec::new() };
    let PickerKind::History { everywhere } = picker.kind else { return Vec::new() };
    picker.loading = true;
    let text = picker.query.to_string();
    submit(state, Work::Keep(KeepWork::Search { text, everywhere })).1
}

/// What was found in the history came.
pub(super) fn history_found(state: &mut State, text: &str, everywhere: bool, entries: Vec<HistoryEntry>) {
    let Some(Window::List(picker)) = &mut state.window else { return };
    if picker.kind != (PickerKind::History { everywhere }) || *picker.query != *text {
        return;
    }
    let items = entries.into_iter().map(|found| {
        let entry = found.entry;
        let sql = entry.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let label = entry.question.clone().unwrap_or_else(|| sql.clone());
        let rows = entry.rows.map(|rows| text::counted(rows, "row", "rows")).unwrap_or_else(|| entry.state.name().into());
        let place = if everywhere { format!("  {}", called(&found.path.display().to_string())) } else { String::new() };
        let behind = if entry.question.is_some() { format!("  {sql}") } else { String::new() };
        Item {
            label,
            detail: format!("{rows}{place}{behind}"),
            choice: Choice::Sql { sql: entry.sql, question: entry.question, history: Some(found.id), favourite: None },
        }
    });
    picker.set_items(items.collect());
}

/// The history of this database, or of all.
pub(super) fn turn_scope(state: &mut State) -> Vec<Effect> {
    if let Some(Window::List(picker)) = &mut state.window
        && let PickerKind::History { everywhere } = &mut picker.kind
    {
        *everywhere = !*everywhere;
    }
    search_history(state)
}

pub(super) fn favourites(state: &mut State) -> Vec<Effect> {
    let items = favourite_items(state);
    show(state, PickerKind::Favourites, items);
    Vec::new()
}

/// Favourites, to be put in at the cursor.
pub(super) fn snippets(state: &mut State) -> Vec<Effect> {
    let items = favourite_items(state);
    show(state, PickerKind::Snippets, items);
    Vec::new()
}

pub(super) fn favourite_items(state: &State) -> Vec<Item> {
    let item = |favourite: &crate::records::Favourite| Item {
        label: favourite.title.clone(),
        detail: favourite.sql.split_whitespace().collect::<Vec<_>>().join(" "),
        choice: Choice::Sql { sql: favourite.sql.clone(), question: None, history: None, favourite: Some(favourite.id) },
    };
    state.records.favourites.iter().map(item).collect()
}

pub(super) fn notes(state: &mut State) -> Vec<Effect> {
    let items = note_items(state);
    show(state, PickerKind::Notes, items);
    Vec::new()
}

pub(super) fn note_items(state: &State) -> Vec<Item> {
    let own =
        state.records.notes.iter().map(|note| Item { label: note.text.clone(), detail: String::new(), choice: Choice::Note(note.id) });
    let add = Item {
        label: "add a note ...".into(),
        detail: "every question on this database gets it".into(),
        choice: Choice::Do(Action::AddNote),
    };
    own.chain([add]).collect()
}

pub(super) fn add_note(state: &mut State) -> Vec<Effect> {
    if state.database.is_empty() {
        warn(state, "no database is open");
        return Vec::new();
    }
    // The reason of the last rejection is what a person most likely wants to keep.
    let offered = state.entries.iter().rev().find_map(|entry| match &entry.verdict {
        Some(Verdict::Rejected(why)) => Some(why.clone()),
        _ => None,
    });
    prompt(state, PromptKind::Note, &offered.unwrap_or_default());
    Vec::new()
}

pub(super) fn add_favourite(state: &mut State) -> Vec<Effect> {
    let entry = state.current_entry().and_then(|entry| Some((entry.question.clone(), entry.sql()?.to_owned())));
    let (title, sql) = match entry {
        Some(entry) if state.focus == Pane::Conversation => entry,
        _ => (state.tab().title(), state.sql()),
    };
    if sql.trim().is_empty() {
        warn(state, "there is no SQL to keep");
    } else {
        prompt(state, PromptKind::Favourite(sql), &title);
    }
    Vec::new()
}

pub(super) fn adopt_items(state: &State) -> Vec<Item> {
    let item = |known: &crate::records::KnownDatabase| Item {
        label: DatabaseSet::read(&known.path.display().to_string()).in_line(),
        detail: format!(
            "{}, {}{}",
            text::counted(known.accepted, "accepted answer", "accepted answers"),
            text::counted(known.notes, "note", "notes"),
            if known.has_adapter { ", an adapter" } else { "" }
        ),
        choice: Choice::Adopt(known.id),
    };
    state.records.similar.iter().map(item).collect()
}

/// What is kept for databases with the same schema can be taken over.
pub(super) fn offer_adoption(state: &mut State) {
    let items = adopt_items(state);
    show(state, PickerKind::Adopt, items);
}
