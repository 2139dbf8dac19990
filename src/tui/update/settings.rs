//! The person's settings: a page of them, changed one by one, saved at once.

use std::path::PathBuf;

use super::super::event::Effect;
use super::super::keys::Keymap;
use super::super::picker::{Choice, Item, PickerKind};
use super::super::settings::SettingsText;
use super::super::state::{PromptKind, State, Window};
use super::super::theme::Theme;
use super::list::{prompt, show};
use super::refresh::refresh;
use super::{note, submit, warn};
use crate::jobs::{KeepWork, Work};
use crate::store::config::edit::{self, Setting};
use crate::store::config::{KeyKind, ThemeChoice};
use crate::store::{Config, WhileTyping};

/// The key whose words are looked at as the selection moves.
const THEME: &str = "theme";

/// Shows every key. The file is read each time: it may have been edited.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    submit(state, Work::Keep(KeepWork::ReadSettings)).1
}

/// Whether a list is below the page, so that Esc goes back to it.
pub(super) fn is_page_below(kind: &PickerKind) -> bool {
    matches!(kind, PickerKind::SettingWords(_) | PickerKind::Bindings)
}

/// Back from words that were looked at; the theme is what it was.
pub(super) fn back(state: &mut State) -> Vec<Effect> {
    if let Some(before) = state.theme_before.take() {
        state.theme = before;
    }
    page(state, PickerKind::Settings, None);
    Vec::new()
}

/// The list that a key was chosen from.
pub(super) fn page_of(state: &mut State, name: &str) -> Vec<Effect> {
    let kind = if name.starts_with("keys.") { PickerKind::Bindings } else { PickerKind::Settings };
    page(state, kind, Some(name));
    Vec::new()
}

/// Shows a page, at the line of a key.
fn page(state: &mut State, kind: PickerKind, at: Option<&str>) {
    let items = match kind {
        PickerKind::Bindings => state.settings.bindings(&state.options.keymap),
        _ => state.settings.items(),
    };
    let line = items.iter().position(|item| matches!(&item.choice, Choice::Setting(name) if Some(name.as_str()) == at));
    show(state, kind, items);
    if let (Some(Window::List(picker)), Some(line)) = (&mut state.window, line) {
        picker.selected = line;
    }
}

/// A key was chosen: a switch turns, words are offered, everything else is typed.
pub(super) fn chosen(state: &mut State, name: &str) -> Vec<Effect> {
    let kind = edit::key(name).map(|key| (key.name, key.kind));
    match kind {
        Some((_, KeyKind::Bindings)) => {
            page(state, PickerKind::Bindings, None);
            Vec::new()
        }
        Some((_, KeyKind::Servers)) => {
            warn(state, "servers are written in config.toml itself; F7 lists their models");
            Vec::new()
        }
        Some((name, KeyKind::Switch)) => {
            // The mouse is heard unless the file says no.
            let is_on = state.settings.value(name).map_or(name == "mouse", |value| value == "true");
            save(state, name, if is_on { "false" } else { "true" })
        }
        Some((name, KeyKind::Choice(words))) => {
            let now = state.settings.typed(name);
            let item = |word: &&'static str| Item {
                label: (*word).into(),
                detail: if *word == now { "as it is".into() } else { String::new() },
                choice: Choice::SettingWord(name, word),
            };
            let place = words.iter().position(|word| *word == now).or_else(|| words.iter().position(|word| *word == state.theme.name()));
            show(state, PickerKind::SettingWords(name), words.iter().map(item).collect());
            if let (Some(Window::List(picker)), Some(place)) = (&mut state.window, place) {
                picker.selected = place;
            }
            if name == THEME {
                state.theme_before = Some(state.theme);
            }
            Vec::new()
        }
        _ => {
            let now = state.settings.typed(name);
            prompt(state, PromptKind::Setting(name.to_owned()), &now);
            Vec::new()
        }
    }
}

/// The theme that is selected is seen at once.
pub(super) fn preview(state: &mut State) {
    let Some(Window::List(picker)) = &state.window else { return };
    if let (PickerKind::SettingWords(THEME), Some(Item { choice: Choice::SettingWord(_, word), .. })) = (&picker.kind, picker.item()) {
        state.theme = theme_of(word).unwrap_or(state.theme);
    }
}

