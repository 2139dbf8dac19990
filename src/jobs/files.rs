//! What lies in a folder, for choosing a database.

use std::path::Path;

use super::message::{FileRow, JobFailure, Outcome};

/// Entries listed at most.
const LISTED: usize = 10_000;

pub(super) fn list(folder: &Path) -> Result<Outcome, JobFailure> {
    let unreadable = |error: std::io::Error| JobFailure {
        message: format!("cannot read the folder `{}`: {error}", folder.display()),
        hint: Some("choose another".into()),
    };
    let folder = std::path::absolute(folder).and_then(|whole| whole.canonicalize()).map_err(unreadable)?;
    let mut files: Vec<FileRow> = std::fs::read_dir(&folder)
        .map_err(unreadable)?
        .flatten()
        .take(LISTED)
        .filter_map(|entry| {
            // Links are followed: a linked database is a database.
            let metadata = std::fs::metadata(entry.path()).ok()?;
            let name = entry.file_name().into_string().ok()?;
            (!name.starts_with('.')).then(|| FileRow { name, is_folder: metadata.is_dir(), bytes: metadata.len() })
        })
        .collect();
    files.sort_by(|a, b| b.is_folder.cmp(&a.is_folder).then_with(|| a.name.to_lowercase().cmp(&b.name.to_lowercase())));
    Ok(Outcome::Files { folder, files })
}
