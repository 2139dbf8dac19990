//! Stored adapters: one folder each, under `adapters/` of the data folder.

use std::path::{Path, PathBuf};

use super::{Paths, StoreError, runs};

impl Paths {
    /// Where adapters lie.
    pub fn adapters(&self) -> PathBuf {
        self.data.join("adapters")
    }
}

/// The stored adapters, by name.
pub fn list(paths: &Paths) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(paths.adapters()) else { return Vec::new() };
    let folders = entries.flatten().map(|entry| entry.path()).filter(|path| is_adapter(path));
    let mut named: Vec<(String, PathBuf)> =
        folders.filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path))).filter(|(name, _)| is_name(name)).collect();
    named.sort();
    named
}

/// The adapters that training runs ended in, by the run's name.
pub fn of_runs(paths: &Paths) -> Vec<(String, PathBuf)> {
    let folders = runs::list(paths, is_adapter);
    folders.into_iter().filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path))).collect()
}

/// The folder of the adapter that `spec` names: a stored one, a folder's path, or that of a run.
pub fn resolve(paths: &Paths, spec: &str) -> Result<PathBuf, StoreError> {
    let stored = paths.adapters().join(spec);
    if is_name(spec) && is_adapter(&stored) {
        return Ok(stored);
    }
    let path = Path::new(spec);
    // A file of an adapter stands for its folder.
    match path.parent().filter(|folder| path.is_file() && is_adapter(folder)) {
        Some(folder) => return Ok(folder.into()),
        None if path.is_dir() => return Ok(path.into()),
        None => {}
    }
    let of_run = of_runs(paths).into_iter().find(|(name, _)| name == spec);
    of_run.map(|(_, path)| path).ok_or_else(|| StoreError::UnknownAdapter(spec.into()))
}

/// The place of a new adapter called `name`, which nothing takes yet.
pub fn new_place(paths: &Paths, name: &str) -> Result<PathBuf, StoreError> {
    if !is_name(name) {
        return Err(StoreError::AdapterName(name.into()));
    }
    let place = paths.adapters().join(name);
    if place.exists() { Err(StoreError::AdapterExists(name.into())) } else { Ok(place) }
}

/// Deletes the stored adapter called `name`.
pub fn remove(paths: &Paths, name: &str) -> Result<(), StoreError> {
    let place = paths.adapters().join(name);
    if !is_name(name) || !is_adapter(&place) {
        return Err(StoreError::UnknownAdapter(name.into()));
    }
    // Renamed first: half of an adapter is never found under its name.
    let doomed = paths.adapters().join(format!(".{name}.{}.removed", std::process::id()));
    std::fs::rename(&place, &doomed).and_then(|()| std::fs::remove_dir_all(&doomed)).map_err(|error| StoreError::io(&place, error))
}

fn is_adapter(path: &Path) -> bool {
    path.join("adapter_config.json").is_file()
}

/// Whether `name` can be a stored adapter's: letters, digits, dashes, dots and underscores, a dot not first.
pub fn is_name(name: &str) -> bool {
    let sound = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && name.chars().all(sound) && !matches!(name, "auto" | "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adapters_are_listed_found_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::all_in(folder.path());
        assert!(list(&paths).is_empty());
        for name in ["b", "a-1.5"] {
            let place = new_place(&paths, name).unwrap();
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join("adapter_config.json"), "{}").unwrap();
        }
        std::fs::create_dir(paths.adapters().join("unfinished")).unwrap();
        let names = |paths: &Paths| list(paths).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&paths), ["a-1.5", "b"]);
        assert!(matches!(new_place(&paths, "b"), Err(StoreError::AdapterExists(_))));
        assert_eq!(resolve(&paths, "b").unwrap(), paths.adapters().join("b"));
        assert_eq!(resolve(&paths, folder.path().to_str().unwrap()).unwrap(), folder.path());
        assert!(matches!(resolve(&paths, "c"), Err(StoreError::UnknownAdapter(_))));
        let file = paths.adapters().join("b/adapter_config.json");
        assert_eq!(resolve(&paths, file.to_str().unwrap()).unwrap(), paths.adapters().join("b"));
        remove(&paths, "b").unwrap();
        assert_eq!(names(&paths), ["a-1.5"]);
        let run = paths.runs().join("my-run");
        std::fs::create_dir_all(&run).unwrap();
        assert!(of_runs(&paths).is_empty() && resolve(&paths, "my-run").is_err());
        std::fs::write(run.join("adapter_config.json"), "{}").unwrap();
        assert_eq!(of_runs(&paths), [("my-run".to_owned(), run.clone())]);
        assert_eq!(resolve(&paths, "my-run").unwrap(), run);
        assert!(remove(&paths, "my-run").is_err());
        assert!(remove(&paths, "../adapters/a-1.5").is_err() && remove(&paths, "unfinished").is_err());
    }

    #[test]
    fn names_cannot_lead_elsewhere() {
        for name in ["", ".", "..", "a/b", "a\\b", ".hidden", "auto", "none"] {
            assert!(!is_name(name), "{name}");
        }
        assert!(is_name("shop-0.5b_r8") && is_name("Läden"));
    }
}
