//! Choosing a line of a list, or ending a line that was typed.

use super::super::event::Effect;
use super::super::keys::Action;
use super::super::picker::{Choice, Item, Picker, PickerKind};
use super::super::state::{Laid, Pane, Prompt, PromptKind, State, Window};
use super::keep::whole;
use super::list::prompt;
use super::models::model_chosen;
use super::refresh::refresh;
use super::{
    arrange, ask, compare, diagram, focus, jump, keep, learn, note, notebook, open, opening, script, settings, sql, submit, train, warn,
};
use crate::jobs::{ExportFormat, KeepWork, ModelsWork, ResultWork, TrainWork, Work};
use crate::schema::DatabaseSet;

/// What comes of choosing.
pub(super) enum Chosen {
    /// It is done; this is left to be done outside.
    Done(Vec<Effect>),
    /// An action, as if its key were pressed.
    Action(Action),
}

/// Takes the selected line, or what was typed.
pub(super) fn choose(state: &mut State) -> Chosen {
    let effects = match state.window.take() {
        Some(Window::List(picker)) if opening::is_typed_path(&picker) => unlisted(state, picker),
        Some(Window::List(picker)) => match picker.item().cloned() {
            Some(item) => return chosen(state, picker, item),
            None => unlisted(state, picker),
        },
        Some(Window::Prompt(prompt)) => typed(state, *prompt),
        Some(Window::Compare(sides)) => compare::choose(state, *sides),
        Some(Window::Diagram(shown)) => diagram::choose(state, &shown),
        Some(Window::Notebook(page)) => notebook::choose(state, *page),
        other => {
            state.window = other;
            Vec::new()
        }
    };
    Chosen::Done(effects)
}

/// What is typed above a list is no line of it: where files are meant, it is the name of one.
fn unlisted(state: &mut State, picker: Picker) -> Vec<Effect> {
    let typed = picker.query.trim().to_owned();
    match picker.kind {
        PickerKind::Open if !typed.is_empty() => return opening::taken(state, &typed),
        PickerKind::Files(ref folder) if !typed.is_empty() => {
            let path = if typed.starts_with("~/") { whole(state, &typed) } else { folder.join(&typed) };
            return opening::taken(state, &path.display().to_string());
        }
        PickerKind::Export => {
            if let Some(format) = ExportFormat::of_path(std::path::Path::new(&typed)) {
                return export(state, format, &typed);
            }
        }
        _ => {}
    }
    state.window = Some(Window::List(picker));
    Vec::new()
}

/// Writes the result into the file that was typed.
fn export(state: &mut State, format: ExportFormat, typed: &str) -> Vec<Effect> {
    let results = &state.tab().results;
    let Some(spool) = results.spool().cloned() else { return Vec::new() };
    let (order, path) = (results.order.clone(), whole(state, typed));
    submit(state, Work::Result(ResultWork::Export { spool, order, format, path })).1
}

fn chosen(state: &mut State, picker: Picker, item: Item) -> Chosen {
    let effects = match item.choice {
        Choice::Do(action) => return Chosen::Action(action),
        Choice::Sql { sql, .. } if matches!(picker.kind, PickerKind::AskBack(_)) => match state.entries.last().map(|entry| entry.job) {
            Some(job) => ask::meant(state, job, &sql),
            None => Vec::new(),
        },
        Choice::Sql { sql, .. } if picker.kind == PickerKind::Snippets => {
            state.tab_mut().editor.insert_str(&sql);
            focus(state, Pane::Editor);
            Vec::new()
        }
        Choice::Sql { sql, .. } => {
            let tab = state.tab().id;
            note(state, "in the editor; F5 runs it");
            let effects = keep::put_sql(state, tab, &sql);
            focus(state, Pane::Editor);
            effects
        }
        Choice::Typed { text, is_sql: true } => ask::run_as_sql(state, &text),
        Choice::Typed { text, is_sql: false } => ask::send_question(state, text),
        Choice::Look { title, text } => {
            state.behind = Some((title.clone(), picker));
            state.window = Some(Window::Text { title, text, scroll: 0, copied: None, laid: Laid::default() });
            Vec::new()
        }
        Choice::Allow { address, question } => submit(state, Work::Models(ModelsWork::Allow { address, question })).1,
        Choice::Nothing => Vec::new(),
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
        Choice::Database { path, .. } => opening::taken(state, &path),
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
            train::edit(state, field);
            Vec::new()
        }
        Choice::TrainStep(step) => train::step(state, step),
        Choice::Run(folder) => train::show(state, folder),
        Choice::Jump(to) => jump::jump(state, to),
        Choice::Copy(what) => arrange::copy(state, what),
        Choice::Setting(name) => {
            state.window = Some(Window::List(picker));
            settings::chosen(state, &name)
        }
        Choice::SettingWord(name, word) => {
            state.window = Some(Window::List(picker));
            settings::save(state, name, word)
        }
        Choice::Adopt(from) => submit(state, Work::Keep(KeepWork::Adopt { from })).1,
    };
    Chosen::Done(effects)
}

fn typed(state: &mut State, prompt: Prompt) -> Vec<Effect> {
    let text = prompt.text.lines().join(" ").trim().to_owned();
    match prompt.kind {
        // A rejection needs no words.
        PromptKind::Reject(job) => ask::rejected(state, job, &text),
        // An empty line of the form means something, too.
        PromptKind::Train(field) => train::typed(state, prompt, field, &text),
        PromptKind::Setting(name) => settings::typed(state, &name, &text),
        // So does an empty value.
        PromptKind::Parameter(wanted) => sql::value_typed(state, *wanted, &prompt.text.lines().join(" ")),
        // Nothing new to look for is what was looked for last.
        PromptKind::Find if text.is_empty() && !state.tab().results.sought.is_empty() => arrange::find(state, ""),
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
        PromptKind::Learn => learn::within(state, prompt, &text),
        PromptKind::Find => arrange::find(state, &text),
        PromptKind::Open => opening::taken(state, &text),
        PromptKind::OpenSql => open::open_script(state, &text),
        PromptKind::SaveSql => script::save_in(state, whole(state, &text)),
        PromptKind::Notebook => open::open_notebook(state, &text),
        PromptKind::NewNotebook => notebook::write(state, whole(state, &text)),
        PromptKind::Cell(question, sql) => notebook::add(state, whole(state, &text), question, sql),
        PromptKind::Export(format) => export(state, format, &text),
        PromptKind::Command(line) => {
            let path = whole(state, &text);
            submit(state, Work::Keep(KeepWork::Write { path, text: format!("{line}\n") })).1
        }
        PromptKind::Handover(words) => {
            let folder = whole(state, &text);
            note(state, "writing the job: rows, hashes ...");
            submit(state, Work::Train(TrainWork::Export { words, folder })).1
        }
        PromptKind::Conversation => {
            let as_sql = text.to_lowercase().ends_with(".sql");
            let written = super::super::conversation::export(&state.entries, &DatabaseSet::read(&state.database).in_line(), as_sql);
            let path = whole(state, &text);
            submit(state, Work::Keep(KeepWork::Write { path, text: written })).1
        }
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
        Choice::Run(_) => return train::remove(state),
        Choice::Setting(name) => return settings::save(state, &name, ""),
        Choice::Database { id: Some(database), .. } => Work::Keep(KeepWork::Forget { database }),
        Choice::Model(name) if state.models.iter().any(|model| model.name == name && model.server.is_some()) => {
            warn(state, "a server's model is deleted on the server");
            return Vec::new();
        }
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
