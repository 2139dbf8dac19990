//! `view(state, frame)`: draws the state and changes nothing.
//!
//! - `schema`, `conversation`, `editor`, `results`, `chart`: the panes
//! - `status`: the question's line, the status line, the footer
//! - `run`: a training run; `compare`: answers side by side; `notebook`: a notebook; `diagram`: boxes and lines
//! - `window`: help, texts, lists, lines to type, over the panes

mod chart;
mod check;
mod compare;
mod conversation;
mod diagram;
mod editor;
mod notebook;
mod results;
mod run;
mod schema;
mod status;
mod window;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

pub(super) use results::{visible_columns, visible_rows};
pub(super) use window::last_scroll;

use super::layout::places;
use super::state::{Pane, State};
use super::theme::Role;

/// Lower or narrower than this, nothing can be drawn.
const SMALLEST: (u16, u16) = (24, 8);

/// Draws the screen.
pub fn view(state: &State, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        frame.render_widget(Paragraph::new(format!("too small: {}x{}", SMALLEST.0, SMALLEST.1)), area);
        return;
    }
    let places = places(state, area);
    for (which, area) in &places.panes {
        pane(state, frame, *which, *area);
    }
    status::ask_line(state, frame, places.ask);
    status::status_line(state, frame, places.status);
    status::footer(state, frame, places.footer);
    window::window(state, frame, places.all);
}

fn pane(state: &State, frame: &mut Frame<'_>, pane: Pane, area: Rect) {
    match pane {
        Pane::Schema => schema::schema(state, frame, area),
        Pane::Conversation | Pane::Ask => conversation::conversation(state, frame, area),
        Pane::Editor => editor::editor(state, frame, area),
        Pane::Results => results::results(state, frame, area),
    }
}

/// A pane's frame; its title is between brackets where the pane has the keys, so that no colour is needed to see it.
fn frame_of(state: &State, pane: Pane, title: &str, note: String) -> Block<'static> {
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

/// The first of `count` lines to draw in `height`, so that `selected` is in view and near the middle.
pub(super) fn first_line(selected: usize, count: usize, height: usize) -> usize {
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
fn with_more(note: String, more: String) -> String {
    match (note.is_empty(), more.is_empty()) {
        (_, true) => note,
        (true, false) => more,
        (false, false) => format!("{note}  {more}"),
    }
}
