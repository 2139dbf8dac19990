//! Windows with a list or a line to type: opening them, typing in them, choosing.

use std::path::{Path, PathBuf};

use crossterm::event::KeyCode;

use super::super::event::Effect;
use super::super::keys::{Action, Context};
use super::super::picker::{Choice, Item, Picker, PickerKind};
use super::super::state::{Prompt, PromptKind, State, Window};
use super::super::tab::text_area;
use super::{ask, keep, note, perform, submit, warn};
use crate::jobs::{FileRow, KeepWork, ModelRow, ModelsWork, ResultWork, Work};
use crate::records::HistoryEntry;
use crate::store::Presence;
use crate::text;

/// What F9 shows, in its order.
const SCREENS: [Action; 13] = [
    Action::Open,
    Action::History,
    Action::Favourites,
    Action::Notes,
    Action::Models,
    Action::FineTune,
    Action::Export,
    Action::ExportConversation,
    Action::Chart,
    Action::NewTab,
    Action::SwitchTheme,
    Action::Help,
    Action::Quit,
];

fn show(state: &mut State, kind: PickerKind, items: Vec<Item>) {
    state.window = Some(Window::List(Picker::new(kind, items)));
}

fn prompt(state: &mut State, kind: PromptKind, text: &str) {
    state.window = Some(Window::Prompt(Box::new(Prompt { kind, text: text_area(text) })));
}

fn commands(state: &State, wanted: impl Fn(Action) -> bool) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut seen = Vec::new();
    for context in [Context::Everywhere, Context::Conversation, Context::Results, Context::Schema, Context::Editor] {
        for (binding, _) in state.options.keymap.of(context) {
            if wanted(binding.action) && !seen.contains(&binding.action) {
                seen.push(binding.action);
                let detail = state.options.keymap.label_of(binding.action);
                items.push(Item { label: binding.label.into(), detail, choice: Choice::Do(binding.action) });
            }
        }
    }
    items
}

pub(super) fn palette(state: &mut State) -> Vec<Effect> {
    let items = commands(state, |action| !action.is_local());
    show(state, PickerKind::Palette, items);
    Vec::new()
}

pub(super) fn menu(state: &mut State) -> Vec<Effect> {
    let mut items = commands(state, |action| SCREENS.contains(&action));
    items.sort_by_key(|item| SCREENS.iter().position(|action| item.choice == Choice::Do(*action)));
    show(state, PickerKind::Menu, items);
    Vec::new()
}

pub(super) fn history(state: &mut State) -> Vec<Effect> {
    let everywhere = state.database.is_empty();
    show(state, PickerKind::History { everywhere }, Vec::new());
    search_history(state)
}

fn search_history(state: &mut State) -> Vec<Effect> {
    let Some(Window::List(picker)) = &mut state.window else { return Vec::new() };
    let PickerKind::History { everywhere } = picker.kind else { return Vec::new() };
    picker.loading = true;
    let text = picker.query.clone();
    submit(state, Work::Keep(KeepWork::Search { text, everywhere })).1
}

/// What was found in the history came.
pub(super) fn history_found(state: &mut State, text: &str, everywhere: bool, entries: Vec<HistoryEntry>) {
    let Some(Window::List(picker)) = &mut state.window else { return };
    if picker.kind != (PickerKind::History { everywhere }) || picker.query != text {
        return;
    }
    let items = entries.into_iter().map(|found| {
        let entry = found.entry;
        let sql = entry.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let label = entry.question.clone().unwrap_or_else(|| sql.clone());
        let rows = entry.rows.map(|rows| text::counted(rows, "row", "rows")).unwrap_or_else(|| entry.state.name().into());
        let place = if everywhere { format!("  {}", file_name(&found.path.display().to_string())) } else { String::new() };
        let behind = if entry.question.is_some() { format!("  {sql}") } else { String::new() };
        Item {
            label,
            detail: format!("{rows}{place}{behind}"),
            choice: Choice::Sql { sql: entry.sql, question: entry.question, history: Some(found.id), favourite: None },
        }
    });
    picker.set_items(items.collect());
}

pub(super) fn favourites(state: &mut State) -> Vec<Effect> {
    let items = favourite_items(state);
    show(state, PickerKind::Favourites, items);
    Vec::new()
}

fn favourite_items(state: &State) -> Vec<Item> {
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

fn note_items(state: &State) -> Vec<Item> {
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
        Some(super::super::conversation::Verdict::Rejected(why)) => Some(why.clone()),
        _ => None,
    });
    prompt(state, PromptKind::Note, &offered.unwrap_or_default());
    Vec::new()
}

