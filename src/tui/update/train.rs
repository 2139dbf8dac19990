//! The fine-tune screen: the form, the check, runs and how they go.

use std::path::PathBuf;

use super::super::event::Effect;
use super::super::picker::{Choice, Item, Picker, PickerKind, TrainStep};
use super::super::state::{Prompt, PromptKind, State, Window};
use super::super::tab::text_area;
use super::super::train::{Field, command, examples};
use super::{note, submit, warn};
use crate::jobs::{KeepWork, RunRow, TrainWork, Work};
use crate::store::Presence;
use crate::text;
use crate::train::event::Phase;

/// How often a run that is watched is looked at.
const WATCH_EVERY_MS: u64 = 1_000;

/// Shows the form.
pub(super) fn form(state: &mut State) -> Vec<Effect> {
    if state.train.get(Field::Model).is_empty() {
        let installed = state.models.iter().find(|model| model.presence == Presence::Installed).map(|model| model.name.clone());
        let name = state.model.as_ref().map(|info| info.name.clone()).filter(|name| !name.is_empty()).or(installed);
        state.train.set(Field::Model, &name.unwrap_or_default());
    }
    let items = items(state);
    state.window = Some(Window::List(Picker::new(PickerKind::Train, items)));
    Vec::new()
}

pub(super) fn items(state: &State) -> Vec<Item> {
    let accepted = state.records.accepted.len();
    let field = |field: Field| {
        let value = match (field, state.train.get(field)) {
            (Field::Data, "") => format!("{} on this database", text::counted(accepted as u64, "accepted answer", "accepted answers")),
            (Field::EvalData, "") => "none".into(),
            (_, value) => value.to_owned(),
        };
        Item { label: field.label().into(), detail: value, choice: Choice::TrainField(field) }
    };
    let step = |label: &str, detail: &str, step| Item { label: label.into(), detail: detail.into(), choice: Choice::TrainStep(step) };
    Field::ALL
        .map(field)
        .into_iter()
        .chain([
            step("4 Check", "steps, time, memory and disk it will take; nothing is trained", TrainStep::Check),
            step("5 Train", "in the background; it goes on when the screen is left", TrainStep::Start),
            step("6 Runs", "watch, stop, go on, attach the adapter to this database", TrainStep::Runs),
        ])
        .collect()
}

pub(super) fn edit(state: &mut State, field: Field) {
    let text = text_area(state.train.get(field));
    state.window = Some(Window::Prompt(Box::new(Prompt { kind: PromptKind::Train(field), text })));
}

pub(super) fn typed(state: &mut State, field: Field, value: &str) -> Vec<Effect> {
    state.train.set(field, value);
    let effects = form(state);
    if let Some(Window::List(picker)) = &mut state.window {
        picker.selected = Field::ALL.iter().position(|own| *own == field).map_or(0, |at| at + 1);
    }
    effects
}

pub(super) fn step(state: &mut State, step: TrainStep) -> Vec<Effect> {
    if step == TrainStep::Runs {
        return runs(state);
    }
    if let Some(problem) = state.train.problem(state.records.accepted.len()) {
        warn(state, problem);
        return form(state);
    }
    let folder = state.train.folder(&state.options.runs);
    let beside = folder.with_extension("examples.jsonl");
    let words = state.train.words(&state.options.runs, &beside);
    let own = state.train.uses_accepted().then(|| examples(&state.records.accepted, &state.schema));
    match step {
        TrainStep::Check => {
            note(state, "reading the model and the examples ...");
            submit(state, Work::Train(TrainWork::Check { words, folder, examples: own })).1
        }
        _ => {
            state.run_wanted = Some(folder.clone());
            submit(state, Work::Train(TrainWork::Start { words, folder, examples: own })).1
        }
    }
}

/// What the check said, with the command that does the same without a screen.
pub(super) fn checked(state: &mut State, words: &[String], plan: &str) {
    let text = format!("{plan}\n\nThe same from a shell:\n{}", command(words));
    state.window = Some(Window::Text { title: "What training will take".into(), text, scroll: 0 });
}

