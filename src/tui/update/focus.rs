//! Which pane has the keys.

use super::super::state::{Pane, State};

/// Gives `pane` the keys, and closes what lies over the panes.
pub(super) fn focus(state: &mut State, pane: Pane) {
    state.focus = pane;
    state.window = None;
    state.zoomed = state.zoomed && pane != Pane::Ask;
    state.tab_mut().completion = None;
}

/// To the pane `by` places on.
pub(super) fn move_focus(state: &mut State, by: usize) {
    let now = Pane::ALL.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    let mut next = Pane::ALL[(now + by) % Pane::ALL.len()];
    if next == Pane::Schema && state.panes.schema_hidden {
        next = Pane::ALL[(now + 2 * by) % Pane::ALL.len()];
    }
    focus(state, next);
}
