//! The mouse: a click gives a pane the keys and puts the cursor there; the wheel scrolls what it is over.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};
use ratatui_textarea::CursorMove;

use super::super::event::Effect;
use super::super::layout::places;
use super::super::state::{Pane, State, Window};
use super::super::view::{first_line, place_in_sql, visible_columns};
use super::{focus, list, move_cursor, rows};

/// Lines that a turn of the wheel moves by.
const WHEEL: isize = 3;

pub(super) fn on_mouse(state: &mut State, mouse: MouseEvent) -> Vec<Effect> {
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::ScrollUp => scroll(state, at, -WHEEL),
        MouseEventKind::ScrollDown => scroll(state, at, WHEEL),
        MouseEventKind::Down(MouseButton::Left) => return press(state, at),
        _ => {}
    }
    Vec::new()
}

fn pane_at(state: &State, at: Position) -> Option<(Pane, Rect)> {
    let places = places(state, Rect::new(0, 0, state.size.0, state.size.1));
    if places.ask.contains(at) {
        return Some((Pane::Ask, places.ask));
    }
    places.panes.into_iter().find(|(_, area)| area.contains(at))
}

fn scroll(state: &mut State, at: Position, by: isize) {
    if state.window.is_some() {
        return move_cursor(state, by);
    }
    let Some((pane, _)) = pane_at(state, at) else { return };
    let focused = std::mem::replace(&mut state.focus, pane);
    move_cursor(state, by);
    state.focus = focused;
}

fn press(state: &mut State, at: Position) -> Vec<Effect> {
    if state.window.is_some() {
        // A click beside the window's list would be a guess.
        if let Some(closed) = state.window.take_if(|window| matches!(window, Window::Help { .. } | Window::Text { .. })) {
            list::behind(state, &closed);
        }
        return Vec::new();
    }
    let Some((pane, area)) = pane_at(state, at) else { return Vec::new() };
    let had_keys = state.focus == pane;
    if !had_keys {
        let before = area;
        focus(state, pane);
        // The pane with the keys is larger: what is under the pointer may have moved.
        if pane_at(state, at).is_none_or(|(_, now)| now != before) {
            return Vec::new();
        }
    }
    let inner = Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height: area.height.saturating_sub(2) };
    if !inner.contains(at) {
        return Vec::new();
    }
    let (column, row) = (usize::from(at.x - inner.x), usize::from(at.y - inner.y));
    match pane {
        Pane::Schema => {
            let count = state.tree.rows(&state.schema).len();
            let line = first_line(state.tree.selected, count, usize::from(inner.height)) + row;
            if line < count {
                if state.tree.selected == line {
                    state.tree.toggle(&state.schema.clone());
                } else {
                    state.tree.selected = line;
                }
            }
        }
        Pane::Results if state.tab().results.chart.is_none() && state.tab().results.spool().is_some() => {
            let results = &mut state.tab_mut().results;
            let first = first_line(results.row, results.len(), usize::from(inner.height).saturating_sub(1));
            if let Some(row) = row.checked_sub(1) {
                results.row = (first + row).min(results.len().saturating_sub(1));
            }
            let mut left = 0;
            for (number, width) in visible_columns(results, usize::from(inner.width)) {
                if column < left + width + 2 {
                    results.column = number;
                    break;
                }
                left += width + 2;
            }
            // The names: a click sorts.
            if row == 0 {
                return rows::sort(state);
            }
        }
        Pane::Editor => {
            let tab = state.tab_mut();
            let (row, column) = place_in_sql(&tab.editor, inner, (column, row), had_keys);
            tab.completion = None;
            tab.editor.cancel_selection();
            let place = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
            tab.editor.move_cursor(CursorMove::Jump(place(row), place(column)));
        }
        _ => {}
    }
    Vec::new()
}
