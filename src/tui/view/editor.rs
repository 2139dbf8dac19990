//! The SQL pane: the editor's text with colours. Drawn here, because the widget knows no highlighting.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use ratatui_textarea::TextArea;

use super::super::state::{Pane, State};
use super::super::theme::{Role, Theme};
use crate::sql::highlight::highlight;
use crate::text;

pub(super) fn editor(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let block = super::frame_of(state, Pane::Editor, "SQL", String::new());
    let inner = block.inner(area);
    frame.render_widget(block, area);
    draw(state, frame, &state.editor, inner, true, state.focus == Pane::Editor);
}

/// Draws a text with its cursor, scrolled so that the cursor is in view.
pub(super) fn draw(state: &State, frame: &mut Frame<'_>, text: &TextArea<'_>, area: Rect, is_sql: bool, focused: bool) {
    let (row, column) = (text.cursor().0, text.cursor().1);
    let (height, width) = (usize::from(area.height), usize::from(area.width));
    let first_row = (row + 1).saturating_sub(height);
    let before: String = text.lines().get(row).map(|line| line.chars().take(column).collect()).unwrap_or_default();
    let cursor = text::width(&shown(&before));
    let first_column = (cursor + 1).saturating_sub(width);
    let lines = if is_sql { coloured(state.theme, text.lines()) } else { plain(text.lines()) };
    let lines: Vec<Line<'_>> = lines.into_iter().skip(first_row).take(height).collect();
    frame.render_widget(Paragraph::new(lines).scroll((0, u16::try_from(first_column).unwrap_or(u16::MAX))), area);
    if let Some(((from_row, from), (to_row, to))) = text.selection_range() {
        for line in from_row.max(first_row)..=to_row.min(first_row + height.saturating_sub(1)) {
            let end = text.lines().get(line).map_or(0, |line| line.chars().count());
            let (from, to) = (if line == from_row { from } else { 0 }, if line == to_row { to } else { end });
            let columns = from.saturating_sub(first_column)..to.saturating_sub(first_column).min(width);
            for column in columns {
                let at = Position::new(area.x + column as u16, area.y + (line - first_row) as u16);
                if let Some(cell) = frame.buffer_mut().cell_mut(at) {
                    cell.modifier.insert(Modifier::REVERSED);
                }
            }
        }
    }
    if focused && state.window.is_none() {
        let (x, y) = (cursor.saturating_sub(first_column) as u16, row.saturating_sub(first_row) as u16);
        frame.set_cursor_position(Position::new(
            area.x + x.min(area.width.saturating_sub(1)),
            area.y + y.min(area.height.saturating_sub(1)),
        ));
    }
}

fn shown(text: &str) -> String {
    text::sanitize(&text.replace('\t', "  ")).into_owned()
}

fn plain(lines: &[String]) -> Vec<Line<'static>> {
    lines.iter().map(|line| Line::raw(shown(line))).collect()
}

/// Highlights the whole text, since strings and comments go over line ends.
fn coloured(theme: Theme, lines: &[String]) -> Vec<Line<'static>> {
    let sql = lines.join("\n");
    let mut out = vec![Line::default()];
    for span in highlight(&sql) {
        for (number, part) in sql.get(span.range).unwrap_or_default().split('\n').enumerate() {
            if number > 0 {
                out.push(Line::default());
            }
            if let (Some(line), false) = (out.last_mut(), part.is_empty()) {
                line.push_span(Span::styled(shown(part), theme.style(Role::Sql(span.kind))));
            }
        }
    }
    out
}
