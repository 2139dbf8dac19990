//! The fine-tune screen: the form, the check, runs and how they go, comparing, using.

use std::path::{Path, PathBuf};

use super::super::event::Effect;
use super::super::pages::{CheckPages, RunPage, RunPages, run_name};
use super::super::picker::{Choice, Item, Picker, PickerKind, TrainStep};
use super::super::state::{Prompt, PromptKind, State, Window};
use super::super::tab::offered;
use super::super::train::{Field, TrainForm, command};
use super::{note, submit, warn};
use crate::jobs::{Checked, KeepWork, RunComparison, RunRow, TrainOrder, TrainWork, Work};
use crate::store::Presence;
use crate::text;
use crate::train::event::Standing;

/// How often a run that is watched is looked at.
const WATCH_EVERY_MS: u64 = 1_000;

/// Shows the form.
pub(super) fn form(state: &mut State) -> Vec<Effect> {
    if state.train.get(Field::Model).is_empty() {
        let name = own_model(state);
        state.train.set(Field::Model, &name.unwrap_or_default());
    }
    let items = items(state);
    state.window = Some(Window::List(Picker::new(PickerKind::Train, items)));
    Vec::new()
}

/// The model that answers, as `--model` takes it; the first that is installed where none does yet.
pub(super) fn own_model(state: &State) -> Option<String> {
    let installed = state.models.iter().find(|model| model.presence == Presence::Installed).map(|model| model.name.clone());
    let loaded = state.model.as_ref().map(|info| info.name.clone()).filter(|name| !name.is_empty());
    // A file that is in no catalogue is found by its path alone, whatever it is called.
    let listed = loaded.clone().filter(|name| state.models.iter().any(|model| model.name == *name));
    listed.or_else(|| state.options.model_path.clone()).or(loaded).or(installed)
}

pub(super) fn items(state: &State) -> Vec<Item> {
    let accepted = state.records.accepted.len();
    let field = |field: Field| {
        let value = match (field, state.train.get(field)) {
            (Field::Data, "") => format!("{} on this database", text::counted(accepted as u64, "accepted answer", "accepted answers")),
            (Field::Data, value) if state.train.uses_own() => {
                format!("{value}, and {}", text::counted(accepted as u64, "accepted answer", "accepted answers"))
            }
            (Field::EvalData, "") if state.train.uses_own() => "every fifth of them".into(),
            (Field::EvalData | Field::SampleSteps | Field::More, "") => "none".into(),
            (Field::Preset, "") => "none".into(),
            (Field::Preset, value) => format!("{value}: {}", state.train.preset_note()),
            (_, value) => value.to_owned(),
        };
        Item { label: field.label().into(), detail: value, choice: Choice::TrainField(field) }
    };
    let step = |label: &str, detail: String, step| Item { label: label.into(), detail, choice: Choice::TrainStep(step) };
    let used = match (&state.records.adapter, &state.adapter_off) {
        (Some(adapter), _) => format!("{} answers here; Enter switches it off", run_name(adapter)),
        (None, Some(adapter)) => format!("{} is off; Enter switches it on", run_name(adapter)),
        (None, None) => "no adapter on this database; a on a finished run attaches its".into(),
    };
    Field::ALL
        .map(field)
        .into_iter()
        .chain([
            step("4 Check", "steps, time, memory, disk; examples as the model sees them; nothing is trained".into(), TrainStep::Check),
            step("5 Train", "in the background; it goes on when the screen is left".into(), TrainStep::Start),
            step("6 Runs", "curves, answers, stop, go on, compare, attach, duplicate, delete".into(), TrainStep::Runs),
            step("7 Use", used, TrainStep::Use),
        ])
        .collect()
}

pub(super) fn edit(state: &mut State, field: Field) {
    let text = offered(state.train.get(field));
    state.window = Some(Window::Prompt(Box::new(Prompt { kind: PromptKind::Train(field), text })));
}

