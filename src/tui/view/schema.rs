//! The schema pane.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

use super::super::state::{Pane, State, called};
use super::super::theme::Role;
use super::super::tree::{TreeRow, file_name, kind_mark};
use super::frame::{first_line, frame_of, goes_on, with_more};
use crate::jobs::Work;
use crate::schema::{Column, DatabaseSet, KeyOrigin, Table, TableKind};
use crate::text;

pub(super) fn schema(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let rows = state.tree.rows(&state.schema);
    let filter = match (state.tree.filtering, &*state.tree.filter) {
        (true, _) => {
            let (before, after) = state.tree.filter.around();
            format!("/{}▏{}", text::sanitize(before), text::sanitize(after))
        }
        (false, "") => {
            let views = state.schema.tables.iter().filter(|table| table.kind == TableKind::View).count();
            let tables = text::counted((state.schema.tables.len() - views) as u64, "table", "tables");
            if views == 0 { tables } else { format!("{tables}, {}", text::counted(views as u64, "view", "views")) }
        }
        (false, filter) => format!("/{}", text::sanitize(filter)),
    };
    let inner = Block::bordered().inner(area);
    let height = usize::from(inner.height);
    let first = first_line(state.tree.selected, rows.len(), height);
    let (more, counted) = (goes_on(first, rows.len(), height), state.tree.filter.is_empty());
    let note = match with_more(filter.clone(), more.clone()) {
        note if text::width(&note) + 4 <= usize::from(area.width) => note,
        // What has no room would be cut at its beginning: a count that is another number.
        _ if counted => more,
        _ => filter,
    };
    let block = frame_of(state, Pane::Schema, "Schema", note);
    frame.render_widget(block, area);
    if rows.is_empty() {
        let opening = state.running.iter().find(|job| matches!(job.work, Work::Open { .. }));
        let (words, role) = match (&state.open_failure, opening.is_none(), state.tree.filter.is_empty()) {
            (Some(_), ..) => ("not open", Role::Error),
            (None, _, false) => ("no name contains this", Role::Muted),
            _ if state.database.is_empty() && opening.is_none() => ("", Role::Muted),
            (None, true, true) => ("no tables", Role::Muted),
            (None, false, true) => ("reading ...", Role::Muted),
        };
        frame.render_widget(Paragraph::new(Span::styled(words, state.theme.style(role))), inner);
        return;
    }
    let width = usize::from(inner.width);
    let lines: Vec<Line<'_>> = rows
        .iter()
        .enumerate()
        .skip(first)
        .take(height)
        .map(|(number, row)| {
            let line = match *row {
                TreeRow::File { file, open } => Some(file_line(state, file, open, width)),
                TreeRow::Table { table, open } => state.schema.tables.get(table).map(|table| table_line(state, table, open, width)),
                TreeRow::Column { table, column } => {
                    let table = state.schema.tables.get(table);
                    table.and_then(|table| table.columns.get(column).map(|column| column_line(state, table, column, width)))
                }
            };
            let line = line.unwrap_or_default();
            if number == state.tree.selected && state.focus == Pane::Schema { line.style(state.theme.style(Role::Selected)) } else { line }
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// `left` and `right` with blanks between them, on a line of `width`; the left part gives way.
fn justified(state: &State, left: String, left_role: Role, right: String, width: usize) -> Line<'static> {
    let room = width.saturating_sub(text::width(&right) + 1);
    let left = text::ellipsis(&left, room).into_owned();
    let gap = width.saturating_sub(text::width(&left) + text::width(&right));
    Line::from(vec![
        Span::styled(left, state.theme.style(left_role)),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, state.theme.style(Role::Muted)),
    ])
}

/// A file by its name in statements, and by its own on the right.
fn file_line(state: &State, file: usize, open: bool, width: usize) -> Line<'static> {
    let set = DatabaseSet::read(&state.database);
    let name = file_name(&state.schema, file);
    let path = match file {
        0 => Some(set.main.as_str()),
        _ => set.beside.iter().find(|beside| beside.name == name).map(|beside| beside.file.as_str()),
    };
    // The bundled one lies under a name that nobody typed.
    let path = called(path.unwrap_or_default());
    let left = format!("{} {}", if open { "▾" } else { "▸" }, text::sanitize(name));
    let path = text::ellipsis(&text::sanitize(&path), width.saturating_sub(text::width(&left) + 2)).into_owned();
    justified(state, left, Role::Header, path, width)
}

fn table_line(state: &State, table: &Table, open: bool, width: usize) -> Line<'static> {
    let name = format!("{} {}", if open { "▾" } else { "▸" }, text::sanitize(&table.name));
    if let Some(reason) = &table.unreadable {
        // The reason gives way to the name.
        let room = width.saturating_sub(text::width(&name) + 1);
        let reason = text::ellipsis(&text::sanitize(reason), room).into_owned();
        return justified(state, name, Role::Muted, reason, width);
    }
    let count = match (kind_mark(table.kind), table.row_count) {
        ("", Some(count)) => text::count(count),
        ("", None) => String::new(),
        (mark, _) => mark.to_owned(),
    };
    justified(state, name, Role::Title, count, width)
}

fn column_line(state: &State, table: &Table, column: &Column, width: usize) -> Line<'static> {
    let named = |names: &[String]| names.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
    let room = width / 2;
    let key = match (named(&table.primary_key), table.foreign_keys.iter().find(|key| named(&key.columns))) {
        (true, _) => "* ".to_owned(),
        (false, Some(key)) if key.origin != KeyOrigin::Inferred => format!("→{} ", text::ellipsis(&text::sanitize(&key.foreign_table), 10)),
        (false, Some(key)) => format!("~{} ", text::ellipsis(&text::sanitize(&key.foreign_table), 10)),
        (false, None) => String::new(),
    };
    let declared = text::sanitize(&column.declared_type).to_lowercase();
    // A name says more than a type: the right side takes at most half, and drops the type where a key stands there.
    let right = match text::width(&key) + text::width(&declared) <= room {
        true => format!("{key}{declared}"),
        false if key.is_empty() => text::ellipsis(&declared, room).into_owned(),
        false => text::ellipsis(key.trim_end(), room).into_owned(),
    };
    justified(state, format!("    {}", text::sanitize(&column.name)), Role::Plain, right, width)
}
