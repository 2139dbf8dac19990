//! The catalogue on this machine: what is here, what fits, fetching, deleting.

use super::message::{JobFailure, ModelRow, ModelsWork, Outcome, Report, Work};
use super::task::{Reporter, Task, misplaced};
use crate::store::catalogue::{WeightsForm, catalogue, entry};
use crate::store::pull::{Sources, pull, remove};
use crate::store::{Hub, Paths, StoreError, machine};

pub(super) fn work(task: &Task, paths: &Paths, offline: bool, report: &Reporter) -> Result<Outcome, JobFailure> {
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
        ModelsWork::Use { .. } => return Err(misplaced()),
    }
    Ok(Outcome::Models(rows(paths)))
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
            usable: entry.form == WeightsForm::Gguf,
        })
        .collect()
}
