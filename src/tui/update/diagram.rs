//! The diagram of keys.

use super::super::diagram::{Diagram, Way};
use super::super::event::Effect;
use super::super::state::{State, Window};
use super::{sql, warn};

/// Tables that a page key goes past.
const PAGE: usize = 5;

/// Opens it with the table under the tree's cursor selected.
pub(super) fn open(state: &mut State) {
    if state.schema.tables.is_empty() {
        warn(state, "there are no tables to draw");
        return;
    }
    let start = state.tree.current_table(&state.schema).unwrap_or(0);
    state.window = Some(Window::Diagram(Box::new(Diagram::new(&state.schema, start))));
}

/// Moves the selection up or down.
pub(super) fn go(diagram: &mut Diagram, by: isize) {
    let way = if by < 0 { Way::Up } else { Way::Down };
    (0..by.unsigned_abs().min(PAGE)).for_each(|_| diagram.go(way));
}

/// Shows the rows of the selected table.
pub(super) fn choose(state: &mut State, diagram: &Diagram) -> Vec<Effect> {
    let Some(one) = diagram.current() else { return Vec::new() };
    state.tree.filter.clear();
    state.tree.filtering = false;
    let schema = state.schema.clone();
    state.tree.go_to(&schema, one.table);
    sql::browse(state)
}
