//! The columns of a result: held, hidden, pinned, moved; finding in it; copying it in other forms.

use super::super::event::Effect;
use super::super::keys::Action;
use super::super::picker::{Choice, Item, PickerKind};
use super::super::state::{PromptKind, State};
use super::list::{prompt, show};
use super::{note, submit, warn};
use crate::db::export::distinct_names;
use crate::jobs::{CopyForm, CopyWork, Found, ResultWork, Sought, Work};
use crate::sql::origins::origins;
use crate::sql::quote::identifier;
use crate::text;

/// Holds, hides, pins or moves the column under the cursor.
pub(super) fn columns(state: &mut State, action: Action) {
    let results = &mut state.tab_mut().results;
    if results.spool().is_none() {
        let why = results.without_rows();
        warn(state, format!("there is no result yet; {why}"));
        return;
    }
    let column = results.column;
    let said = match action {
        Action::HoldColumns => match results.columns.hold_to(column) {
            0 => "every column moves again".into(),
            held => format!("{} in view from now on", text::counted(held as u64, "column stays", "columns stay")),
        },
        Action::HideColumn => match results.columns.hide(column) {
            Some(next) => {
                results.column = next;
                let hidden = results.columns.hidden() as u64;
                let show = state.options.keymap.label_of(Action::ShowColumns);
                format!("{} hidden; {show} shows all; exports have every column", text::counted(hidden, "column is", "columns are"))
            }
            None => "the last column stays".into(),
        },
        Action::ShowColumns => match results.columns.show_all() {
            0 if results.columns.are_arranged() => {
                results.columns.reset();
                "the columns stand as they came".into()
            }
            0 => "no column is hidden".into(),
            shown => format!("{} shown again", text::counted(shown as u64, "column is", "columns are")),
        },
        Action::PinColumn => match results.columns.pin(column) {
            true => "the column stays in view, in front".into(),
            false => "the column moves with the others again".into(),
        },
        Action::ColumnLeft | Action::ColumnRight => match results.columns.shift(column, action == Action::ColumnRight) {
            true => return,
            false => "there is no column on that side".into(),
        },
        _ => return,
    };
    note(state, said);
}

/// Asks what to look for.
pub(super) fn ask_find(state: &mut State) {
    if state.tab().results.is_empty() {
        let why = state.tab().results.without_rows();
        warn(state, format!("there are no rows to look into; {why}"));
        return;
    }
    prompt(state, PromptKind::Find, "");
}

/// Looks for a text from the cursor on, its cell included; without one, for the next cell with what was looked for last.
pub(super) fn find(state: &mut State, text: &str) -> Vec<Effect> {
    if text.is_empty() {
        return look(state, false, false);
    }
    text.clone_into(&mut state.tab_mut().results.sought);
    look(state, true, false)
}

/// The next cell with what was looked for last, or the one before.
pub(super) fn find_again(state: &mut State, backwards: bool) -> Vec<Effect> {
    if state.tab().results.sought.is_empty() {
        ask_find(state);
        return Vec::new();
    }
    look(state, false, backwards)
}

fn look(state: &mut State, here: bool, backwards: bool) -> Vec<Effect> {
    let mut effects = Vec::new();
    for job in state.running.iter_mut().filter(|job| matches!(job.work, Work::Result(ResultWork::Find { .. }))) {
        job.stopping = true;
        effects.push(Effect::Cancel(job.job));
    }
    let results = &state.tab().results;
    let Some(spool) = results.spool().cloned() else { return effects };
    let (text, columns) = (results.sought.clone(), results.columns.shown());
    let sought = Sought { text, columns, row: results.row, column: results.column, here, backwards };
    let order = results.order.clone();
    effects.extend(submit(state, Work::Result(ResultWork::Find { spool, order, sought })).1);
    effects
}

