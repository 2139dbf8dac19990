//! `view(state, frame)`: draws the state and changes nothing.
//!
//! - `schema`, `conversation`, `editor`, `results`: the panes
//! - `status`: the question's line, the status line, the footer
//! - `window`: help and cells, over the panes

mod conversation;
mod editor;
mod results;
mod schema;
mod status;
mod window;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

use super::state::{Pane, State};
use super::theme::Role;

/// Narrower than this, the schema has no room beside the rest.
const NARROW: u16 = 60;
/// Lower or narrower than this, nothing can be drawn.
const SMALLEST: (u16, u16) = (24, 8);

/// Draws the screen.
pub fn view(state: &State, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        frame.render_widget(Paragraph::new(format!("too small: {}x{}", SMALLEST.0, SMALLEST.1)), area);
        return;
    }
    let [panes, ask, status, footer] =
        Layout::vertical([Constraint::Min(3), Constraint::Length(1), Constraint::Length(1), Constraint::Length(1)]).areas(area);
    if state.zoomed {
        pane(state, frame, state.focus, panes);
    } else {
        split(state, frame, panes);
    }
    status::ask_line(state, frame, ask);
    status::status_line(state, frame, status);
    status::footer(state, frame, footer);
    window::window(state, frame, panes);
}

fn split(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let right = if area.width < NARROW {
        if state.focus == Pane::Schema {
            return pane(state, frame, Pane::Schema, area);
        }
        area
    } else {
        let width = (area.width * 3 / 10).clamp(22, 44);
        let [left, right] = Layout::horizontal([Constraint::Length(width), Constraint::Min(20)]).areas(area);
        pane(state, frame, Pane::Schema, left);
        right
    };
    // The pane with the keys gets more room; the others keep what makes them useful.
    let shares = [(Pane::Conversation, 3u16), (Pane::Editor, 2), (Pane::Results, 4)];
    let constraints = shares.map(|(pane, share)| Constraint::Fill(if state.focus == pane { share + 2 } else { share }));
    let [conversation, editor, results] = Layout::vertical(constraints).areas(right);
    pane(state, frame, Pane::Conversation, conversation);
    pane(state, frame, Pane::Editor, editor);
    pane(state, frame, Pane::Results, results);
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
fn first_line(selected: usize, count: usize, height: usize) -> usize {
    selected.saturating_sub(height / 2).min(count.saturating_sub(height))
}
