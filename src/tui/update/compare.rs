//! Other answers to a question, side by side: asking for their results, choosing one.

use super::super::compare::{Compare, Side};
use super::super::event::Effect;
use super::super::state::{State, Window};
use super::work::cancel;
use super::{ask, note, submit};
use crate::jobs::{JobId, Outcome, Work};

/// Shows other answers to the question, and asks for their results.
pub(super) fn alternatives(state: &mut State) -> Vec<Effect> {
    let Some(entry) = state.current_entry() else { return Vec::new() };
    let candidates = entry.answer.as_ref().map(|answer| answer.candidates.as_slice()).unwrap_or_default();
    let drafts: usize = candidates.iter().map(|candidate| candidate.agrees).sum();
    let of = |sql: &str, remark: String, runs| Side { sql: sql.to_owned(), remark, runs, compared: None };
    let drawn = candidates.iter().map(|candidate| of(&candidate.sql, format!("{} of {drafts} drafts", candidate.agrees), true));
    let tried = entry.attempts.iter().map(|(sql, error)| of(sql, format!("SQLite said: {error}"), false));
    let back = entry.answer.as_ref().and_then(|answer| answer.ask_back.as_ref());
    let meant = back.into_iter().flat_map(|back| &back.choices).map(|choice| of(&choice.sql, choice.text.clone(), true));
    let mut sides: Vec<Side> = Vec::new();
    for side in drawn.chain(meant).chain(tried) {
        match sides.iter_mut().find(|known| known.sql == side.sql) {
            Some(known) if known.remark != side.remark => known.remark = format!("{}, {}", side.remark, known.remark),
            Some(_) => {}
            None => sides.push(side),
        }
    }
    if sides.len() < 2 {
        note(state, "this question has one answer");
        return Vec::new();
    }
    let entry = entry.job;
    let sqls = sides.iter().filter(|side| side.runs).map(|side| side.sql.clone()).collect();
    let (job, effects) = submit(state, Work::Compare { sqls });
    state.window = Some(Window::Compare(Box::new(Compare { entry, job: Some(job), sides, selected: 0, scroll: 0 })));
    effects
}

/// The results came, or did not.
pub(super) fn came(state: &mut State, job: JobId, outcome: Outcome) {
    let Some(Window::Compare(compare)) = &mut state.window else { return };
    if compare.job != Some(job) {
        return;
    }
    match outcome {
        Outcome::Compared(compared) => compare.take(compared),
        Outcome::Failed(failure) => {
            compare.job = None;
            super::warn(state, failure.message);
        }
        _ => {
            compare.job = None;
            note(state, "not compared; Enter takes an answer all the same");
        }
    }
}

/// Takes the selected answer in place of the first.
pub(super) fn choose(state: &mut State, compare: Compare) -> Vec<Effect> {
    let Some(sql) = compare.side().map(|side| side.sql.clone()) else { return Vec::new() };
    let mut effects = close(state, &compare);
    effects.extend(ask::meant(state, compare.entry, &sql));
    effects
}

/// What is still on its way is no longer wanted.
pub(super) fn close(state: &mut State, compare: &Compare) -> Vec<Effect> {
    cancel(state, compare.job)
}
