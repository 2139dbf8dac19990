//! The catalogue on this machine: what is here, what fits, fetching, deleting.

use super::message::{JobFailure, ModelRow, ModelsWork, Outcome, Report, Work};
use super::task::{Reporter, ServerLister, Task, misplaced};
use crate::store::catalogue::{catalogue, entry};
use crate::store::pull::{Sources, pull, remove};
use crate::store::{Hub, Paths, Presence, Servers, StoreError, machine};

pub(super) fn work(task: &Task, paths: &Paths, offline: bool, servers: &ServerLister, report: &Reporter) -> Result<Outcome, JobFailure> {
    let Work::Models(work) = &task.work else { return Err(misplaced()) };
    match work {
        ModelsWork::List => {}
        ModelsWork::Pull { name } => {
            let entry = entry(name)?;
            if offline && !entry.is_installed(paths) {
                return Err(JobFailure {
                    message: format!(
                        "model {name} is not installed, and `offline = true` in {} forbids fetching it",
                        paths.config_file().display()
                    ),
                    hint: Some("change that line, or give the path of a model file with --model".into()),
                });
            }
            let hub = Hub::from_env();
            let mut emit = |event| report(Report::Pull { job: task.job, event });
            match pull(entry, paths, Sources::of_this_machine(hub.as_ref()), &task.cancel, &mut emit) {
                Err(StoreError::Stopped) => return Ok(Outcome::Cancelled),
                other => other?,
            };
        }
        ModelsWork::Remove { name } => {
            remove(entry(name)?, paths)?;
        }
        ModelsWork::Allow { address, .. } => {
            Servers::of(paths).allow(address)?;
            return Ok(Outcome::Finished);
        }
        ModelsWork::Use { .. } => return Err(misplaced()),
    }
    Ok(Outcome::Models(rows(paths).into_iter().chain(servers(&task.cancel).into_iter().map(of_server)).collect()))
}

/// A model behind an address, as a row.
fn of_server((name, server): (String, Result<String, String>)) -> ModelRow {
    ModelRow {
        name,
        parameters: String::new(),
        quantisation: String::new(),
        bytes: None,
        licence: String::new(),
        note: None,
        presence: if server.is_ok() { Presence::Installed } else { Presence::Absent },
        fits: None,
        usable: server.is_ok(),
        server: Some(server.unwrap_or_else(|problem| problem)),
    }
}

fn rows(paths: &Paths) -> Vec<ModelRow> {
    let memory = machine::memory();
    catalogue()
        .iter()
        .map(|entry| ModelRow {
            name: entry.name.clone(),
            parameters: entry.parameters.clone(),
            quantisation: entry.quantisation.clone(),
            bytes: entry.bytes,
            licence: entry.licence.clone(),
            note: entry.note.clone(),
            presence: entry.presence(paths),
            fits: memory.and_then(|memory| entry.fits(memory.total)),
            usable: !entry.form.is_converted() || entry.is_installed(paths),
            server: None,
        })
        .collect()
}
