//! A question is read by the model while it is typed, so that Enter waits for the answer alone.

use super::super::event::Effect;
use super::super::state::{Pane, State};
use super::{ask, submit};
use crate::jobs::{ModelsWork, TrainWork, Work};

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
    if !is_due(state) {
        return Vec::new();
    }
    let typed = state.ahead.typed.trim_end().to_owned();
    let work = ask::work(state, &typed, &[]);
    state.ahead.read = typed;
    submit(state, Work::ReadAhead(work)).1
}

fn is_due(state: &State) -> bool {
    let ahead = &state.ahead;
    let paused = state.clock_ms >= ahead.typed_ms + PAUSE_MS;
    let words = |text: &str| text.split_whitespace().count();
    is_wanted(state) && is_free(state) && (paused || words(&ahead.typed) >= words(&ahead.read) + WORDS)
}

/// Whether something is typed that the model has not read, so that time has to be told more often.
pub(in super::super) fn is_wanted(state: &State) -> bool {
    let (ahead, typed) = (&state.ahead, state.ask.lines());
    let is_new =
        typed.iter().any(|line| !line.trim().is_empty()) && (typed.join(" ") != ahead.typed || ahead.typed.trim_end() != ahead.read);
    is_new && state.focus == Pane::Ask && state.window.is_none() && !state.database.is_empty() && state.model.is_some()
}

/// Whether no work waits for the model's thread.
fn is_free(state: &State) -> bool {
    !state.running.iter().any(|job| {
        matches!(
            job.work,
            Work::Open { .. }
                | Work::Prepare
                | Work::ReadAhead(_)
                | Work::Ask(_)
                | Work::Models(ModelsWork::Use { .. })
                | Work::Train(TrainWork::Compare { .. })
        )
    })
}

/// Nothing more is read ahead: a question is asked.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    state.ahead = Default::default();
    let reading = state.running.iter_mut().filter(|job| matches!(job.work, Work::ReadAhead(_)));
    reading.map(|job| Effect::Cancel(job.job)).collect()
}
