//! Other answers to a question, side by side.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph};

use super::super::compare::{Compare, Side};
use super::super::state::State;
use super::super::theme::Role;
use super::conversation::wrap;
use crate::db::export::cell_to_text;
use crate::db::{Difference, Table};
use crate::text;

/// An answer is at least this wide.
const NARROWEST: u16 = 36;
/// Lines of a statement at most.
const SQL_LINES: usize = 8;
/// A cell is at most this wide.
const CELL: usize = 24;
/// Rows laid out at most.
const ROWS: usize = 200;

pub(super) fn compare(state: &State, frame: &mut Frame<'_>, area: Rect, compare: &Compare) {
    frame.render_widget(Clear, area);
    let room = usize::from((area.width / NARROWEST).max(1));
    let in_view = compare.in_view(room);
    let places = Layout::horizontal(vec![Constraint::Fill(1); in_view.len()]).split(area);
    let first = compare.sides.first().and_then(|side| side.compared.as_ref()).and_then(|compared| compared.table.as_ref().ok());
    for (&at, &place) in in_view.iter().zip(places.iter()) {
        let Some(side) = compare.sides.get(at) else { continue };
        let selected = at == compare.selected;
        let title = format!("{} of {}", at + 1, compare.sides.len());
        let (border, title) = if selected { (Role::FocusedBorder, format!("[{title}]")) } else { (Role::Border, format!(" {title} ")) };
        let block = Block::new()
            .borders(Borders::ALL)
            .border_style(state.theme.style(border))
            .title(Line::styled(title, state.theme.style(Role::Title)));
        let inner = block.inner(place);
        frame.render_widget(block, place);
        let mut lines = lines(state, side, first.filter(|_| at > 0), usize::from(inner.width), compare.job.is_some());
        let hidden = lines.len().saturating_sub(usize::from(inner.height));
        lines.drain(..compare.scroll.min(hidden));
        frame.render_widget(Paragraph::new(lines), inner);
    }
}

/// An answer: what it is, its statement, what sets it apart, its rows.
fn lines(state: &State, side: &Side, first: Option<&Table>, width: usize, loading: bool) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut put = |words: &str, role: Role| {
        let words = text::sanitize(words).into_owned();
        lines.extend(wrap(&words, width.max(1)).into_iter().map(|line| Line::styled(line, state.theme.style(role))));
    };
    put(&side.remark, if side.runs { Role::Good } else { Role::Error });
    let sql: Vec<String> = side.sql.lines().flat_map(|line| wrap(&text::sanitize(&line.replace('\t', "  ")), width.max(1))).collect();
    for line in sql.iter().take(SQL_LINES) {
        put(line, Role::Plain);
    }
    if sql.len() > SQL_LINES {
        put("...", Role::Muted);
    }
    let compared = match (&side.compared, loading && side.runs) {
        (Some(compared), _) => compared,
        (None, true) => {
            put("running it ...", Role::Muted);
            return lines;
        }
        (None, false) => return lines,
    };
    match &compared.table {
        Err(failure) => put(&format!("error: {}", failure.message), Role::Error),
        Ok(table) => {
            let more = if table.truncated { "the first " } else { "" };
            let columns = text::counted(table.columns.len() as u64, "column", "columns");
            put(&format!("{more}{}, {columns}", text::counted(table.rows.len() as u64, "row", "rows")), Role::Title);
            if let Some(difference) = &compared.difference {
                for words in said(difference) {
                    put(&words, Role::Attention);
                }
            }
            lines.push(Line::default());
            lines.extend(rows(state, table, compared.difference.as_ref(), first, width));
        }
    }
    lines
}

/// What sets a result apart, in words.
fn said(difference: &Difference) -> Vec<String> {
    let rows = |count: usize| text::counted(count as u64, "row", "rows");
    let mut out = Vec::new();
    if !difference.columns_added.is_empty() {
        out.push(format!("columns only here: {}", difference.columns_added.join(", ")));
    }
    if !difference.columns_missing.is_empty() {
        out.push(format!("columns only in 1: {}", difference.columns_missing.join(", ")));
    }
    match (difference.added.len(), difference.missing.len()) {
        (0, 0) if difference.reordered => out.push("the same rows in another order".into()),
        (0, 0) if out.is_empty() => out.push("the same rows".into()),
        (0, 0) => out.push(format!("the rest is the same in {}", rows(difference.shared))),
        (added, missing) => out.push(format!("{} only here (+), {} only in 1 (-), {} in both", rows(added), missing, difference.shared)),
    }
    out
}

/// The rows as a table: those of this side alone first, then those that it lacks, then the shared ones.
fn rows(state: &State, table: &Table, difference: Option<&Difference>, first: Option<&Table>, width: usize) -> Vec<Line<'static>> {
    let none = Difference::default();
    let apart = difference.unwrap_or(&none);
    let shared = (0..table.rows.len()).filter(|at| !apart.added.contains(at));
    let added = apart.added.iter().map(|&at| ('+', Role::Good, table.rows.get(at)));
    let missing = apart.missing.iter().map(|&at| ('-', Role::Error, first.and_then(|first| first.rows.get(at))));
    let shared = shared.map(|at| (' ', Role::Plain, table.rows.get(at)));
    let all: Vec<(char, Role, Vec<String>)> = added
        .chain(missing)
        .chain(shared)
        .take(ROWS)
        .filter_map(|(mark, role, row)| Some((mark, role, row?.iter().map(cell_to_text).collect())))
        .collect();
    let names: Vec<String> = table.columns.iter().map(|column| text::sanitize(&column.name).into_owned()).collect();
    let widths: Vec<usize> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let cells = all.iter().filter_map(|(_, _, row)| row.get(at)).map(|cell| text::width(cell));
            cells.fold(text::width(name), usize::max).clamp(1, CELL)
        })
        .collect();
    let line = |mark: char, role: Role, cells: &[String]| {
        let mut words = format!("{mark} ");
        for (cell, &own) in cells.iter().zip(&widths) {
            let cell = text::ellipsis(cell, own);
            words.push_str(&format!("{cell}{}  ", " ".repeat(own.saturating_sub(text::width(&cell)))));
        }
        let words = text::ellipsis(words.trim_end(), width).into_owned();
        Line::from(Span::styled(words, state.theme.style(role)))
    };
    std::iter::once(line(' ', Role::Header, &names)).chain(all.iter().map(|(mark, role, cells)| line(*mark, *role, cells))).collect()
}
