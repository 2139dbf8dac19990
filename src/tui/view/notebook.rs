//! A notebook: its cells in a list, below it the selected one, what it keeps beside what it gives now.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph};

use super::super::advice::here;
use super::super::notebook::{NotebookPage, Standing};
use super::super::state::{State, is_same_database};
use super::super::theme::Role;
use super::conversation::wrap;
use super::frame::{first_line, goes_on};
use crate::db::Table;
use crate::notebook::{Change, PairKind, Statement, Verdict, beside};
use crate::schema::DatabaseSet;
use crate::text;

/// Lines of the list at most.
const LISTED: usize = 8;
/// Rows of a result that are laid out.
const ROWS: usize = 500;
/// Lines of SQL above a result.
const SQL_LINES: usize = 12;

pub(super) fn notebook(state: &State, frame: &mut Frame<'_>, area: Rect, page: &NotebookPage) {
    frame.render_widget(Clear, area);
    let name = page.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let count = page.notebook.cells.len();
    let differing = (0..count).filter(|at| page.standing(*at) == Standing::Differs).count();
    let failed = (0..count).filter(|at| page.standing(*at) == Standing::Failed).count();
    let mut title = format!("[{}: {}", text::sanitize(&name), text::counted(count as u64, "cell", "cells"));
    match (page.job.is_some(), page.ran.is_empty()) {
        (true, _) => title.push_str(", running"),
        (false, true) => title.push_str(", not run yet"),
        (false, false) if differing + failed == 0 => title.push_str(", nothing differs"),
        (false, false) => title.push_str(&format!(", differing {differing}, failed {failed}")),
    }
    title.push(']');
    let block = Block::new().borders(Borders::ALL).border_style(state.theme.style(Role::FocusedBorder)).title(Line::styled(
        text::ellipsis(&title, usize::from(area.width.saturating_sub(2))).into_owned(),
        state.theme.style(Role::Title),
    ));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let listed = count.clamp(1, LISTED).min(usize::from(inner.height) / 3).max(1);
    let [list, rule, below] = Layout::vertical([Constraint::Length(listed as u16), Constraint::Length(1), Constraint::Min(1)]).areas(inner);
    frame.render_widget(Paragraph::new(cells(state, page, usize::from(list.width), listed)), list);
    let (lines, width) = (lines(state, page, usize::from(below.width)), usize::from(rule.width));
    let height = usize::from(below.height);
    let scroll = page.scroll.min(lines.len().saturating_sub(height));
    let more = goes_on(scroll, lines.len(), height);
    let more = if more.is_empty() { more } else { format!(" {more} ") };
    let dashes = "─".repeat(width.saturating_sub(text::width(&more)));
    frame.render_widget(Paragraph::new(Line::styled(format!("{dashes}{more}"), state.theme.style(Role::Border))), rule);
    frame.render_widget(Paragraph::new(lines.into_iter().skip(scroll).take(height).collect::<Vec<_>>()), below);
}

fn cells(state: &State, page: &NotebookPage, width: usize, listed: usize) -> Vec<Line<'static>> {
    let count = page.notebook.cells.len();
    if count == 0 {
        return vec![Line::styled("no block ```sql or ```question in this file", state.theme.style(Role::Muted))];
    }
    let first = first_line(page.selected, count, listed);
    let line = |at: usize| {
        let cell = page.notebook.cells.get(at);
        let title = cell.map(|cell| cell.title()).filter(|title| !title.is_empty()).map(str::to_owned);
        let sql = || cell.and_then(|cell| cell.sql.as_ref()).map(|(sql, _)| sql.clone()).unwrap_or_default();
        let title = title.unwrap_or_else(sql).split_whitespace().collect::<Vec<_>>().join(" ");
        let standing = page.standing(at);
        let (sign, word) = standing.word();
        let room = width.saturating_sub(text::width(word) + 6);
        let title = text::ellipsis(&text::sanitize(&title), room).into_owned();
        let gap = " ".repeat(room.saturating_sub(text::width(&title)) + 2);
        let role = match standing {
            Standing::Same => Role::Good,
            Standing::Differs => Role::Attention,
            Standing::Failed => Role::Error,
            _ => Role::Muted,
        };
        let line = Line::from(vec![
            Span::styled(format!("{sign} "), state.theme.style(role)),
            Span::raw(title),
            Span::raw(gap),
            Span::styled(word, state.theme.style(role)),
        ]);
        if at == page.selected { line.style(state.theme.style(Role::Selected)) } else { line }
    };
    (first..count.min(first + listed)).map(line).collect()
}

