//! The result pane: only the rows and columns in view are read and made into text, however many there are.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph, Wrap};

use super::super::cells::is_number;
use super::super::results::{Content, Results};
use super::super::state::{Pane, State};
use super::super::theme::Role;
use super::conversation::wrap;
use super::frame::{first_line, frame_of, goes_on, with_more};
use crate::db::spool::{Peek, Sort, Spool};
use crate::jobs::{JobFailure, ResultWork, Work};
use crate::text;

/// Longer SQL is not compared to that of the result at every frame.
const COMPARED: usize = 20_000;

pub(super) fn results(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let tab = state.tab();
    let results = &tab.results;
    let running = state.running.iter().find(|job| job.tab == tab.id && matches!(job.work, Work::Run { .. }));
    let note = match (&results.content, running) {
        (_, Some(job)) => {
            let rows = job.progress.as_ref().map(|rows| format!("{rows} so far; ")).unwrap_or_default();
            format!("running; {rows}Esc cancels")
        }
        (Content::Rows { spool, elapsed }, None) => {
            let of = match (results.stale, is_of_other_sql(state, results)) {
                (true, _) => ["before the database changed  ", "older  "],
                (false, true) => ["of an earlier query  ", "earlier  "],
                (false, false) => [""; 2],
            };
            let position = position(results, spool, *elapsed);
            // Two corners, and two blanks around it.
            let room = usize::from(area.width).saturating_sub(4);
            let [long, short] = of.map(|of| format!("{of}{position}"));
            if text::width(&long) <= room { long } else { short }
        }
        _ => String::new(),
    };
    let inner = Block::bordered().inner(area);
    let failed = match &results.content {
        Content::Failed(failure) => failed(state, failure, usize::from(inner.width)),
        _ => Vec::new(),
    };
    let note = with_more(note, goes_on(0, failed.len(), usize::from(inner.height)));
    let block = frame_of(state, Pane::Results, &title(state, results), note);
    frame.render_widget(block, area);
    match &results.content {
        Content::Empty => {
            let words = if state.database.is_empty() { "" } else { "Rows come here. F5 runs the SQL; b in the schema shows a table." };
            frame.render_widget(Paragraph::new(Span::styled(words, state.theme.style(Role::Muted))).wrap(Wrap { trim: true }), inner);
        }
        Content::Cancelled => frame.render_widget(Paragraph::new("The query was cancelled."), inner),
        Content::Failed(_) => frame.render_widget(Paragraph::new(failed), inner),
        Content::Rows { .. } if results.chart.is_some() => super::chart::chart(state, frame, inner),
        Content::Rows { spool, .. } => {
            frame.render_widget(Paragraph::new(rows(state, results, spool, inner)), inner);
            if results.filtering && state.window.is_none() {
                let behind = text::width(&text::sanitize(results.filter.around().1));
                let typed = (text::width(&title(state, results)).saturating_sub(behind)) as u16;
                // Behind the corner and the bracket.
                frame.set_cursor_position(Position::new((area.x + 2 + typed).min(area.right().saturating_sub(2)), area.y));
            }
        }
    }
}

/// Why there are no rows, and what can be done about it.
fn failed(state: &State, failure: &JobFailure, width: usize) -> Vec<Line<'static>> {
    let parts = [
        (format!("error: {}", text::sanitize_lines(&failure.message)), Role::Error),
        (failure.hint.as_ref().map(|hint| format!("hint: {hint}")).unwrap_or_default(), Role::Muted),
        ("F6 has the model fix it.".into(), Role::Muted),
    ];
    let lines = parts.iter().flat_map(|(words, role)| words.lines().map(|line| (line, state.theme.style(*role))));
    lines.flat_map(|(line, style)| wrap(line, width.max(1)).into_iter().map(move |part| Line::styled(part, style))).collect()
}

/// How sure the answer is that the rows come from, where nobody said of it yet whether it is right.
fn confidence(state: &State, results: &Results) -> Option<String> {
    let bare = |sql: &str| sql.trim().trim_end_matches(';').trim_end().to_owned();
    let entry = state.entries.iter().rev().find(|entry| entry.sql().is_some_and(|sql| bare(sql) == bare(&results.sql)))?;
    let answer = entry.answer.as_ref().filter(|_| entry.verdict.is_none())?;
    Some(answer.confidence.map_or_else(|| "confidence unknown".into(), |confidence| format!("confidence {:.0}%", 100.0 * confidence)))
}

/// Whether the SQL in the editor is no longer the one that the rows came from, save for how it is laid out.
fn is_of_other_sql(state: &State, results: &Results) -> bool {
    let lines = state.tab().editor.lines();
    let bare = |sql: &str| sql.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect::<String>();
    lines.iter().map(String::len).sum::<usize>() < COMPARED && !bare(&state.sql()).contains(&bare(&results.sql))
}

/// `Result`, with its tab where there are several, its filter, or what its chart shows.
fn title(state: &State, results: &Results) -> String {
    let mut out = String::from("Result");
    if state.tabs.len() > 1 {
        out.push_str(&format!(" {}/{}", state.tab + 1, state.tabs.len()));
    }
    let tab = state.tab();
    if !tab.others.is_empty() {
        out.push_str(&format!(", statement {} of {}", tab.before + 1, tab.others.len() + 1 + tab.queue.len()));
    }
    if let Some(confidence) = confidence(state, results).filter(|_| results.spool().is_some()) {
        out.push_str(&format!(", {confidence}"));
    }
    if let (Some(chart), Some(spool)) = (&results.chart, results.spool()) {
        let name = |column: usize| spool.columns().get(column).map(|info| text::sanitize(&info.name).into_owned()).unwrap_or_default();
        let over = chart.x.map_or_else(|| "row".into(), name);
        let of = match chart.kind {
            super::super::chart::Kind::Histogram => format!("how {} is spread", name(chart.y)),
            kind => format!("{}: {} over {over}", kind.name(), name(chart.y)),
        };
        out.push_str(&format!(": {of}"));
    } else if results.filtering || !results.filter.is_empty() {
        out.push_str(&format!(" /{}", text::ellipsis(&text::sanitize(&results.filter), 40)));
    } else if let (Pane::Results, Some(times)) = (state.focus, results.dates.times(results.column)) {
        out.push_str(&format!(": {} counts {}", cursor_column(results), times.words()));
    }
    out
}

