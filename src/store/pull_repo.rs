//! Fetching what a repository has: one file after another, each as a pull of its own, and the card last.

use super::catalogue::{self, Entry, WeightsForm};
use super::own::{self, OwnModel};
use super::pull::{PullEvent, Sources, pull};
use super::repository::{RepoSpec, Selection};
use super::{Hub, Paths, StoreError};
use crate::signal::Cancel;

/// Fetches the model that `spec` names, to be called `name` where that is given. `emit` is told of which file it hears.
pub fn pull_repository(
    spec: &RepoSpec,
    name: Option<&str>,
    paths: &Paths,
    hub: &Hub,
    sources: Sources<'_>,
    cancel: &Cancel,
    emit: &mut dyn FnMut(&str, PullEvent),
) -> Result<OwnModel, StoreError> {
    let whole = |error| match error {
        StoreError::Hub { reason } => StoreError::HubOnly { name: spec.text(), place: spec.repo.clone(), reason },
        other => other,
    };
    let selection = spec.select(&hub.list(&spec.repo).map_err(whole)?)?;
    let model = model_of(spec, &selection, name);
    match own::find(paths, &model.name) {
        Some(here) if here.source == model.source => return Ok(here),
        Some(_) => return Err(StoreError::ModelExists(model.name)),
        None => {}
    }
    let folder = paths.own_model(&model.name);
    std::fs::create_dir_all(&folder).map_err(|error| StoreError::io(&folder, error))?;
    let entries: Vec<Entry> = selection.files.iter().map(|file| entry(spec, &model.name, file)).collect();
    let needed: u64 = entries.iter().filter(|entry| !entry.is_installed(paths)).filter_map(|entry| missing(entry, paths)).sum();
    if let Some(free) = (sources.free_bytes)(&folder).filter(|free| *free < needed) {
        return Err(StoreError::NoSpace { folder, needed, free });
    }
    for entry in &entries {
        let file = entry.file.rsplit('/').next().unwrap_or_default();
        pull(entry, paths, sources, cancel, &mut |event| emit(file, event))?;
    }
    own::write(paths, &model)?;
    own::find(paths, &model.name).ok_or(StoreError::NotInstalled(model.name))
}

/// Bytes of `entry` that are still to come.
fn missing(entry: &Entry, paths: &Paths) -> Option<u64> {
    let here = entry.part_path(paths).metadata().map_or(0, |metadata| metadata.len());
    entry.bytes.map(|bytes| bytes.saturating_sub(here))
}

fn model_of(spec: &RepoSpec, selection: &Selection, name: Option<&str>) -> OwnModel {
    let mut name = own::name_for(name.unwrap_or(&selection.name));
    if catalogue::entry(&name).is_ok() {
        name.push_str("-own");
    }
    let first = selection.files.first();
    let path = if selection.is_folder { "." } else { first.map(super::repository::RepoFile::name).unwrap_or_default() };
    OwnModel { name, source: spec.text(), path: path.into() }
}

/// A file as the catalogue would have it.
fn entry(spec: &RepoSpec, name: &str, file: &super::repository::RepoFile) -> Entry {
    Entry {
        name: format!("own-{name}-{}", file.name()),
        file: format!("own/{name}/{}", file.name()),
        family: String::new(),
        parameters: String::new(),
        quantisation: String::new(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
        licence: String::new(),
        note: None,
        prompt: None,
        form: WeightsForm::Gguf,
        hub: Some(file.place(&spec.repo)),
        wheels: None,
    }
}
