//! Results: looked at, sorted, filtered, copied, summed up, drawn, written.

use ratatui::layout::Rect;
use ratatui::widgets::Block;

use super::super::cells::in_full;
use super::super::chart::Chart;
use super::super::dates::Shown;
use super::super::event::Effect;
use super::super::keys::Action;
use super::super::layout::places;
use super::super::picker::{Choice, Item, Picker, PickerKind};
use super::super::results::Content;
use super::super::state::{Laid, Pane, State, Window};
use super::super::train::command;
use super::super::view::{visible_columns, visible_rows};
use super::{note, submit, warn};
use crate::db::Cell;
use crate::db::export::{cell_to_copy, cell_to_field};
use crate::db::spool::Arrangement;
use crate::jobs::{CopyForm, CopyWork, ExportFormat, ResultWork, Work};
use crate::text;

/// Names of columns are cut to this many columns of the screen in a record.
const NAME_WIDTH: usize = 30;
/// Lines of the screen that a record's window leaves to others.
const SOME: usize = 4;

/// Whether `action` is about rows and there are none, which is said then.
pub(super) fn are_missing(state: &mut State, action: Action) -> bool {
    let results = &state.tab().results;
    let missing = match action {
        Action::CopyCell if state.window.is_some() => false,
        // A filter that keeps no row can be changed.
        Action::Filter => state.focus == Pane::Results && results.spool().is_none(),
        Action::Sort | Action::Summary | Action::CopyAll | Action::CopyColumn => results.spool().is_none(),
        Action::OpenCell | Action::CopyCell | Action::CopyRow => results.cell().is_none(),
        _ => false,
    };
    if missing {
        let why = results.without_rows();
        warn(state, format!("there are no rows here; {why}"));
    }
    missing
}

pub(super) fn open_cell(state: &mut State) {
    let results = &state.tab().results;
    if let (Some(cell), Some(name)) = (results.cell(), results.column_name()) {
        let title = name.to_owned();
        let text = results.dates.in_full(results.column, &cell).unwrap_or_else(|| in_full(&cell));
        // What is copied is the cell, as it is copied from the rows: not its date, nor its JSON indented.
        state.window = Some(Window::Text { title, text, scroll: 0, copied: Some(cell_to_copy(&cell)), laid: Laid::default() });
    }
}

/// Makes columns wide enough for what is in view now.
pub(super) fn measure_view(state: &mut State) {
    if state.tab().results.spool().is_none() || state.tab().results.chart.is_some() {
        return;
    }
    let all = places(state, Rect::new(0, 0, state.size.0, state.size.1));
    let Some((_, area)) = all.panes.into_iter().find(|(pane, _)| *pane == Pane::Results) else { return };
    let inner = Block::bordered().inner(area);
    let results = &mut state.tab_mut().results;
    let (first, count) = visible_rows(results, usize::from(inner.height));
    let columns = visible_columns(results, usize::from(inner.width));
    let columns: Vec<usize> = columns.into_iter().map(|(column, _)| column).collect();
    results.measure_view(first, count, &columns);
}

/// Shows the row under the cursor with its columns one below the other.
pub(super) fn open_record(state: &mut State) {
    let results = &state.tab().results;
    let (Some(spool), Some(cells)) = (results.spool(), results.cells()) else {
        let why = results.without_rows();
        warn(state, format!("there is no row here; {why}"));
        return;
    };
    let names: Vec<String> = spool.columns().iter().map(|column| text::sanitize(&column.name).into_owned()).collect();
    let width = names.iter().map(|name| text::width(name)).max().unwrap_or(0).min(NAME_WIDTH);
    let (mut out, mut above) = (String::new(), 0);
    for (column, (name, cell)) in names.iter().zip(&cells).enumerate() {
        let first_line = |full: String| full.lines().next().unwrap_or_default().to_owned();
        let value = match (results.dates.in_full(column, cell), cell) {
            (Some(dated), _) => first_line(dated),
            (None, Cell::Blob(_)) => first_line(in_full(cell)),
            (None, _) => in_full(cell),
        };
        if column == results.column {
            above = out.matches('\n').count();
        }
        let name = text::ellipsis(name, width);
        let gap = " ".repeat(width - text::width(&name));
        // Lines after the first stand below it.
        let value = value.replace('\n', &format!("\n{}", " ".repeat(width + 2)));
        out.push_str(&format!("{name}{gap}  {value}\n"));
    }
    let title = format!("Row {} of {}", text::count(results.row as u64 + 1), text::count(results.len() as u64));
    // It begins at the cursor's column, where that would be out of view.
    let scroll = if above + SOME < usize::from(state.size.1) { 0 } else { above.saturating_sub(1) };
    state.window = Some(Window::Text { title, text: out, scroll, copied: None, laid: Laid::default() });
}

/// Shows dates in place of the numbers that count time, or the numbers again.
pub(super) fn turn_dates(state: &mut State) {
    match state.tab_mut().results.turn_dates() {
        None => warn(state, "no column of this result is known to count time"),
        Some(Shown::Sure) => note(state, "dates in place of the numbers that count time"),
        Some(Shown::All) => note(state, "dates also where it is open what a number counts: a guess, marked #?"),
        Some(Shown::Stored) => note(state, "numbers, as they are stored"),
    }
}