pub(super) fn runs(state: &mut State) -> Vec<Effect> {
    let mut picker = Picker::new(PickerKind::Runs, Vec::new());
    picker.loading = true;
    state.window = Some(Window::List(picker));
    submit(state, Work::Train(TrainWork::List)).1
}

/// The runs came.
pub(super) fn runs_found(state: &mut State, runs: Vec<RunRow>) {
    let items = runs.into_iter().map(|run| {
        let name = run.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Item { label: name, detail: stands(&run), choice: Choice::Run(run.folder) }
    });
    let items = items.collect();
    if let Some(Window::List(picker)) = &mut state.window
        && picker.kind == PickerKind::Runs
    {
        picker.set_items(items);
    }
}

/// Where a run stands, in a few words.
fn stands(run: &RunRow) -> String {
    let progress = &run.progress;
    let phase = match progress.phase {
        _ if run.failed => "failed",
        Phase::Waiting if run.running_here => "reading the model and the examples",
        Phase::Waiting => "not begun",
        Phase::Running if run.running_here => "running",
        Phase::Running => "running elsewhere, or cut off",
        Phase::Paused => "paused",
        Phase::Finished => "finished",
        Phase::Failed => "failed",
    };
    let loss = progress.smoothed_loss.map(|loss| format!(", loss {loss:.3}")).unwrap_or_default();
    format!("{phase}, step {}/{}{loss}", progress.step, progress.total_steps)
}

/// Shows one run.
pub(super) fn show(state: &mut State, folder: PathBuf) -> Vec<Effect> {
    state.run_wanted = Some(folder.clone());
    watch(state, folder)
}

fn watch(state: &mut State, folder: PathBuf) -> Vec<Effect> {
    state.watched_ms = state.clock_ms;
    submit(state, Work::Train(TrainWork::Watch { folder })).1
}

/// A run was looked at.
pub(super) fn run_seen(state: &mut State, run: RunRow) {
    let wanted = state.run_wanted.as_ref() == Some(&run.folder);
    if wanted {
        state.run_wanted = None;
    }
    if wanted || matches!(&state.window, Some(Window::Run(shown)) if shown.folder == run.folder) {
        state.window = Some(Window::Run(Box::new(run)));
    }
}

/// Looks at the run that is shown, now and then.
pub(super) fn look_again(state: &mut State) -> Vec<Effect> {
    let Some(Window::Run(run)) = &state.window else { return Vec::new() };
    if state.clock_ms < state.watched_ms + WATCH_EVERY_MS || state.running.iter().any(|job| matches!(job.work, Work::Train(_))) {
        return Vec::new();
    }
    let folder = run.folder.clone();
    watch(state, folder)
}

/// Stops the run that is shown: it writes a checkpoint first.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    let Some(Window::Run(run)) = &state.window else { return Vec::new() };
    let folder = run.folder.clone();
    note(state, "asked to stop: it writes a checkpoint first");
    submit(state, Work::Train(TrainWork::Stop { folder })).1
}

/// Goes on with the run that is shown.
pub(super) fn resume(state: &mut State) -> Vec<Effect> {
    let Some(Window::Run(run)) = &state.window else { return Vec::new() };
    if run.running_here || run.progress.phase == Phase::Finished {
        note(state, "there is nothing to go on with");
        return Vec::new();
    }
    let folder = run.folder.clone();
    let words = vec!["--resume".to_owned(), folder.display().to_string()];
    note(state, "going on from the last checkpoint");
    submit(state, Work::Train(TrainWork::Start { words, folder, examples: None })).1
}

/// The adapter of the run that is shown goes with this database from now on.
pub(super) fn attach(state: &mut State) -> Vec<Effect> {
    let Some(Window::Run(run)) = &state.window else { return Vec::new() };
    if run.progress.phase != Phase::Finished {
        warn(state, "this run is not finished");
        return Vec::new();
    }
    if state.database.is_empty() {
        warn(state, "no database is open");
        return Vec::new();
    }
    let adapter = run.folder.clone();
    note(state, "attached: this database's adapter from now on");
    submit(state, Work::Keep(KeepWork::Attach { adapter })).1
}
