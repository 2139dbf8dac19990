//! Going along keys, and back.

use super::super::event::Effect;
use super::super::jumps::{Jump, Row, Step};
use super::super::keys::Action;
use super::super::picker::{Choice, Item, PickerKind};
use super::super::state::{Pane, State};
use super::keep::put_sql;
use super::list::show;
use super::{focus, note, sql, warn};
use crate::jobs::Work;
use crate::text;

/// To the row that the cell's key refers to.
pub(super) fn follow_key(state: &mut State) -> Vec<Effect> {
    let results = &state.tab().results;
    let found = Row::of(results, &state.schema).and_then(|row| row.referred(results.column));
    choose(state, found)
}

/// To the rows that refer to the one under the cursor.
pub(super) fn referring_rows(state: &mut State) -> Vec<Effect> {
    let results = &state.tab().results;
    let found = Row::of(results, &state.schema).and_then(|row| row.referring(results.column));
    choose(state, found)
}

fn choose(state: &mut State, found: Result<Vec<Jump>, String>) -> Vec<Effect> {
    match found {
        Ok(jumps) => match <[Jump; 1]>::try_from(jumps) {
            Ok([one]) => jump(state, one),
            Err(several) => {
                let item = |jump: Jump| Item { label: jump.label.clone(), detail: jump.sql.clone(), choice: Choice::Jump(jump) };
                show(state, PickerKind::Jump, several.into_iter().map(item).collect());
                Vec::new()
            }
        },
        Err(reason) => {
            warn(state, reason);
            Vec::new()
        }
    }
}

/// Shows the rows that `to` leads to, and takes note of what is left.
pub(super) fn jump(state: &mut State, to: Jump) -> Vec<Effect> {
    if state.running.iter().any(|job| matches!(job.work, Work::Run { .. })) {
        warn(state, "a query runs; Esc cancels it");
        return Vec::new();
    }
    let tab = state.tab_mut();
    let sql = to.sql.clone();
    let (own, others) = (tab.hand_written().is_some(), (tab.others.clone(), tab.before));
    tab.trail.push(Step { to, sql: tab.sql(), own, results: tab.results.clone(), others });
    let (id, steps) = (tab.id, tab.trail.len());
    let mut effects = put_sql(state, id, &sql);
    effects.extend(sql::run_all(state));
    focus(state, Pane::Results);
    let back = state.options.keymap.label_of(Action::JumpBack);
    note(state, format!("{back} goes back: {}", text::counted(steps as u64, "step", "steps")));
    effects
}

/// Back to what was shown before the last jump, with the cursor where it was.
pub(super) fn back(state: &mut State) -> Vec<Effect> {
    let id = state.tab().id;
    let Some(step) = state.tab_mut().trail.pop() else {
        warn(state, "there was no jump here to go back from");
        return Vec::new();
    };
    let mut effects = Vec::new();
    // What is still on its way would take the place of what comes back.
    for job in state.running.iter_mut().filter(|job| job.tab == id && matches!(job.work, Work::Run { .. } | Work::Result(_))) {
        job.stopping = true;
        effects.push(Effect::Cancel(job.job));
    }
    let tab = state.tab_mut();
    tab.set_sql(&step.sql);
    if step.own {
        tab.is_own();
    }
    tab.queue.clear();
    tab.results = step.results;
    (tab.others, tab.before) = step.others;
    let left = tab.trail.len();
    focus(state, Pane::Results);
    match left {
        0 => note(state, "back where the first jump began"),
        left => note(state, format!("back; {} more", text::counted(left as u64, "step", "steps"))),
    }
    effects
}