pub(super) fn copy_cell(state: &mut State) -> Vec<Effect> {
    if let Some(Window::Text { text, copied, .. }) = &state.window {
        let text = copied.as_ref().unwrap_or(text).clone();
        note(state, "copied");
        return vec![Effect::Copy(text)];
    }
    if let Some(Window::Check(pages)) = &state.window {
        let line = command(&pages.checked.words);
        note(state, "command line copied");
        return vec![Effect::Copy(line)];
    }
    let Some(cell) = state.tab().results.cell() else { return Vec::new() };
    note(state, "cell copied");
    vec![Effect::Copy(cell_to_copy(&cell))]
}

pub(super) fn copy_row(state: &mut State) -> Vec<Effect> {
    let results = &state.tab().results;
    let Some(cells) = results.cells() else { return Vec::new() };
    let shown = results.columns.shown();
    let fields: Vec<String> = shown.iter().filter_map(|column| cells.get(*column)).map(cell_to_field).collect();
    note(state, "row copied");
    vec![Effect::Copy(fields.join("\t"))]
}

pub(super) fn copy_rows(state: &mut State, one_column: bool) -> Vec<Effect> {
    let results = &state.tab().results;
    let Some(spool) = results.spool().cloned() else { return Vec::new() };
    let columns = if one_column { vec![results.column] } else { results.columns.shown() };
    let what = CopyWork { columns, row: None, form: if one_column { CopyForm::Bare } else { CopyForm::Tabs } };
    let order = results.order.clone();
    submit(state, Work::Result(ResultWork::Copy { spool, order, what })).1
}

/// Asks for the rows as they are wanted; what is on its way for an older wish is stopped.
fn arrange(state: &mut State, arrangement: Arrangement) -> Vec<Effect> {
    let Some(spool) = state.tab().results.spool().cloned() else { return Vec::new() };
    let mut effects = Vec::new();
    for job in state.running.iter_mut().filter(|job| matches!(job.work, Work::Result(ResultWork::Arrange { .. }))) {
        job.stopping = true;
        effects.push(Effect::Cancel(job.job));
    }
    if arrangement == Arrangement::default() {
        let results = &mut state.tab_mut().results;
        results.order = None;
        return effects;
    }
    effects.extend(submit(state, Work::Result(ResultWork::Arrange { spool, arrangement })).1);
    effects
}

pub(super) fn sort(state: &mut State) -> Vec<Effect> {
    let wanted = state.tab_mut().results.turn_sort();
    arrange(state, wanted)
}

/// What is typed as a filter changed.
pub(super) fn filter_typed(state: &mut State) -> Vec<Effect> {
    let wanted = state.tab_mut().results.take_filter();
    arrange(state, wanted)
}

pub(super) fn summary(state: &mut State) -> Vec<Effect> {
    let results = &state.tab().results;
    let Some(spool) = results.spool().cloned().filter(|_| !results.widths.is_empty()) else { return Vec::new() };
    let (order, column) = (results.order.clone(), results.column);
    submit(state, Work::Result(ResultWork::Summarise { spool, order, column })).1
}

/// Draws the rows, or goes back to them.
pub(super) fn chart(state: &mut State) -> Vec<Effect> {
    if state.tab_mut().results.chart.take().is_some() {
        return Vec::new();
    }
    let results = &state.tab().results;
    let Some(spool) = results.spool() else {
        let why = results.without_rows();
        warn(state, format!("there are no rows to draw; {why}"));
        return Vec::new();
    };
    let Some(chart) = Chart::of(spool, &results.dates, results.column) else {
        warn(state, "no column of this result holds numbers");
        return Vec::new();
    };
    super::focus(state, Pane::Results);
    state.tab_mut().results.chart = Some(chart);
    draw(state)
}

pub(super) fn turn_chart(state: &mut State, action: Action, by: isize) -> Vec<Effect> {
    let Some(chart) = &mut state.tab_mut().results.chart else { return Vec::new() };
    match action {
        Action::ChartKind => chart.turn_kind(),
        Action::ChartX => chart.turn_x(by),
        _ => chart.turn_y(by),
    }
    draw(state)
}

/// Asks for what the chart needs.
pub(super) fn draw(state: &mut State) -> Vec<Effect> {
    let results = &state.tab().results;
    let (Some(spool), Some(chart)) = (results.spool().cloned(), &results.chart) else { return Vec::new() };
    let area = Rect::new(0, 0, state.size.0, state.size.1);
    let pane = places(state, area).panes.into_iter().find(|(pane, _)| *pane == Pane::Results);
    let height = pane.map_or(0, |(_, area)| usize::from(area.height.saturating_sub(2)));
    let work = ResultWork::Chart { spool, order: results.order.clone(), chart: chart.work(height) };
    let (job, effects) = submit(state, Work::Result(work));
    if let Some(chart) = &mut state.tab_mut().results.chart {
        chart.job = Some(job);
    }
    effects
}

/// Offers the forms in which a result can be written.
pub(super) fn export(state: &mut State) -> Vec<Effect> {
    if !matches!(state.tab().results.content, Content::Rows { .. }) {
        let why = state.tab().results.without_rows();
        warn(state, format!("there is no result to export; {why}"));
        return Vec::new();
    }
    let item = |format: ExportFormat| {
        let (label, detail) = format.title().split_once(": ").unwrap_or((format.title(), ""));
        Item { label: label.into(), detail: detail.into(), choice: Choice::Format(format) }
    };
    state.window = Some(Window::List(Picker::new(PickerKind::Export, ExportFormat::ALL.map(item).to_vec())));
    Vec::new()
}
