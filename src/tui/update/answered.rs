//! Answers and rows that came.

use super::super::conversation::Stage;
use super::super::event::Effect;
use super::super::results::Content;
use super::super::state::{Pane, RunningJob, State};
use super::keep::put_sql;
use super::{list, note, submit};
use crate::jobs::{JobFailure, JobId, KeepWork, Outcome, Work};
use crate::records::HistoryState;
use crate::sql::describe;
use crate::sql::format::pretty;
use crate::text;

/// Columns of a line that is too long to be read.
const LONG: usize = 60;

/// Others are drawn to compare, which takes a while: the first draft can be looked at, and run, meanwhile.
pub(super) fn offer_draft(state: &mut State, job: JobId, tab: u32) -> Vec<Effect> {
    let Some(sql) = state.entry_mut(job).and_then(|entry| entry.sql().map(laid_out)) else { return Vec::new() };
    if state.tab_named(tab).is_none() {
        return Vec::new();
    }
    let effects = put_sql(state, tab, &sql);
    if let Some(entry) = state.entry_mut(job) {
        entry.offered = Some(sql);
    }
    effects
}

pub(super) fn answered(state: &mut State, running: &RunningJob, outcome: Outcome) -> Vec<Effect> {
    let mut effects = Vec::new();
    match outcome {
        Outcome::Answered(answer) => {
            let mut answer = answer;
            answer.sql = laid_out(&answer.sql);
            let sql = Some(answer.sql.clone()).filter(|sql| !sql.is_empty());
            let question = answer.question.clone();
            let milliseconds = answer.timings.total_ms.max(0.0) as u64;
            let back = answer.ask_back.as_ref().map(|back| {
                let choices = back.choices.iter().map(|choice| (choice.text.clone(), choice.sql.clone()));
                (back.question.clone(), choices.collect::<Vec<_>>())
            });
            let described = sql.as_deref().map(|sql| describe(sql, &state.schema).sentence).unwrap_or_default();
            if let Some(entry) = state.entry_mut(running.job) {
                entry.finish(*answer);
                entry.described = described;
            }
            let nothing_typed = state.window.is_none() && state.ask.is_empty();
            if let Some((question, choices)) = back.filter(|_| nothing_typed) {
                list::ask_back(state, question, choices);
            }
            let stage = state.entry_mut(running.job).map(|entry| entry.stage.clone());
            if let Some(sql) = sql {
                let kept = match stage {
                    Some(Stage::Failed) => HistoryState::Failed,
                    Some(Stage::Refused) => HistoryState::Refused,
                    _ => HistoryState::Proposed,
                };
                let work = KeepWork::History {
                    question: Some(question),
                    sql: sql.clone(),
                    state: kept,
                    rows: None,
                    milliseconds,
                    tab: running.tab,
                };
                effects = submit(state, Work::Keep(work)).1;
                let offered = state.entry_mut(running.job).and_then(|entry| entry.offered.take());
                let id = if state.tab_named(running.tab).is_some() { running.tab } else { state.tab().id };
                match state.tab_named(id) {
                    // The person changed the draft that stood there meanwhile.
                    Some(tab) if offered.as_ref().is_some_and(|offered| tab.editor.lines().join("\n") != *offered) => {
                        note(state, "the answer is in the conversation; what you wrote stays in the editor");
                    }
                    Some(_) => {
                        if offered.as_ref() != Some(&sql) {
                            effects.extend(put_sql(state, id, &sql));
                        }
                        let Some(tab) = state.tab_named(id) else { return effects };
                        // The draft ran meanwhile, and is the answer.
                        let rows = tab.results.spool().map(|spool| spool.len()).filter(|_| tab.results.sql == sql && !tab.results.stale);
                        if let (Some(rows), Some(entry), Some(_)) = (rows, state.entry_mut(running.job), offered) {
                            entry.stage = Stage::Ran(rows);
                        }
                    }
                    None => {}
                }
                effects.extend(run_if_wanted(state, id));
            }
        }
        Outcome::NotAllowed { address, prompt } => {
            let question = state.entry_mut(running.job).map(|entry| {
                let message = format!("{address} is not this machine, and nobody has allowed sqllama to send it anything yet");
                entry.stage = Stage::Failed;
                entry.failure = Some(JobFailure { message, hint: Some("ask again, and look at what would be sent".into()) });
                entry.question.clone()
            });
            if let Some(question) = question.filter(|_| state.window.is_none()) {
                list::allow_server(state, address, prompt, question);
            }
        }
        outcome => {
            let mut drafted = None;
            if let Some(entry) = state.entry_mut(running.job) {
                match outcome {
                    Outcome::Failed(failure) => {
                        entry.stage = Stage::Failed;
                        entry.failure = Some(failure);
                    }
                    _ => {
                        entry.stage = Stage::Cancelled;
                        // A draft that came before the end is worth keeping.
                        drafted = entry.sql().map(laid_out).filter(|_| entry.offered.is_none());
                    }
                }
            }
            if let Some(sql) = drafted {
                effects.extend(put_sql(state, running.tab, &sql));
            }
        }
    }
    effects
}

