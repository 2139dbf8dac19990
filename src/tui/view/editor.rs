//! The SQL pane: the editor's text with colours. Drawn here, because the widget knows no highlighting.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph};
use ratatui_textarea::TextArea;
use unicode_segmentation::UnicodeSegmentation;

use super::super::completion::Completion;
use super::super::state::{Pane, State};
use super::super::theme::{Role, Theme};
use super::frame::{first_line, frame_of, goes_on, with_more};
use crate::sql::complete::NameKind;
use crate::sql::highlight::highlight;
use crate::text;

/// A longer text is drawn without colours: they would cost more than a frame may take.
const COLOURED: usize = 100_000;
/// Names drawn at once.
const NAMES: u16 = 8;

pub(super) fn editor(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let tab = state.tab();
    let mode = if state.options.vim { format!("vim: {}", tab.vim.mode.name()) } else { String::new() };
    let mut title = if state.tabs.len() > 1 { format!("SQL {}/{}", state.tab + 1, state.tabs.len()) } else { "SQL".into() };
    if let Some(file) = tab.file_name() {
        title.push_str(&format!(": {}", text::ellipsis(&text::sanitize(&file), 30)));
    }
    let height = usize::from(Block::bordered().inner(area).height);
    let first = first_row(&tab.editor, height);
    let note = with_more(mode, goes_on(first, tab.editor.lines().len(), height));
    let block = frame_of(state, Pane::Editor, &title, note);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let cursor = draw(state, frame, &tab.editor, inner, true, state.focus == Pane::Editor);
    if let (Some(completion), true) = (&tab.completion, state.focus == Pane::Editor && state.window.is_none()) {
        names(state, frame, completion, cursor);
    }
}

/// Draws a text with its cursor, scrolled so that the cursor is in view. Gives the cursor's place on the screen.
pub(super) fn draw(state: &State, frame: &mut Frame<'_>, text: &TextArea<'_>, area: Rect, is_sql: bool, focused: bool) -> Position {
    let row = text.cursor().0;
    let (height, width) = (usize::from(area.height), usize::from(area.width));
    let first_row = first_row(text, height);
    let cursor = cursor_column(text);
    let first_column = match is_sql {
        true => first_column(text, width, focused),
        false => (cursor + 1).saturating_sub(width),
    };
    let short = text.lines().iter().map(String::len).sum::<usize>() < COLOURED;
    let lines: Vec<Line<'_>> = if is_sql && short {
        coloured(state.theme, text.lines()).into_iter().skip(first_row).take(height).map(|line| from_column(line, first_column)).collect()
    } else {
        let lines = text.lines().iter().skip(first_row).take(height);
        lines.map(|line| Line::raw(columns(&shown(&cut(line, first_column, width)), 0, width, first_column))).collect()
    };
    frame.render_widget(Paragraph::new(lines), area);
    if let Some(((from_row, from), (to_row, to))) = text.selection_range() {
        for number in from_row.max(first_row)..=to_row.min(first_row + height.saturating_sub(1)) {
            let Some(line) = text.lines().get(number) else { continue };
            let place = |column: usize| text::width(&shown(&line.chars().take(column).collect::<String>()));
            let from = if number == from_row { place(from) } else { 0 };
            let to = if number == to_row { place(to) } else { text::width(&shown(line)) };
            for column in from.saturating_sub(first_column)..to.saturating_sub(first_column).min(width) {
                let at = Position::new(area.x + column as u16, area.y + (number - first_row) as u16);
                if let Some(cell) = frame.buffer_mut().cell_mut(at) {
                    cell.modifier.insert(Modifier::REVERSED);
                }
            }
        }
    }
    if is_sql {
        mark_cut(state, frame, text, area, first_row, first_column);
    }
    let (x, y) = (cursor.saturating_sub(first_column) as u16, row.saturating_sub(first_row) as u16);
    let at = Position::new(area.x + x.min(area.width.saturating_sub(1)), area.y + y.min(area.height.saturating_sub(1)));
    if focused && state.window.is_none() {
        frame.set_cursor_position(at);
    }
    at
}

/// Draws one line of text over as many as `area` has, broken where they are full; those with the cursor are in view.
pub(super) fn wrapped(state: &State, frame: &mut Frame<'_>, text: &TextArea<'_>, area: Rect, focused: bool) {
    let width = usize::from(area.width).max(1);
    let line = text.lines().first().map(String::as_str).unwrap_or_default();
    let mut lines = vec![String::new()];
    let (mut at, mut characters) = (0, 0);
    let mut cursor = None;
    for grapheme in line.graphemes(true) {
        let drawn = shown(grapheme);
        let wide = text::width(&drawn);
        if at + wide > width && at > 0 {
            lines.push(String::new());
            at = 0;
        }
        if cursor.is_none() && characters >= text.cursor().1 {
            cursor = Some((at, lines.len() - 1));
        }
        characters += grapheme.chars().count();
        if let Some(last) = lines.last_mut() {
            last.push_str(&drawn);
        }
        at += wide;
    }
    if cursor.is_none() && at >= width {
        lines.push(String::new());
        at = 0;
    }
    let (column, row) = cursor.unwrap_or((at, lines.len() - 1));
    let first = (row + 1).saturating_sub(usize::from(area.height));
    let drawn: Vec<Line<'_>> = lines.into_iter().skip(first).take(usize::from(area.height)).map(Line::raw).collect();
    frame.render_widget(Paragraph::new(drawn), area);
    if focused && state.window.is_none() {
        let (x, y) = (area.x + (column as u16).min(area.width.saturating_sub(1)), area.y + (row - first) as u16);
        frame.set_cursor_position(Position::new(x, y.min(area.bottom().saturating_sub(1))));
    }
}