/// Takes a typed line; one that cannot be stays to be mended.
pub(super) fn typed(state: &mut State, prompt: Prompt, field: Field, value: &str) -> Vec<Effect> {
    if let Some(problem) = field.problem(value) {
        warn(state, problem);
        state.window = Some(Window::Prompt(Box::new(prompt)));
        return Vec::new();
    }
    state.train.set(field, value);
    let next = line_of(field) + 1;
    form_at(state, next)
}

/// Where a field stands in the form.
pub(super) fn line_of(field: Field) -> usize {
    Field::ALL.iter().position(|own| *own == field).unwrap_or(0)
}

/// The form, with a line of it selected.
pub(super) fn form_at(state: &mut State, line: usize) -> Vec<Effect> {
    let effects = form(state);
    if let Some(Window::List(picker)) = &mut state.window {
        picker.selected = line;
    }
    effects
}

/// Why the form cannot be trained, as far as the screen knows.
fn problem(state: &State) -> Option<String> {
    let name = state.train.get(Field::Model);
    let absent = |model: &&crate::jobs::ModelRow| model.name == name && model.presence != Presence::Installed;
    if state.models.iter().any(|model| absent(&model)) {
        return Some(format!("{name} is not on this machine; F7 fetches it"));
    }
    state.train.problem(state.records.accepted.len(), !state.database.is_empty())
}

pub(super) fn step(state: &mut State, step: TrainStep) -> Vec<Effect> {
    match step {
        TrainStep::Runs => return runs(state),
        TrainStep::Use => {
            let effects = switch_adapter(state);
            form(state);
            return effects;
        }
        TrainStep::Check | TrainStep::Start => {}
    }
    if let Some(problem) = problem(state) {
        let effects = form(state);
        warn(state, problem);
        return effects;
    }
    let order = state.train.order(&state.options.runs, &state.records.accepted);
    if step == TrainStep::Check {
        note(state, "reading the model and the examples ...");
        return submit(state, Work::Train(TrainWork::Check(order))).1;
    }
    start(state, order)
}

fn start(state: &mut State, order: TrainOrder) -> Vec<Effect> {
    state.run_wanted = Some(order.folder.clone());
    submit(state, Work::Train(TrainWork::Start(order))).1
}

/// What the check said.
pub(super) fn checked(state: &mut State, checked: Checked) {
    state.notice = None;
    state.window = Some(Window::Check(Box::new(CheckPages::new(checked))));
}

/// Trains what was checked.
pub(super) fn start_checked(state: &mut State) -> Vec<Effect> {
    match &state.window {
        Some(Window::Check(pages)) if pages.checked.preview.problem.is_some() => {
            warn(state, "this cannot be trained as it is");
            Vec::new()
        }
        Some(Window::Check(_)) => step(state, TrainStep::Start),
        _ => Vec::new(),
    }
}

/// Asks where the command line is to be written.
pub(super) fn save_command(state: &mut State) -> Vec<Effect> {
    let Some(Window::Check(pages)) = &state.window else { return Vec::new() };
    let line = command(&pages.checked.words);
    let name = format!("{}.sh", state.train.get(Field::Name));
    state.window = Some(Window::Prompt(Box::new(Prompt { kind: PromptKind::Command(line), text: offered(&name) })));
    Vec::new()
}

/// Asks where the job for another machine is to be written.
pub(super) fn hand_over(state: &mut State) -> Vec<Effect> {
    // Also what does not fit this machine: that is what another is for.
    let Some(Window::Check(pages)) = &state.window else { return Vec::new() };
    let words = pages.checked.words.clone();
    let name = format!("{}-job", state.train.get(Field::Name));
    state.window = Some(Window::Prompt(Box::new(Prompt { kind: PromptKind::Handover(words), text: offered(&name) })));
    Vec::new()
}

/// Turns to the next page of a window that has several.
pub(super) fn turn_page(state: &mut State) {
    match &mut state.window {
        Some(Window::Check(pages)) => pages.turn(),
        Some(Window::Run(pages)) => pages.turn(),
        _ => {}
    }
}

