//! How the panes share the screen. Pure geometry: drawing and the mouse ask the same function.

use ratatui::layout::{Constraint, Layout, Rect};

use super::results::Content;
use super::state::{Pane, SHARES, State};
use crate::text;

/// Narrower than this, the schema has no room beside the rest.
const NARROW: u16 = 60;
/// Columns of what stands before the question.
pub const ASK_WIDTH: u16 = 5;
/// Lines that a question takes at most.
const QUESTION_LINES: u16 = 5;

/// Shares of the height before anything ran.
const WITHOUT_ROWS: [u16; 3] = [4, 3, 2];

/// Where everything is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Panes that are drawn.
    pub panes: Vec<(Pane, Rect)>,
    /// All panes together.
    pub all: Rect,
    /// The question's line.
    pub ask: Rect,
    /// The status line.
    pub status: Rect,
    /// The footer.
    pub footer: Rect,
}

/// Where everything is on a screen of `area`.
pub fn places(state: &State, area: Rect) -> Places {
    let lines = question_lines(state, area);
    let [all, ask, status, footer] =
        Layout::vertical([Constraint::Min(3), Constraint::Length(lines), Constraint::Length(1), Constraint::Length(1)]).areas(area);
    let panes = if state.zoomed { vec![(state.focus, all)] } else { split(state, all) };
    Places { panes, all, ask, status, footer }
}

/// Lines that the question takes: it grows with what is typed, as far as the panes can spare them.
fn question_lines(state: &State, area: Rect) -> u16 {
    let width = usize::from(area.width.saturating_sub(ASK_WIDTH)).max(1);
    let question: usize = state.ask.lines().iter().map(|line| text::width(line)).sum();
    // The cursor behind the last character needs a place.
    let lines = u16::try_from(question / width + 1).unwrap_or(u16::MAX);
    lines.min(QUESTION_LINES).min(area.height.saturating_sub(2) / 5).max(1)
}

fn split(state: &State, area: Rect) -> Vec<(Pane, Rect)> {
    let mut out = Vec::with_capacity(4);
    let shown = !state.panes.schema_hidden || state.focus == Pane::Schema;
    let right = if area.width < NARROW || !shown {
        if state.focus == Pane::Schema {
            return vec![(Pane::Schema, area)];
        }
        area
    } else {
        let width = state.panes.schema_width.unwrap_or((area.width * 3 / 10).clamp(22, 44)).min(area.width.saturating_sub(30));
        let [left, right] = Layout::horizontal([Constraint::Length(width), Constraint::Min(20)]).areas(area);
        out.push((Pane::Schema, left));
        right
    };
    // The pane with the keys gets more room; the others keep what makes them useful.
    let panes = [Pane::Conversation, Pane::Editor, Pane::Results];
    // Before there are rows, the pane for them needs little.
    let empty = state.tab().results.content == Content::Empty && state.panes.shares == SHARES;
    let shares = if empty { WITHOUT_ROWS } else { state.panes.shares };
    let shares = panes.iter().zip(shares).map(|(pane, share)| if state.focus == *pane { share + 2 } else { share });
    let heights = Layout::vertical(shares.map(Constraint::Fill)).split(right);
    out.extend(panes.into_iter().zip(heights.iter().copied()));
    out
}