/// Marks lines that go on to the left or to the right of what is drawn.
fn mark_cut(state: &State, frame: &mut Frame<'_>, text: &TextArea<'_>, area: Rect, first_row: usize, first_column: usize) {
    let width = usize::from(area.width);
    let muted = state.theme.style(Role::Muted);
    for (number, line) in text.lines().iter().skip(first_row).take(usize::from(area.height)).enumerate() {
        let y = area.y + number as u16;
        // Of a very long line it is enough to know that it is longer.
        let wide = text::width(&shown(&cut(line, first_column, width)));
        let mut put = |x: u16, sign: &str| {
            if let Some(cell) = frame.buffer_mut().cell_mut(Position::new(x, y)) {
                cell.set_symbol(sign).set_style(muted);
            }
        };
        if first_column > 0 && !line.is_empty() {
            put(area.x, "‹");
        }
        if wide > first_column + width {
            put(area.right().saturating_sub(1), "›");
        }
    }
}

/// The first line to draw in `height`, so that the cursor is in view.
/// The column of the screen that the cursor has in its whole line.
fn cursor_column(text: &TextArea<'_>) -> usize {
    let before: String = text.lines().get(text.cursor().0).map(|line| line.chars().take(text.cursor().1).collect()).unwrap_or_default();
    text::width(&shown(&before))
}

/// The first column of SQL in view: where nothing is typed, lines are read from their beginning.
fn first_column(text: &TextArea<'_>, width: usize, focused: bool) -> usize {
    // The last column is the mark's, where the line goes on.
    if focused { (cursor_column(text) + 2).saturating_sub(width) } else { 0 }
}

/// The row and the character of SQL that is drawn at a column and row of `area`, inside it.
pub(crate) fn place_in_sql(text: &TextArea<'_>, area: Rect, (column, row): (usize, usize), focused: bool) -> (usize, usize) {
    let row = (first_row(text, usize::from(area.height)) + row).min(text.lines().len().saturating_sub(1));
    let line = text.lines().get(row).map(String::as_str).unwrap_or_default();
    let mut left = first_column(text, usize::from(area.width), focused) + column;
    let mut characters = 0;
    for grapheme in line.graphemes(true) {
        let wide = text::width(&shown(grapheme));
        if wide > left {
            break;
        }
        left -= wide;
        characters += grapheme.chars().count();
    }
    (row, characters)
}

fn first_row(text: &TextArea<'_>, height: usize) -> usize {
    (text.cursor().0 + 1).saturating_sub(height)
}

fn shown(text: &str) -> String {
    text::sanitize(&text.replace('\t', "  ")).into_owned()
}

/// No more of a long line than can be in view: a character takes at least no columns and at most ten when it is escaped.
fn cut(line: &str, first_column: usize, width: usize) -> String {
    line.chars().take(first_column + width + 1).collect()
}

/// The part of `text` from `first` columns on; `from` columns are left out already.
fn columns(text: &str, from: usize, width: usize, first: usize) -> String {
    let mut at = from;
    let mut out = String::new();
    for grapheme in text.graphemes(true) {
        if at >= first && at < first + width {
            out.push_str(grapheme);
        }
        at += text::width(grapheme);
    }
    out
}

/// `line` without its first `first` columns.
fn from_column(line: Line<'static>, first: usize) -> Line<'static> {
    if first == 0 {
        return line;
    }
    let mut at = 0;
    let spans = line.spans.into_iter().map(|span| {
        let width = text::width(&span.content);
        let kept = columns(&span.content, at, usize::MAX / 2, first);
        at += width;
        Span::styled(kept, span.style)
    });
    Line::from(spans.collect::<Vec<_>>())
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

/// The names offered, below the cursor or above it.
fn names(state: &State, frame: &mut Frame<'_>, completion: &Completion, cursor: Position) {
    let screen = frame.area();
    let lines: Vec<(String, String)> = completion
        .names
        .iter()
        .map(|name| {
            let mark = match name.kind {
                NameKind::Table => "T",
                NameKind::Database => "D",
                NameKind::Column => "c",
                NameKind::Keyword => " ",
            };
            (format!("{mark} {}", text::sanitize(&name.text)), text::ellipsis(&text::sanitize(&name.detail), 24).into_owned())
        })
        .collect();
    let count = (lines.len() as u16).min(NAMES);
    let left = lines.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0).min(32);
    let right = lines.iter().map(|(_, detail)| text::width(detail)).max().unwrap_or(0);
    let width = ((left + right + 4) as u16).min(screen.width);
    let height = count + 2;
    let below = screen.height.saturating_sub(cursor.y + 1) >= height;
    let y = if below { cursor.y + 1 } else { cursor.y.saturating_sub(height) };
    let x = cursor.x.saturating_sub(completion.around.0 as u16 + 3).min(screen.width.saturating_sub(width));
    let area = Rect { x, y, width, height: height.min(screen.height) };
    let first = first_line(completion.selected, lines.len(), usize::from(count));
    let drawn: Vec<Line<'_>> = lines
        .iter()
        .enumerate()
        .skip(first)
        .take(usize::from(count))
        .map(|(number, (name, detail))| {
            let name = text::ellipsis(name, left);
            let gap = " ".repeat(left + 2 - text::width(&name));
            let line = Line::from(vec![Span::raw(format!("{name}{gap}")), Span::styled(detail.clone(), state.theme.style(Role::Muted))]);
            if number == completion.selected { line.style(state.theme.style(Role::Selected)) } else { line }
        })
        .collect();
    frame.render_widget(Clear, area);
    let block = Block::new().borders(Borders::ALL).border_style(state.theme.style(Role::FocusedBorder));
    frame.render_widget(Paragraph::new(drawn).block(block), area);
}
