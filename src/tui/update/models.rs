//! The models page.

use super::super::event::Effect;
use super::super::picker::{Choice, Item, PickerKind};
use super::super::state::{RunningJob, State, Window};
use super::list::show;
use super::{note, submit, warn};
use crate::jobs::{ModelRow, ModelsWork, Work};
use crate::store::Presence;
use crate::text;

pub(super) fn models(state: &mut State) -> Vec<Effect> {
    let items = model_items(state);
    let loading = items.is_empty();
    show(state, PickerKind::Models, items);
    if let Some(Window::List(picker)) = &mut state.window {
        picker.loading = loading;
    }
    submit(state, Work::Models(ModelsWork::List)).1
}

pub(super) fn model_items(state: &State) -> Vec<Item> {
    let pulled =
        |name: &str| state.running.iter().find(|job| matches!(&job.work, Work::Models(ModelsWork::Pull { name: own }) if own == name));
    let item = |model: &ModelRow| {
        if let Some(server) = &model.server {
            let in_use =
                state.model.as_ref().is_some_and(|info| model.name == info.name || model.name.ends_with(&format!("#{}", info.name)));
            let here = if in_use { "in use  " } else { "" };
            return Item { label: model.name.clone(), detail: format!("{here}{server}"), choice: Choice::Model(model.name.clone()) };
        }
        let size = model.bytes.map_or_else(|| "size unknown".into(), text::bytes);
        let in_use = state.model.as_ref().is_some_and(|info| info.name == model.name);
        let here = match (pulled(&model.name), &model.presence) {
            (Some(job), _) => job.progress.clone().unwrap_or_else(|| "fetching".into()),
            (None, Presence::Installed) if in_use => "in use".into(),
            (None, Presence::Installed) => "installed".into(),
            (None, Presence::Partial(bytes)) => format!("{} fetched", text::bytes(*bytes)),
            (None, Presence::Absent) if !model.usable => "PyTorch, not usable".into(),
            (None, Presence::Absent) => "not here".into(),
        };
        let fits = match model.fits {
            Some(true) => "fits this machine",
            Some(false) => "too large for this machine",
            None => "memory unknown",
        };
        Item {
            label: model.name.clone(),
            detail: format!("{here}  {size}  {fits}  {} {}  {}", model.parameters, model.quantisation, model.licence),
            choice: Choice::Model(model.name.clone()),
        }
    };
    state.models.iter().map(item).collect()
}

/// Uses an installed model; fetches another.
pub(super) fn model_chosen(state: &mut State, name: &str) -> Vec<Effect> {
    let Some(model) = state.models.iter().find(|model| model.name == name) else { return Vec::new() };
    let pulls = |job: &RunningJob| matches!(&job.work, Work::Models(ModelsWork::Pull { name: own }) if own == name);
    match model.presence {
        Presence::Installed => {
            let mut effects = submit(state, Work::Models(ModelsWork::Use { name: name.into() })).1;
            if !state.database.is_empty() {
                effects.extend(submit(state, Work::Prepare).1);
            }
            effects
        }
        _ if model.server.is_some() => {
            let problem = model.server.clone().unwrap_or_default();
            warn(state, problem);
            Vec::new()
        }
        _ if !model.usable => {
            warn(state, "this one is published as a PyTorch checkpoint, which has to be converted before it can answer; choose another");
            Vec::new()
        }
        _ => match state.running.iter_mut().find(|job| pulls(job)) {
            Some(job) if job.stopping => Vec::new(),
            Some(job) => {
                job.stopping = true;
                vec![Effect::Cancel(job.job)]
            }
            None => {
                note(state, "fetching; Enter again stops it, and what came is kept");
                submit(state, Work::Models(ModelsWork::Pull { name: name.into() })).1
            }
        },
    }
}