fn theme_of(word: &str) -> Option<Theme> {
    [Theme::Dark, Theme::Light, Theme::Plain].into_iter().find(|theme| theme.name() == word)
}

/// A value was typed.
pub(super) fn typed(state: &mut State, name: &str, text: &str) -> Vec<Effect> {
    if let Some(problem) = state.settings.problem(name, text) {
        prompt(state, PromptKind::Setting(name.to_owned()), text);
        warn(state, problem);
        return Vec::new();
    }
    save(state, name, text)
}

/// Saves a value; nothing takes the key back.
pub(super) fn save(state: &mut State, name: &str, text: &str) -> Vec<Effect> {
    state.theme_before = None;
    match state.settings.setting(name, text) {
        Ok(setting) => submit(state, Work::Keep(KeepWork::ChangeSetting(setting))).1,
        Err(problem) => {
            warn(state, problem);
            Vec::new()
        }
    }
}

/// The file was read, or changed.
pub(super) fn came(state: &mut State, work: &KeepWork, path: PathBuf, text: String) -> Vec<Effect> {
    let parsed = Config::parse(&text, &path);
    state.settings = SettingsText { path, text };
    let changed = match work {
        KeepWork::ChangeSetting(setting) => Some(setting.clone()),
        _ => None,
    };
    let mut effects = Vec::new();
    match (parsed, &changed) {
        (Err(error), _) => warn(state, format!("mend the file first: {error}")),
        (Ok(config), Some(setting)) => effects = apply(state, &config, setting),
        (Ok(_), None) => {}
    }
    match (&changed, &state.window) {
        (Some(setting), Some(Window::List(picker))) if picker.kind == page_kind(&setting.name) => refresh(state),
        (Some(setting), None | Some(Window::List(_) | Window::Prompt(_))) => {
            let name = setting.name.clone();
            page(state, page_kind(&name), Some(&name));
        }
        (None, _) => page(state, PickerKind::Settings, None),
        (Some(_), Some(_)) => {}
    }
    effects
}

fn page_kind(name: &str) -> PickerKind {
    if name.starts_with("keys.") { PickerKind::Bindings } else { PickerKind::Settings }
}

/// What holds at once does; of the rest it is said when it will.
fn apply(state: &mut State, config: &Config, setting: &Setting) -> Vec<Effect> {
    let mut effects = Vec::new();
    let name = setting.name.as_str();
    match name {
        THEME => {
            state.theme = match config.theme {
                Some(ThemeChoice::Light) => Theme::Light,
                Some(ThemeChoice::Plain) => Theme::Plain,
                Some(ThemeChoice::Dark) | None => Theme::Dark,
            }
        }
        "mouse" => {
            state.options.mouse = config.mouse.unwrap_or(true);
            effects.push(Effect::Mouse(state.options.mouse));
        }
        "vim" => state.options.vim = config.vim,
        "ask_and_run" => state.options.ask_and_run = config.ask_and_run,
        "while_typing" => state.options.while_typing = config.while_typing,
        name if name.starts_with("keys.") => {
            let own = config.keys.iter().map(|(action, keys)| (action.clone(), keys.to_vec())).collect();
            match Keymap::new(&own) {
                Ok(keymap) => state.options.keymap = keymap,
                Err(error) => warn(state, format!("{error}; {}", error.hint())),
            }
        }
        _ => {
            note(state, format!("saved; {name} holds from the next start on"));
            return effects;
        }
    }
    note(state, format!("saved: {name}"));
    effects
}

/// Another way of spending the time while one types; until the end of this sitting.
pub(super) fn turn_while_typing(state: &mut State) -> Vec<Effect> {
    let (next, said) = match state.options.while_typing {
        WhileTyping::Answer => (WhileTyping::Read, "while you type, the model only reads the question"),
        WhileTyping::Read => (WhileTyping::Wait, "while you type, the model does nothing"),
        WhileTyping::Wait => (WhileTyping::Answer, "while you type, the model reads the question and writes an answer"),
    };
    state.options.while_typing = next;
    let effects = super::ahead::stop(state);
    note(state, format!("{said}; the settings keep it for good"));
    effects
}
