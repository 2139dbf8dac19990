//! Text: typed key by key, or pasted.

use crossterm::event::{KeyCode, KeyEvent};

use super::super::event::Effect;
use super::super::keys::Context;
use super::super::state::{State, Window};
use super::super::typed::line_input;
use super::{kept, list, rows, sql};

/// Takes pasted text.
pub(super) fn on_paste(state: &mut State, text: &str) -> Vec<Effect> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let line = text.lines().next().unwrap_or_default();
    match state.context() {
        Context::Ask => {
            state.ask.insert_str(text.replace('\n', " "));
        }
        Context::Editor | Context::Completion => {
            let tab = state.tab_mut();
            tab.completion = None;
            tab.editor.insert_str(text);
        }
        Context::Filter => state.tree.filter.insert(line),
        Context::RowFilter => {
            state.tab_mut().results.filter.insert(line);
            return rows::filter_typed(state);
        }
        Context::List => return type_text(state, line),
        Context::Prompt => {
            if let Some(Window::Prompt(prompt)) = &mut state.window {
                prompt.text.insert_str(text.replace('\n', " "));
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Takes a key that means no action.
pub(super) fn on_text(state: &mut State, context: Context, key: KeyEvent) -> Vec<Effect> {
    match context {
        Context::Ask if key.code == KeyCode::Char('/') && state.ask.is_empty() => return list::palette(state),
        Context::Ask => {
            state.recalled = None;
            line_input(&mut state.ask, key);
        }
        Context::Editor | Context::Completion => sql::type_key(state, key),
        Context::Filter if state.tree.filter.input(&key) => state.tree.selected = 0,
        Context::RowFilter if state.tab_mut().results.filter.input(&key) => return rows::filter_typed(state),
        Context::Filter | Context::RowFilter => {}
        Context::List => return type_key(state, &key),
        Context::Prompt => {
            if let Some(Window::Prompt(prompt)) = &mut state.window {
                line_input(&mut prompt.text, key);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Types into a list.
fn type_key(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    let Some(Window::List(picker)) = &mut state.window else { return Vec::new() };
    if !picker.type_key(key) {
        return Vec::new();
    }
    kept::search_history(state)
}

/// Pastes into a list.
fn type_text(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(Window::List(picker)) = &mut state.window else { return Vec::new() };
    picker.type_text(text);
    kept::search_history(state)
}
