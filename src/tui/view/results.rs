//! The result pane: only the rows and columns in view are made into text, however many there are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::super::results::{Content, shown};
use super::super::state::{Pane, State};
use super::super::theme::Role;
use crate::db::{Cell, Table};
use crate::jobs::Work;
use crate::text;

pub(super) fn results(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let running = state.running.iter().any(|job| matches!(job.work, Work::Run { .. }));
    let note = match &state.results.content {
        _ if running => "running; Esc cancels".into(),
        Content::Rows { table, .. } => position(state, table),
        _ => String::new(),
    };
    let block = super::frame_of(state, Pane::Results, "Result", note);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    match &state.results.content {
        Content::Empty => {}
        Content::Cancelled => frame.render_widget(Paragraph::new("The query was cancelled."), inner),
        Content::Failed(failure) => {
            let mut lines =
                vec![Line::styled(format!("error: {}", text::sanitize_lines(&failure.message)), state.theme.style(Role::Error))];
            lines.extend(failure.hint.iter().map(|hint| Line::styled(format!("hint: {hint}"), state.theme.style(Role::Muted))));
            frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), inner);
        }
        Content::Rows { table, .. } => frame.render_widget(Paragraph::new(rows(state, table, inner)), inner),
    }
}

/// `row 3/120  col 2/5 country  12 ms`, and whether that is all.
fn position(state: &State, table: &Table) -> String {
    let elapsed = match &state.results.content {
        Content::Rows { elapsed, .. } => text::duration(*elapsed),
        _ => String::new(),
    };
    if table.rows.is_empty() {
        return format!("no rows  {elapsed}");
    }
    let name = state.results.column_name().map(|name| text::ellipsis(&text::sanitize(name), 20).into_owned()).unwrap_or_default();
    format!(
        "row {}/{}{}  col {}/{} {name}  {elapsed}",
        text::count(state.results.row as u64 + 1),
        text::count(table.rows.len() as u64),
        if table.truncated { " of more" } else { "" },
        state.results.column + 1,
        table.columns.len(),
    )
}

fn rows(state: &State, table: &Table, area: Rect) -> Vec<Line<'static>> {
    let (height, width) = (usize::from(area.height).saturating_sub(1), usize::from(area.width));
    let first_column = state.results.first_column(width);
    let columns: Vec<(usize, usize)> = state
        .results
        .widths
        .iter()
        .enumerate()
        .skip(first_column)
        .scan(0, |used, (column, &own)| {
            let room = width.saturating_sub(*used);
            *used += own + 2;
            (room > 0).then(|| (column, own.min(room)))
        })
        .collect();
    let header = columns.iter().map(|&(column, width)| {
        let name = table.columns.get(column).map(|info| text::sanitize(&info.name).into_owned()).unwrap_or_default();
        Span::styled(padded(&name, width, false), state.theme.style(Role::Header))
    });
    let mut lines = vec![Line::from(between(header.collect()))];
    let first_row = super::first_line(state.results.row, table.rows.len(), height);
    for (number, cells) in table.rows.iter().enumerate().skip(first_row).take(height) {
        let spans = columns.iter().map(|&(column, width)| {
            let cell = cells.get(column).unwrap_or(&Cell::Null);
            let numeric = matches!(cell, Cell::Integer(_) | Cell::Real(_));
            let current = number == state.results.row && column == state.results.column && state.focus == Pane::Results;
            let role = match cell {
                _ if current => Role::Selected,
                Cell::Null => Role::Null,
                _ => Role::Plain,
            };
            Span::styled(padded(&shown(cell), width, numeric), state.theme.style(role))
        });
        lines.push(Line::from(between(spans.collect())));
    }
    lines
}

fn between(spans: Vec<Span<'static>>) -> Vec<Span<'static>> {
    let mut out = Vec::with_capacity(spans.len() * 2);
    for span in spans {
        if !out.is_empty() {
            out.push(Span::raw("  "));
        }
        out.push(span);
    }
    out
}

fn padded(value: &str, width: usize, right: bool) -> String {
    let value = text::ellipsis(value, width);
    let gap = " ".repeat(width.saturating_sub(text::width(&value)));
    if right { format!("{gap}{value}") } else { format!("{value}{gap}") }
}
