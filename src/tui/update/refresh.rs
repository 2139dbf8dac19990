//! What is listed changed: an open list shows it.

use super::super::picker::PickerKind;
use super::super::state::{State, Window};
use super::{kept, models, opening, train};

/// Fills the open list anew.
pub(super) fn refresh(state: &mut State) {
    let items = match &state.window {
        Some(Window::List(picker)) => match picker.kind {
            PickerKind::Models => models::model_items(state),
            PickerKind::Settings => state.settings.items(),
            PickerKind::Bindings => state.settings.bindings(&state.options.keymap),
            PickerKind::Favourites | PickerKind::Snippets => kept::favourite_items(state),
            PickerKind::Notes => kept::note_items(state),
            PickerKind::Open => opening::open_items(state),
            PickerKind::Adopt => kept::adopt_items(state),
            PickerKind::Train => train::items(state),
            _ => return,
        },
        _ => return,
    };
    if let Some(Window::List(picker)) = &mut state.window {
        picker.set_items(items);
    }
}
