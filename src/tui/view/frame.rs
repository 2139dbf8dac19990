//! The frame of a pane or a window, and which of its lines are in view.

use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders};

use super::super::state::{Pane, State};
use super::super::theme::Role;

/// A pane's frame; its title is between brackets where the pane has the keys, so that no colour is needed to see it.
pub(super) fn frame_of(state: &State, pane: Pane, title: &str, note: String) -> Block<'static> {
    let focused = state.focus == pane;
    let (border, title) = if focused { (Role::FocusedBorder, format!("[{title}]")) } else { (Role::Border, format!(" {title} ")) };
    let mut block = Block::new()
        .borders(Borders::ALL)
        .border_style(state.theme.style(border))
        .title(Line::from(Span::styled(title, state.theme.style(Role::Title))));
    if !note.is_empty() {
        block = block.title_bottom(Line::from(Span::styled(format!(" {note} "), state.theme.style(Role::Muted))).right_aligned());
    }
    block
}

pub(super) fn block_of(state: &State, title: &str) -> Block<'static> {
    Block::new()
        .borders(Borders::ALL)
        .border_style(state.theme.style(Role::FocusedBorder))
        .title(Line::from(Span::styled(format!("[{title}]"), state.theme.style(Role::Title))))
}

/// The first of `count` lines to draw in `height`, so that `selected` is in view and near the middle.
pub(in crate::tui) fn first_line(selected: usize, count: usize, height: usize) -> usize {
    selected.saturating_sub(height / 2).min(count.saturating_sub(height))
}

/// Marks how many of `count` lines are above and below the `height` that are drawn from `first` on; empty where all are in view.
pub(super) fn goes_on(first: usize, count: usize, height: usize) -> String {
    let (above, below) = (first.min(count), count.saturating_sub(first + height));
    match (above, below) {
        (0, 0) => String::new(),
        (0, below) => format!("↓ {below} more"),
        (above, 0) => format!("↑ {above} more"),
        (above, below) => format!("↑ {above} ↓ {below} more"),
    }
}

/// What a frame says, and how the pane goes on behind it.
pub(super) fn with_more(note: String, more: String) -> String {
    match (note.is_empty(), more.is_empty()) {
        (_, true) => note,
        (true, false) => more,
        (false, false) => format!("{note}  {more}"),
    }
}
