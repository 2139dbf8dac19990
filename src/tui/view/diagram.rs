//! The diagram of keys, on the whole screen, with the selected table in view.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use super::super::diagram::Diagram;
use super::super::state::State;
use super::super::theme::Role;
use super::frame::block_of;
use crate::text;

pub(super) fn diagram(state: &State, frame: &mut Frame<'_>, area: Rect, diagram: &Diagram) {
    let title =
        format!("Keys of {}: each line goes to the table referred to", text::counted(diagram.boxes.len() as u64, "table", "tables"));
    let mut block = block_of(state, &title);
    if !diagram.below.is_empty() {
        let below = text::ellipsis(&diagram.below, usize::from(area.width.saturating_sub(4))).into_owned();
        block = block.title_bottom(Line::from(Span::styled(format!(" {below} "), state.theme.style(Role::Muted))));
    }
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    if diagram.boxes.is_empty() {
        let words = "No table here refers to another: there is nothing to draw.";
        frame.render_widget(Paragraph::new(Span::styled(words, state.theme.style(Role::Muted))), inner);
        return;
    }
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let (left, top) = corner(diagram, width, height);
    let selected = diagram.current();
    let drawn: Vec<Line<'static>> = diagram
        .lines
        .iter()
        .enumerate()
        .skip(top)
        .take(height)
        .map(|(y, line)| match selected.filter(|one| y == one.y + 1) {
            Some(one) => marked(state, line, (left, width), (one.x + 1, one.x + one.width - 1)),
            None => Line::raw(cut(line, left, left + width)),
        })
        .collect();
    frame.render_widget(Paragraph::new(drawn), inner);
}

/// The column and the row of the page that stand at the top left, so that the selected table is in view and near the middle.
fn corner(diagram: &Diagram, width: usize, height: usize) -> (usize, usize) {
    let Some(one) = diagram.current() else { return (0, 0) };
    let widest = diagram.lines.iter().map(|line| text::width(line)).max().unwrap_or(0);
    let along = |middle: usize, room: usize, all: usize, first: usize| {
        // A box that is larger than the room is shown from its beginning.
        middle.saturating_sub(room / 2).min(all.saturating_sub(room)).min(first)
    };
    (along(one.x + one.width / 2, width, widest, one.x), along(one.y + one.height / 2, height, diagram.lines.len(), one.y))
}

/// A line with the columns from `from` to `to` selected.
fn marked(state: &State, line: &str, (left, width): (usize, usize), (from, to): (usize, usize)) -> Line<'static> {
    let right = left + width;
    let at = |column: usize| column.clamp(left, right);
    Line::from(vec![
        Span::raw(cut(line, left, at(from))),
        Span::styled(cut(line, at(from), at(to)), state.theme.style(Role::Selected)),
        Span::raw(cut(line, at(to), right)),
    ])
}

/// What stands in the columns from `from` to `to`; half a letter is a blank.
fn cut(line: &str, from: usize, to: usize) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for letter in line.chars() {
        let width = text::width(letter.encode_utf8(&mut [0; 4]));
        if at >= from && at + width <= to {
            out.push(letter);
        } else if at < to && at + width > from {
            out.push(' ');
        }
        at += width;
        if at >= to {
            break;
        }
    }
    out
}
