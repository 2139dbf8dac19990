//! `view(state, frame)`: draws the state and changes nothing.
//!
//! Files on their floors, the lowest first:
//! - `frame`: frames, and which of their lines are in view
//! - `chart`: a chart
//! - `schema`, `conversation`, `editor`, `results`: the panes
//! - `status`: the question's line, the status line, the footer
//! - `run`, `check`: a training run; a check before training
//! - `compare`, `notebook`, `diagram`: answers side by side; a notebook; boxes and lines
//! - `window`: help, texts, lists, lines to type, over the panes

mod chart;
mod check;
mod compare;
mod conversation;
mod diagram;
mod editor;
mod frame;
mod notebook;
mod results;
mod run;
mod schema;
mod status;
mod window;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Paragraph;

pub(super) use editor::place_in_sql;
pub(super) use frame::first_line;
pub(super) use results::{visible_columns, visible_rows};
pub(super) use window::last_scroll;

use super::layout::places;
use super::state::{Pane, State};

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
