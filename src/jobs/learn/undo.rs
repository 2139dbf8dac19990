//! Taking back what was learned: the adapter is detached, the one before comes back, and what remains is said.

use std::path::{Path, PathBuf};

use super::super::message::JobFailure;
use super::kept::{Kept, runs_of};
use crate::llm::Adapter;
use crate::records::{DatabaseId, Records};
use crate::store::Paths;

/// What was taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Undone {
    /// The run whose adapter answered.
    pub folder: PathBuf,
    /// The adapter that answers from now on; `None` for the model as it came.
    pub restored: Option<PathBuf>,
    /// Bytes that the run takes on the disk.
    pub bytes: u64,
    /// Accepted answers, which stay.
    pub accepted: usize,
}

/// Detaches what was learned of the database at `place`, and attaches what was attached before, where that is still there.
///
/// # Errors
/// Where nothing that was learned is attached.
pub fn undo(paths: &Paths, records: &Records, id: DatabaseId, place: &Path) -> Result<Undone, JobFailure> {
    let nothing = |message: &str, hint: &str| JobFailure { message: message.into(), hint: Some(hint.into()) };
    let Some(attached) = records.attachment(id)? else {
        return Err(nothing("nothing is attached to this database", "`sqllama learn DB` learns it"));
    };
    let runs = runs_of(paths, place);
    let Some((folder, kept)) = runs.iter().find(|(folder, _)| is_same(folder, &attached)) else {
        return Err(nothing(
            &format!("the adapter attached to this database, {}, was not made by learning it", attached.display()),
            "`sqllama adapters detach DB` detaches it",
        ));
    };
    let restored = before(kept, folder).filter(|adapter| Adapter::read(adapter).is_ok());
    match &restored {
        Some(adapter) => records.attach(id, adapter)?,
        None => drop(records.detach(id)?),
    }
    Ok(Undone { folder: folder.clone(), restored, bytes: size_of_folder(folder), accepted: records.accepted(id)?.len() })
}

fn before(kept: &Kept, folder: &Path) -> Option<PathBuf> {
    kept.replaced.clone().filter(|replaced| !is_same(replaced, folder))
}

/// Whether both are one folder, whatever links lead there.
fn is_same(a: &Path, b: &Path) -> bool {
    let settled = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    a == b || settled(a) == settled(b)
}

fn size_of_folder(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => size_of_folder(&entry.path()),
        Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |metadata| metadata.len()),
        _ => 0,
    };
    entries.map(size).sum()
}