pub(super) fn add_favourite(state: &mut State) -> Vec<Effect> {
    let entry = state.current_entry().and_then(|entry| Some((entry.question.clone(), entry.sql()?.to_owned())));
    let (title, sql) = match entry {
        Some(entry) if state.focus == super::super::state::Pane::Conversation => entry,
        _ => (state.tab().title(), state.sql()),
    };
    if sql.trim().is_empty() {
        warn(state, "there is no SQL to keep");
    } else {
        prompt(state, PromptKind::Favourite(sql), &title);
    }
    Vec::new()
}

pub(super) fn models(state: &mut State) -> Vec<Effect> {
    let items = model_items(state);
    let loading = items.is_empty();
    show(state, PickerKind::Models, items);
    if let Some(Window::List(picker)) = &mut state.window {
        picker.loading = loading;
    }
    submit(state, Work::Models(ModelsWork::List)).1
}

fn model_items(state: &State) -> Vec<Item> {
    let pulled =
        |name: &str| state.running.iter().find(|job| matches!(&job.work, Work::Models(ModelsWork::Pull { name: own }) if own == name));
    let item = |model: &ModelRow| {
        let size = model.bytes.map_or_else(|| "size unknown".into(), text::bytes);
        let in_use = state.model.as_ref().is_some_and(|info| info.name == model.name);
        let here = match (pulled(&model.name), &model.presence) {
            (Some(job), _) => job.progress.clone().unwrap_or_else(|| "fetching".into()),
            (None, Presence::Installed) if in_use => "in use".into(),
            (None, Presence::Installed) => "installed".into(),
            (None, Presence::Partial(bytes)) => format!("{} fetched", text::bytes(*bytes)),
            (None, Presence::Absent) if !model.usable => "PyTorch, not usable".into(),
            (None, Presence::Absent) => "not here".into(),
        };
        let fits = match model.fits {
            Some(true) => "fits this machine",
            Some(false) => "too large for this machine",
            None => "memory unknown",
        };
        Item {
            label: model.name.clone(),
            detail: format!("{here}  {size}  {fits}  {} {}  {}", model.parameters, model.quantisation, model.licence),
            choice: Choice::Model(model.name.clone()),
        }
    };
    state.models.iter().map(item).collect()
}

/// What is listed changed: an open list shows it.
pub(super) fn refresh(state: &mut State) {
    let items = match &state.window {
        Some(Window::List(picker)) => match picker.kind {
            PickerKind::Models => model_items(state),
            PickerKind::Favourites => favourite_items(state),
            PickerKind::Notes => note_items(state),
            PickerKind::Open => open_items(state),
            PickerKind::Adopt => adopt_items(state),
            PickerKind::Train => super::train::items(state),
            _ => return,
        },
        _ => return,
    };
    if let Some(Window::List(picker)) = &mut state.window {
        picker.set_items(items);
    }
}

/// What can be opened. It is the start page, too.
pub(super) fn open_page(state: &mut State) -> Vec<Effect> {
    let items = open_items(state);
    show(state, PickerKind::Open, items);
    submit(state, Work::Keep(KeepWork::Recent)).1
}

fn open_items(state: &State) -> Vec<Item> {
    let recent = state.recent.iter().map(|known| {
        let path = known.path.display().to_string();
        Item { label: file_name(&path), detail: path.clone(), choice: Choice::Database { path, id: Some(known.id) } }
    });
    let own = [
        Item {
            label: "demo".into(),
            detail: "the bundled sample: a music shop".into(),
            choice: Choice::Database { path: "demo".into(), id: None },
        },
        Item {
            label: "choose a file ...".into(),
            detail: state.options.folder.display().to_string(),
            choice: Choice::Folder(state.options.folder.clone()),
        },
        Item { label: "type a path ...".into(), detail: String::new(), choice: Choice::TypePath },
    ];
    recent.chain(own).collect()
}

fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

/// What lies in a folder came.
pub(super) fn files_found(state: &mut State, folder: &Path, files: Vec<FileRow>) {
    let Some(Window::List(picker)) = &mut state.window else { return };
    if !matches!(picker.kind, PickerKind::Files(_) | PickerKind::Open) {
        return;
    }
    let up = folder.parent().map(|parent| Item { label: "..".into(), detail: String::new(), choice: Choice::Folder(parent.to_owned()) });
    let item = |file: FileRow| {
        let path = folder.join(&file.name);
        match file.is_folder {
            true => Item { label: format!("{}/", file.name), detail: String::new(), choice: Choice::Folder(path) },
            false => Item {
                detail: text::bytes(file.bytes),
                label: file.name,
                choice: Choice::Database { path: path.display().to_string(), id: None },
            },
        }
    };
    // Databases first: that is what is looked for.
    let is_database = |file: &FileRow| {
        let name = file.name.to_lowercase();
        [".db", ".sqlite", ".sqlite3", ".db3", ".s3db"].iter().any(|end| name.ends_with(end))
    };
    let (databases, others): (Vec<FileRow>, Vec<FileRow>) = files.into_iter().partition(is_database);
    let items = databases.into_iter().map(item).chain(up).chain(others.into_iter().map(item)).collect();
    *picker = Picker::new(PickerKind::Files(folder.to_owned()), items);
}