/// One Enter asks and runs, where the person wants that: the checked answer that stands in tab `id`, which is in view.
pub(super) fn run_if_wanted(state: &mut State, id: u32) -> Vec<Effect> {
    let is_checked = state.entries.last().is_some_and(|entry| entry.stage == Stage::Checked && entry.sql() == Some(state.sql().as_str()));
    let is_free = state.window.is_none() && !state.running.iter().any(|job| matches!(job.work, Work::Run { .. }));
    if state.options.ask_and_run && is_checked && is_free && state.tab().id == id { super::sql::run_all(state) } else { Vec::new() }
}

/// SQL of one long line is read more easily in several.
fn laid_out(sql: &str) -> String {
    let long = !sql.contains('\n') && text::width(sql) > LONG;
    if long { pretty(sql).unwrap_or_else(|| sql.to_owned()) } else { sql.to_owned() }
}

pub(super) fn ran(state: &mut State, running: &RunningJob, sql: &str, outcome: Outcome) -> Vec<Effect> {
    let entry = state.entries.iter_mut().rev().find(|entry| entry.is_settled() && entry.sql() == Some(sql));
    let question = entry.as_ref().map(|entry| entry.question.clone());
    let (kept, rows, milliseconds) = match &outcome {
        Outcome::Ran { spool, elapsed, .. } => (HistoryState::Ran, Some(spool.len() as u64), elapsed.as_millis() as u64),
        Outcome::Failed(_) => (HistoryState::Failed, None, state.clock_ms.saturating_sub(running.started_ms)),
        _ => (HistoryState::Cancelled, None, state.clock_ms.saturating_sub(running.started_ms)),
    };
    if let (Some(entry), Outcome::Ran { spool, .. }) = (entry, &outcome) {
        entry.stage = Stage::Ran(spool.len());
    }
    if let Some(tab) = state.tab_named(running.tab) {
        match outcome {
            Outcome::Ran { spool, elapsed, units } => tab.results.show(sql.to_owned(), spool, elapsed, units),
            Outcome::Failed(failure) => tab.results.fail(sql.to_owned(), failure),
            // What was there before is kept.
            _ if matches!(tab.results.content, Content::Rows { .. }) => {}
            _ => tab.results.content = Content::Cancelled,
        }
    }
    let next = go_on(state, running.tab, matches!(kept, HistoryState::Ran));
    if matches!(kept, HistoryState::Cancelled) && next.is_none() {
        note(state, "the query was cancelled");
    }
    if state.focus == Pane::Ask || state.focus == Pane::Editor {
        // Where the person is stays; the rows are in view anyway.
        state.zoomed = false;
    }
    let work = KeepWork::History { question, sql: sql.into(), state: kept, rows, milliseconds, tab: running.tab };
    let mut effects = submit(state, Work::Keep(work)).1;
    effects.extend(next.unwrap_or_default());
    effects
}

/// Runs the statement behind one that ended; where that did not run, says how many do not run either. `None` where none waits.
fn go_on(state: &mut State, id: u32, ran: bool) -> Option<Vec<Effect>> {
    let tab = state.tab_named(id).filter(|tab| !tab.queue.is_empty())?;
    if ran {
        tab.put_aside();
        return Some(super::sql::run_next(state, id));
    }
    let left = tab.queue.len() as u64;
    tab.queue.clear();
    note(state, format!("{} behind it did not run", text::counted(left, "statement", "statements")));
    Some(Vec::new())
}