/// The name of the cursor's column, not too long.
fn cursor_column(results: &Results) -> String {
    results.column_name().map(|name| text::ellipsis(&text::sanitize(name), 20).into_owned()).unwrap_or_default()
}

/// `row 3/120  col 2/5 country  12 ms`, and whether that is all.
fn position(results: &Results, spool: &Spool, elapsed: std::time::Duration) -> String {
    let elapsed = text::duration(elapsed);
    let of = match &results.order {
        Some(order) if order.len() != spool.len() => format!(" of {}", text::count(spool.len() as u64)),
        _ => String::new(),
    };
    let more = if spool.is_truncated() { " of more" } else { "" };
    if results.is_empty() {
        return format!("no rows{of}  {elapsed}");
    }
    let name = cursor_column(results);
    format!(
        "row {}/{}{of}{more}  col {}/{} {name}  {elapsed}",
        text::count(results.row as u64 + 1),
        text::count(results.len() as u64),
        results.column + 1,
        spool.columns().len(),
    )
}

/// Columns in view and their widths, from left to right.
pub(crate) fn visible_columns(results: &Results, width: usize) -> Vec<(usize, usize)> {
    results.in_view(width).0
}

/// The first row in view and how many there are room for, in a pane of `height`.
pub(crate) fn visible_rows(results: &Results, height: usize) -> (usize, usize) {
    let height = height.saturating_sub(1);
    (first_line(results.row, results.len(), height), height)
}

fn rows(state: &State, results: &Results, spool: &Spool, area: Rect) -> Vec<Line<'static>> {
    let (columns, held) = results.in_view(usize::from(area.width));
    let (first_row, height) = visible_rows(results, usize::from(area.height));
    let wanted: Vec<usize> = columns.iter().map(|(column, _)| *column).collect();
    let cells = match spool.peek(results.order.as_ref(), first_row, height, &wanted) {
        Ok(cells) => cells,
        Err(error) => {
            return vec![Line::styled(format!("error: {}", text::sanitize(&error.to_string())), state.theme.style(Role::Error))];
        }
    };
    let header = columns.iter().enumerate().map(|(place, &(column, width))| {
        let name = spool.columns().get(column).map(|info| text::sanitize(&info.name).into_owned()).unwrap_or_default();
        let mark = match results.wanted.sort {
            Some(Sort { column: own, descending }) if own == column => {
                if descending {
                    "▼"
                } else {
                    "▲"
                }
            }
            _ => "",
        };
        let mark = format!("{}{mark}", results.dates.mark(column));
        let name = format!("{}{mark}", text::ellipsis(&name, width.saturating_sub(text::width(&mark)).max(1)));
        // Above numbers it stands where they do.
        let first = cells.iter().filter_map(|row| row.get(place)).find(|cell| **cell != Peek::Null);
        let numeric = first.is_some_and(is_number) && results.dates.in_table(column).is_none();
        Span::styled(padded(&name, width, numeric), state.theme.style(Role::Header))
    });
    let mut lines = vec![Line::from(between(header.collect(), held))];
    if let Some(reason) = why_none(state, results).filter(|_| results.is_empty()) {
        let style = state.theme.style(Role::Muted);
        lines.extend(wrap(&reason, usize::from(area.width).max(1)).into_iter().map(|part| Line::styled(part, style)));
    }
    let arranging =
        state.running.iter().any(|job| matches!(job.work, Work::Result(ResultWork::Arrange { .. })) && job.tab == state.tab().id);
    for (number, row) in cells.iter().enumerate() {
        let spans = columns.iter().zip(row).map(|(&(column, width), cell)| {
            let numeric = is_number(cell) && results.dates.in_table(column).is_none();
            let current = number + first_row == results.row && column == results.column && state.focus == Pane::Results;
            let role = match cell {
                _ if current => Role::Selected,
                Peek::Null => Role::Null,
                _ if arranging => Role::Muted,
                _ => Role::Plain,
            };
            let mut shown = results.shown(column, cell);
            // A number that is cut would be read as another one.
            if is_number(cell) && text::width(&shown) > width {
                shown = "…".into();
            }
            Span::styled(padded(&shown, width, numeric), state.theme.style(role))
        });
        lines.push(Line::from(between(spans.collect(), held)));
    }
    lines
}

/// Why there is no row, where it is known.
fn why_none(state: &State, results: &Results) -> Option<String> {
    if !results.filter.is_empty() {
        return Some(format!("no row has `{}`; / changes what is looked for", text::ellipsis(&text::sanitize(&results.filter), 40)));
    }
    state.tab().trail.without(&results.sql).map(|reason| text::sanitize(reason).into_owned())
}

/// Cells with blanks between them; a line stands behind the `held` columns that stay in view.
fn between(spans: Vec<Span<'static>>, held: usize) -> Vec<Span<'static>> {
    let mut out = Vec::with_capacity(spans.len() * 2);
    for (at, span) in spans.into_iter().enumerate() {
        if !out.is_empty() {
            out.push(Span::raw(if at == held { "│ " } else { "  " }));
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