/// Goes to another example of a check.
pub(super) fn go_example(state: &mut State, by: isize) {
    if let Some(Window::Check(pages)) = &mut state.window {
        pages.go(by);
    }
}

pub(super) fn runs(state: &mut State) -> Vec<Effect> {
    let mut picker = Picker::new(PickerKind::Runs, Vec::new());
    picker.loading = true;
    state.window = Some(Window::List(picker));
    submit(state, Work::Train(TrainWork::List)).1
}

/// The runs came.
pub(super) fn runs_found(state: &mut State, runs: Vec<RunRow>) {
    let items = runs.into_iter().map(|run| Item { label: run_name(&run.folder), detail: stands(&run), choice: Choice::Run(run.folder) });
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
    let loss = progress.smoothed_loss.map(|loss| format!(", loss {loss:.3}")).unwrap_or_default();
    let right = run
        .compared
        .as_ref()
        .and_then(|compared| compared.shares.first())
        .map(|(_, before, after)| format!(", right {:.0}% before and {:.0}% after", 100.0 * before.value(), 100.0 * after.value()));
    format!("{}, step {}/{}{loss}{}", run.standing.name(), progress.step, progress.total_steps, right.unwrap_or_default())
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
    match &mut state.window {
        Some(Window::Run(shown)) if shown.run.folder == run.folder => shown.take(run, state.clock_ms),
        _ if wanted => state.window = Some(Window::Run(Box::new(RunPages::new(run, state.clock_ms)))),
        _ => {}
    }
}

/// Looks at the run that is shown, now and then.
pub(super) fn look_again(state: &mut State) -> Vec<Effect> {
    let Some(Window::Run(pages)) = &state.window else { return Vec::new() };
    let looking = |work: &Work| matches!(work, Work::Train(work) if !matches!(work, TrainWork::Compare { .. }));
    if state.clock_ms < state.watched_ms + WATCH_EVERY_MS || state.running.iter().any(|job| looking(&job.work)) {
        return Vec::new();
    }
    let folder = pages.run.folder.clone();
    watch(state, folder)
}