/// The selected cell.
fn lines(state: &State, page: &NotebookPage, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let mut put = |words: &str, role: Role| {
        let words = text::sanitize_lines(words).replace('\t', "  ");
        let wrapped = words.lines().flat_map(|line| wrap(line, width.max(1)));
        out.extend(wrapped.map(|line| Line::styled(line, state.theme.style(role))));
    };
    let Some(cell) = page.cell() else { return out };
    if let Some(named) = page.database.as_ref().filter(|_| page.selected == 0) {
        let is_open = is_same_database(named, &state.database, &state.options.folder);
        if !is_open {
            let open = if state.database.is_empty() { "none is open".into() } else { format!("{} is open", state.database_name()) };
            let named = DatabaseSet::read(named).in_line();
            put(&format!("The notebook names {named}, and {open}; o opens it."), Role::Attention);
        }
    }
    if let Some((question, _)) = &cell.question {
        put(question, Role::Title);
    }
    let Some((sql, _)) = &cell.sql else {
        put("No SQL yet: Enter asks the question.", Role::Muted);
        return out;
    };
    sql.trim_end().lines().take(SQL_LINES).for_each(|line| put(line, Role::Plain));
    if sql.trim_end().lines().count() > SQL_LINES {
        put("...", Role::Muted);
    }
    let statements = page.statements(page.selected);
    if statements.is_empty() {
        let kept = cell.kept.iter().map(|block| &block.result);
        for result in kept {
            out.push(Line::default());
            match result {
                Ok(kept) => out.extend(kept_alone(state, &kept.table, width)),
                Err(problem) => out.push(Line::styled(
                    text::sanitize(&format!("what is kept cannot be read: {problem}")).into_owned(),
                    state.theme.style(Role::Error),
                )),
            }
        }
        return out;
    }
    for statement in statements {
        out.push(Line::default());
        out.extend(compared(state, statement, width));
    }
    out
}

fn kept_alone(state: &State, table: &Table, width: usize) -> Vec<Line<'static>> {
    let all = Change { shared: (0..table.rows.len()).map(|at| (at, at)).collect(), ..Change::default() };
    let pairs = beside(table, &Table::default(), &all, 2 * width + 3, ROWS);
    let rows = text::counted(table.rows.len() as u64, "row", "rows");
    let cut = if table.truncated { ", cut there" } else { "" };
    let first = Line::styled(format!("kept: {rows}{cut}; r runs it"), state.theme.style(Role::Muted));
    let rest = pairs.into_iter().skip(1).map(|pair| {
        let role = if pair.kind == PairKind::Header { Role::Header } else { Role::Plain };
        Line::styled(pair.line, state.theme.style(role))
    });
    std::iter::once(first).chain(rest).collect()
}

fn compared(state: &State, statement: &Statement, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let mut put = |words: String, role: Role| {
        let words = text::sanitize(&words).into_owned();
        out.extend(wrap(&words, width.max(1)).into_iter().map(|line| Line::styled(line, state.theme.style(role))));
    };
    let now = &statement.now.table;
    let rows = text::counted(now.rows.len() as u64, "row", "rows");
    let none = Table::default();
    let kept = statement.kept.as_ref().map_or(&none, |kept| &kept.table);
    let all = || Change { shared: (0..now.rows.len()).map(|at| (at, at)).collect(), ..Change::default() };
    let change = match &statement.verdict {
        Verdict::Failed(error) => {
            let hint = error.hint().map(|hint| format!("; {}", here(&hint))).unwrap_or_default();
            put(format!("failed: {error}{hint}"), Role::Error);
            return out;
        }
        Verdict::Same => {
            put(format!("the same {rows}{}", if now.truncated { ", and more" } else { "" }), Role::Good);
            all()
        }
        Verdict::New => {
            put(format!("nothing is kept; now {rows}{}", if now.truncated { ", and more" } else { "" }), Role::Muted);
            Change { added: (0..now.rows.len()).collect(), ..Change::default() }
        }
        Verdict::Unreadable(problem) => {
            put(format!("what is kept cannot be read: {problem}"), Role::Error);
            Change { added: (0..now.rows.len()).collect(), ..Change::default() }
        }
        Verdict::Differs(change) => {
            put(change.said(kept, now), Role::Attention);
            change.clone()
        }
    };
    for pair in beside(kept, now, &change, width, ROWS) {
        let role = match pair.kind {
            PairKind::Header => Role::Header,
            PairKind::Note => Role::Muted,
            PairKind::Changed => Role::Attention,
            PairKind::Kept => Role::Error,
            PairKind::Now => Role::Good,
            PairKind::Same => Role::Plain,
        };
        out.push(Line::styled(pair.line, state.theme.style(role)));
    }
    out
}
