//! A question is read by the model while it is typed, and its answer rehearsed, so that Enter waits for little.

use super::super::event::Effect;
use super::super::state::{Pane, State};
use super::question::work;
use super::submit;
use crate::ask::Ahead;
use crate::jobs::{ModelsWork, TrainWork, Work};
use crate::store::WhileTyping;

/// What is typed is read after so many new words, or after a pause of this length.
const WORDS: usize = 3;
const PAUSE_MS: u64 = 250;

/// Has the model read what is typed, where there is enough of it and the model is free.
pub(super) fn read(state: &mut State) -> Vec<Effect> {
    let typed = state.ask.lines().join(" ");
    if typed != state.ahead.typed {
        state.ahead.typed = typed;
        state.ahead.typed_ms = state.clock_ms;
    }
    let Some(ahead) = choice(state) else { return Vec::new() };
    if !is_wanted(state) || !is_due(state) {
        return Vec::new();
    }
    if !is_free(state) {
        // What it writes is of a question that is no more; as far as it came it helps with this one.
        return if is_complete(state) { cancel(state) } else { Vec::new() };
    }
    let typed = state.ahead.typed.trim_end().to_owned();
    let asked = work(state, &typed, &[]);
    state.ahead.read = typed;
    submit(state, Work::ReadAhead { asked, ahead }).1
}

/// What the person wants the model to do before Enter.
fn choice(state: &State) -> Option<Ahead> {
    match state.options.while_typing {
        WhileTyping::Answer => Some(Ahead::Rehearse),
        WhileTyping::Read => Some(Ahead::Read),
        WhileTyping::Wait => None,
    }
}

fn is_due(state: &State) -> bool {
    let words = |text: &str| text.split_whitespace().count();
    is_complete(state) || words(&state.ahead.typed) >= words(&state.ahead.read) + WORDS
}

/// Whether what is typed may be all: a sentence has ended, or nothing more comes.
fn is_complete(state: &State) -> bool {
    state.ahead.typed.trim_end().ends_with(['?', '.', '!']) || state.clock_ms >= state.ahead.typed_ms + PAUSE_MS
}

/// Whether something is typed that the model has not read, so that time has to be told more often.
pub(in super::super) fn is_wanted(state: &State) -> bool {
    let (ahead, typed) = (&state.ahead, state.ask.lines());
    let is_new =
        typed.iter().any(|line| !line.trim().is_empty()) && (typed.join(" ") != ahead.typed || ahead.typed.trim_end() != ahead.read);
    is_new
        && choice(state).is_some()
        && state.focus == Pane::Ask
        && state.window.is_none()
        && !state.database.is_empty()
        && state.model.is_some()
}

/// Whether no work waits for the model's thread.
fn is_free(state: &State) -> bool {
    !state.running.iter().any(|job| {
        matches!(
            job.work,
            Work::Open { .. }
                | Work::Prepare
                | Work::ReadAhead { .. }
                | Work::Ask(_)
                | Work::Models(ModelsWork::Use { .. })
                | Work::Train(TrainWork::Compare { .. })
        )
    })
}

/// Nothing more is read ahead: a question is asked.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    state.ahead = Default::default();
    cancel(state)
}

fn cancel(state: &mut State) -> Vec<Effect> {
    let reading = state.running.iter_mut().filter(|job| matches!(job.work, Work::ReadAhead { .. }) && !job.stopping);
    reading
        .map(|job| {
            job.stopping = true;
            Effect::Cancel(job.job)
        })
        .collect()
}