/// The run that is shown, or selected in the list of runs.
fn chosen(state: &State) -> Option<PathBuf> {
    match &state.window {
        Some(Window::Run(pages)) => Some(pages.run.folder.clone()),
        Some(Window::List(picker)) if picker.kind == PickerKind::Runs => match &picker.item()?.choice {
            Choice::Run(folder) => Some(folder.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Stops the run that is shown: it writes a checkpoint first.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    let Some(Window::Run(pages)) = &state.window else { return Vec::new() };
    let folder = pages.run.folder.clone();
    note(state, "asked to stop: it writes a checkpoint first");
    submit(state, Work::Train(TrainWork::Stop { folder })).1
}

/// Goes on with the run that is shown.
pub(super) fn resume(state: &mut State) -> Vec<Effect> {
    let Some(Window::Run(pages)) = &state.window else { return Vec::new() };
    // A database that is trained on and not compared yet is not learned.
    let learning = pages.run.learned.as_ref().is_some_and(|learned| learned.decision.is_none());
    if pages.run.standing.is_running() || (pages.run.standing == Standing::Finished && !learning) {
        note(state, "there is nothing to go on with");
        return Vec::new();
    }
    let folder = pages.run.folder.clone();
    let words = vec!["--resume".to_owned(), folder.display().to_string()];
    note(state, "going on from the last checkpoint");
    submit(state, Work::Train(TrainWork::Start(TrainOrder { words, folder, own: None }))).1
}

/// Deletes a run; asked twice.
pub(super) fn remove(state: &mut State) -> Vec<Effect> {
    let Some(folder) = chosen(state) else { return Vec::new() };
    if state.run_doomed.as_ref() != Some(&folder) {
        let attached = state.records.adapter.as_ref() == Some(&folder);
        let used = if attached { ", and its adapter, which answers here" } else { "" };
        warn(state, format!("again deletes {} for good: checkpoints, result{used}", run_name(&folder)));
        state.run_doomed = Some(folder);
        return Vec::new();
    }
    state.run_doomed = None;
    note(state, "deleting; one that goes on is stopped first");
    let effects = runs(state);
    let mut all = submit(state, Work::Train(TrainWork::Remove { folder })).1;
    all.extend(effects);
    all
}

/// Another run with the settings of this one.
pub(super) fn duplicate(state: &mut State) -> Vec<Effect> {
    let Some(Window::Run(pages)) = &state.window else { return Vec::new() };
    let name = run_name(&pages.run.folder);
    state.train = TrainForm::duplicate(&pages.run.settings, &format!("{name}-2"));
    let effects = form(state);
    note(state, "the settings of that run; change what should differ");
    effects
}

/// Has held-out questions answered without and with the run's adapter.
pub(super) fn compare(state: &mut State) -> Vec<Effect> {
    let Some(Window::Run(pages)) = &mut state.window else { return Vec::new() };
    let problem = match pages.run.standing {
        Standing::Finished if state.database.is_empty() => Some("no database is open"),
        Standing::Finished => None,
        _ => Some("this run is not finished"),
    };
    if let Some(problem) = problem {
        warn(state, problem);
        return Vec::new();
    }
    pages.page = RunPage::Compare;
    let folder = pages.run.folder.clone();
    note(state, "asked without the adapter, then with it; Ctrl+C stops");
    submit(state, Work::Train(TrainWork::Compare { folder })).1
}

/// A comparison is done.
pub(super) fn compared(state: &mut State, folder: &Path, compared: RunComparison) {
    note(state, format!("compared: {}", compared.verdict));
    if let Some(Window::Run(pages)) = &mut state.window
        && pages.run.folder == folder
    {
        (pages.run.compared, pages.page, pages.scroll) = (Some(compared), RunPage::Compare, 0);
    }
}

/// The adapter of the run that is shown goes with this database from now on.
pub(super) fn attach(state: &mut State) -> Vec<Effect> {
    let Some(Window::Run(pages)) = &state.window else { return Vec::new() };
    if pages.run.standing != Standing::Finished {
        warn(state, "this run is not finished");
        return Vec::new();
    }
    if state.database.is_empty() {
        warn(state, "no database is open");
        return Vec::new();
    }
    if pages.run.settings.iter().any(|(key, value)| key == "method" && value == "full") {
        warn(state, "a model trained in full is no adapter: open sqllama with --model and its folder");
        return Vec::new();
    }
    let adapter = pages.run.folder.clone();
    use_adapter(state, adapter)
}

fn use_adapter(state: &mut State, adapter: PathBuf) -> Vec<Effect> {
    note(state, format!("{} answers on this database from now on; {} switches it off", run_name(&adapter), "Alt+A"));
    state.adapter_off = None;
    let mut effects = submit(state, Work::Keep(KeepWork::Attach { adapter })).1;
    effects.extend(read_again(state));
    effects
}

/// Switches this database's adapter off, or on again.
pub(super) fn switch_adapter(state: &mut State) -> Vec<Effect> {
    if let Some(adapter) = state.records.adapter.clone() {
        note(state, format!("{} is off; the model answers as it came", run_name(&adapter)));
        state.adapter_off = Some(adapter);
        let mut effects = submit(state, Work::Keep(KeepWork::Detach)).1;
        effects.extend(read_again(state));
        return effects;
    }
    match state.adapter_off.clone() {
        Some(adapter) => use_adapter(state, adapter),
        None => {
            note(state, "no adapter goes with this database; a on a finished run attaches one");
            Vec::new()
        }
    }
}

/// The model reads the schema anew, with the adapter or without.
pub(super) fn read_again(state: &mut State) -> Vec<Effect> {
    if state.database.is_empty() || state.lacks_model() { Vec::new() } else { submit(state, Work::Prepare).1 }
}