fn adopt_items(state: &State) -> Vec<Item> {
    let item = |known: &crate::records::KnownDatabase| Item {
        label: known.path.display().to_string(),
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

/// Other answers to the question.
pub(super) fn alternatives(state: &mut State) -> Vec<Effect> {
    let Some(entry) = state.current_entry() else { return Vec::new() };
    let one_line = |sql: &str| sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let of = |sql: String, detail: String| Item {
        label: one_line(&sql),
        detail,
        choice: Choice::Sql { sql, question: None, history: None, favourite: None },
    };
    let candidates = entry.answer.as_ref().map(|answer| answer.candidates.as_slice()).unwrap_or_default();
    let drafts: usize = candidates.iter().map(|candidate| candidate.agrees).sum();
    let drawn = candidates.iter().map(|candidate| of(candidate.sql.clone(), format!("{} of {drafts} drafts", candidate.agrees)));
    let tried = entry.attempts.iter().map(|(sql, error)| of(sql.clone(), error.clone()));
    let items: Vec<Item> = drawn.chain(tried).collect();
    if items.is_empty() {
        note(state, "this question has one answer");
    } else {
        show(state, PickerKind::Alternatives, items);
    }
    Vec::new()
}

/// Two readings are about as likely: the person says which is meant.
pub(super) fn ask_back(state: &mut State, question: String, choices: Vec<(String, String)>) {
    let item = |(text, sql): (String, String)| Item {
        label: text,
        detail: sql.split_whitespace().collect::<Vec<_>>().join(" "),
        choice: Choice::Sql { sql, question: None, history: None, favourite: None },
    };
    show(state, PickerKind::AskBack(question), choices.into_iter().map(item).collect());
}

/// Takes a key that is text.
pub(super) fn type_key(state: &mut State, code: KeyCode) -> Vec<Effect> {
    let Some(Window::List(picker)) = &mut state.window else { return Vec::new() };
    let mut query = picker.query.clone();
    super::type_into(&mut query, code);
    if query == picker.query {
        return Vec::new();
    }
    picker.set_query(query);
    search_history(state)
}

/// Takes pasted text.
pub(super) fn type_text(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(Window::List(picker)) = &mut state.window else { return Vec::new() };
    let query = format!("{}{text}", picker.query);
    picker.set_query(query);
    search_history(state)
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

/// Takes the selected line, or what was typed.
pub(super) fn choose(state: &mut State) -> Vec<Effect> {
    match state.window.take() {
        Some(Window::List(picker)) => match picker.item().cloned() {
            Some(item) => chosen(state, picker, item),
            None => {
                state.window = Some(Window::List(picker));
                Vec::new()
            }
        },
        Some(Window::Prompt(prompt)) => typed(state, *prompt),
        other => {
            state.window = other;
            Vec::new()
        }
    }
}

fn chosen(state: &mut State, picker: Picker, item: Item) -> Vec<Effect> {
    match item.choice {
        Choice::Do(action) => perform(state, action),
        Choice::Sql { sql, .. } => {
            if matches!(picker.kind, PickerKind::AskBack(_)) {
                return ask::meant(state, &sql);
            }
            state.tab_mut().set_sql(&sql);
            super::focus(state, super::super::state::Pane::Editor);
            note(state, "in the editor; F5 runs it");
            Vec::new()
        }
        Choice::Note(_) => {
            state.window = Some(Window::List(picker));
            note(state, "Ctrl+D removes a note");
            Vec::new()
        }
        Choice::Model(name) => {
            let effects = model_chosen(state, &name);
            state.window = Some(Window::List(picker));
            refresh(state);
            effects
        }
        Choice::Database { path, .. } => super::open(state, &path),
        Choice::Folder(folder) => {
            let mut looked_into = Picker::new(PickerKind::Files(folder.clone()), Vec::new());
            looked_into.loading = true;
            state.window = Some(Window::List(looked_into));
            submit(state, Work::Files { folder }).1
        }
        Choice::TypePath => {
            prompt(state, PromptKind::Open, "");
            Vec::new()
        }
        Choice::Format(format) => {
            let base = keep::export_name(state, format.extension());
            prompt(state, PromptKind::Export(format), &base);
            Vec::new()
        }
        Choice::TrainField(field) => {
            super::train::edit(state, field);
            Vec::new()
        }
        Choice::TrainStep(step) => super::train::step(state, step),
        Choice::Run(folder) => super::train::show(state, folder),
        Choice::Adopt(from) => submit(state, Work::Keep(KeepWork::Adopt { from })).1,
    }
}

/// Uses an installed model; fetches another.
fn model_chosen(state: &mut State, name: &str) -> Vec<Effect> {
    let Some(model) = state.models.iter().find(|model| model.name == name) else { return Vec::new() };
    let pulls = |job: &super::super::state::RunningJob| matches!(&job.work, Work::Models(ModelsWork::Pull { name: own }) if own == name);
    match model.presence {
        Presence::Installed => {
            let mut effects = submit(state, Work::Models(ModelsWork::Use { name: name.into() })).1;
            if !state.database.is_empty() {
                effects.extend(submit(state, Work::Prepare).1);
            }
            effects
        }
        _ if !model.usable => {
            warn(state, "this one is published as a PyTorch checkpoint; `sqllama models convert` makes a usable file of it");
            Vec::new()
        }
        _ => match state.running.iter_mut().find(|job| pulls(job)) {
            Some(job) if job.stopping => Vec::new(),
            Some(job) => {
                job.stopping = true;
                vec![Effect::Cancel(job.job)]
            }
            None => {
                note(state, "fetching; Enter again stops it, and what came is kept");
                submit(state, Work::Models(ModelsWork::Pull { name: name.into() })).1
            }
        },
    }
}

fn typed(state: &mut State, prompt: Prompt) -> Vec<Effect> {
    let text = prompt.text.lines().join(" ").trim().to_owned();
    match prompt.kind {
        // A rejection needs no words.
        PromptKind::Reject(job) => ask::rejected(state, job, &text),
        // An empty line of the form means something, too.
        PromptKind::Train(field) => super::train::typed(state, field, &text),
        _ if text.is_empty() => {
            state.window = Some(Window::Prompt(Box::new(prompt)));
            warn(state, "type something, or Esc");
            Vec::new()
        }
        PromptKind::Note => {
            note(state, "kept: every question on this database gets it");
            submit(state, Work::Keep(KeepWork::AddNote { text })).1
        }
        PromptKind::Favourite(sql) => {
            note(state, "kept as a favourite");
            submit(state, Work::Keep(KeepWork::AddFavourite { title: text, sql })).1
        }
        PromptKind::Open => super::open(state, &text),
        PromptKind::Export(format) => {
            let results = &state.tab().results;
            let Some(spool) = results.spool().cloned() else { return Vec::new() };
            let (order, path) = (results.order.clone(), whole(state, &text));
            submit(state, Work::Result(ResultWork::Export { spool, order, format, path })).1
        }
        PromptKind::Conversation => {
            let as_sql = text.to_lowercase().ends_with(".sql");
            let written = super::super::conversation::export(&state.entries, &state.database, as_sql);
            let path = whole(state, &text);
            submit(state, Work::Keep(KeepWork::Write { path, text: written })).1
        }
    }
}

/// A typed path: `~` is the home folder, the rest begins where sqllama was started.
fn whole(state: &State, typed: &str) -> PathBuf {
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    match typed.strip_prefix("~/").and_then(|rest| Some(home()?.join(rest))) {
        Some(path) => path,
        None => state.options.folder.join(typed),
    }
}

/// Deletes the selected line, where that means something.
pub(super) fn delete(state: &mut State) -> Vec<Effect> {
    let Some(Window::List(picker)) = &mut state.window else { return Vec::new() };
    let Some(item) = picker.item().cloned() else { return Vec::new() };
    let work = match item.choice {
        Choice::Sql { history: Some(id), .. } => {
            let at = picker.selected;
            let items = picker.items.iter().filter(|other| **other != item).cloned().collect();
            picker.set_items(items);
            picker.selected = at.min(picker.matching.len().saturating_sub(1));
            Work::Keep(KeepWork::RemoveHistory { id })
        }
        Choice::Sql { favourite: Some(id), .. } => Work::Keep(KeepWork::RemoveFavourite { id }),
        Choice::Note(id) => Work::Keep(KeepWork::RemoveNote { id }),
        Choice::Database { id: Some(database), .. } => Work::Keep(KeepWork::Forget { database }),
        Choice::Model(name) => {
            if state.model.as_ref().is_some_and(|info| info.name == name) {
                warn(state, "this model is in use; choose another first");
                return Vec::new();
            }
            Work::Models(ModelsWork::Remove { name })
        }
        _ => {
            note(state, "this line cannot be deleted");
            return Vec::new();
        }
    };
    submit(state, work).1
}