/// What was looked for was found, or was not.
pub(super) fn found(state: &mut State, tab: u32, found: Option<Found>) {
    let Some(tab) = state.tab_named(tab) else { return };
    let sought = text::sanitize(&tab.results.sought).into_owned();
    match found {
        Some(found) => {
            (tab.results.row, tab.results.column) = (found.row, found.column);
            tab.results.move_by(0, 0);
            if found.wrapped {
                note(state, format!("`{sought}`: round the end"));
            }
        }
        None => {
            let results = &mut tab.results;
            let wanted = results.sought.to_lowercase();
            let is_called = |column: &usize| {
                let info = results.spool().and_then(|spool| spool.columns().get(*column));
                info.is_some_and(|info| info.name.to_lowercase().contains(&wanted))
            };
            match results.columns.shown().into_iter().find(is_called) {
                Some(column) => {
                    results.column = column;
                    results.move_by(0, 0);
                    note(state, format!("no cell contains `{sought}`; this column is called so"));
                }
                None => warn(state, format!("no cell contains `{sought}`")),
            }
        }
    }
}

/// Offers the forms in which rows can be copied.
pub(super) fn copy_as(state: &mut State) -> Vec<Effect> {
    let results = &state.tab().results;
    if results.is_empty() {
        let why = results.without_rows();
        warn(state, format!("there is no row to copy; {why}"));
        return Vec::new();
    }
    let rows = text::counted(results.len() as u64, "row", "rows");
    let row = results.row;
    let columns = results.columns.shown();
    let forms = |whole: bool| {
        let which = if whole { format!("all: {rows}") } else { format!("row {}", text::count(row as u64 + 1)) };
        let form = |name: &str, form: CopyForm| Item {
            label: format!("{name}, {which}"),
            detail: String::new(),
            choice: Choice::Copy(CopyWork { columns: columns.clone(), row: (!whole).then_some(row), form }),
        };
        [
            form("INSERT", insert(state, &columns)),
            form("Markdown", CopyForm::Markdown),
            form("JSON", CopyForm::Json),
            form("CSV", CopyForm::Csv),
            form("Tabs", CopyForm::Tabs),
        ]
    };
    let items = forms(false).into_iter().chain(forms(true)).collect();
    show(state, PickerKind::CopyAs, items);
    Vec::new()
}

/// Statements into the table that the columns are of, where it is one and each is of another column of it; else into one called `result`.
fn insert(state: &State, columns: &[usize]) -> CopyForm {
    let results = &state.tab().results;
    let stored = origins(&results.sql, &state.schema);
    let own: Option<Vec<_>> = columns.iter().map(|column| stored.get(*column).copied().flatten()).collect();
    let one = own.filter(|own| {
        let names: std::collections::BTreeSet<&str> = own.iter().map(|origin| origin.column.name.as_str()).collect();
        names.len() == own.len() && own.iter().all(|origin| Some(origin.seat) == own.first().map(|first| first.seat))
    });
    match one.as_deref() {
        Some([first, ..]) => CopyForm::Insert {
            table: identifier(&first.table.name),
            columns: one.iter().flatten().map(|origin| identifier(&origin.column.name)).collect(),
        },
        _ => {
            let infos: Vec<_> = results.spool().map(|spool| spool.columns().to_vec()).unwrap_or_default();
            let infos: Vec<_> = columns.iter().filter_map(|column| infos.get(*column).cloned()).collect();
            CopyForm::Insert { table: "result".into(), columns: distinct_names(&infos).iter().map(|name| identifier(name)).collect() }
        }
    }
}

/// Copies what was chosen.
pub(super) fn copy(state: &mut State, what: CopyWork) -> Vec<Effect> {
    let results = &state.tab().results;
    let Some(spool) = results.spool().cloned() else { return Vec::new() };
    let order = results.order.clone();
    submit(state, Work::Result(ResultWork::Copy { spool, order, what })).1
}

/// What is said of a copy.
pub(super) fn said_of(what: &CopyWork) -> &'static str {
    match (&what.form, what.row) {
        (CopyForm::Bare, _) => "column copied",
        (_, Some(_)) => "row copied",
        (_, None) => "everything copied",
    }
}
