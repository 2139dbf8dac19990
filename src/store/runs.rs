//! Training runs by name: those under `runs/` of the data folder, and those that were begun elsewhere.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Paths;

/// Paths of runs that lie elsewhere, one a line.
const ELSEWHERE: &str = "elsewhere.txt";

/// The folders of all runs that are known, those under `runs/` first, by name. `is_run` tells a run's folder.
pub fn list(paths: &Paths, is_run: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(paths.runs()).into_iter().flatten().flatten();
    let mut own: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| is_run(path)).collect();
    own.sort();
    let known = fs::read_to_string(paths.runs().join(ELSEWHERE)).unwrap_or_default();
    let mut others: Vec<PathBuf> = known.lines().map(PathBuf::from).filter(|path| is_run(path)).collect();
    others.sort();
    own.extend(others);
    own
}

/// Remembers that a run lies in `folder`, where it is not under `runs/` and not known yet.
pub fn remember(paths: &Paths, folder: &Path) -> std::io::Result<()> {
    let folder = std::path::absolute(folder)?;
    let runs = paths.runs();
    let list = runs.join(ELSEWHERE);
    let known = fs::read_to_string(&list).unwrap_or_default();
    // A path with a line break in it cannot be kept in lines.
    let Some(text) = folder.to_str().filter(|text| !text.contains('\n')) else { return Ok(()) };
    if folder.parent() == Some(&std::path::absolute(&runs)?) || known.lines().any(|line| line == text) {
        return Ok(());
    }
    fs::create_dir_all(&runs)?;
    OpenOptions::new().create(true).append(true).open(&list)?.write_all(format!("{text}\n").as_bytes())
}

/// The folder that `spec` means: a run's name, or a path.
pub fn resolve(paths: &Paths, spec: &str, is_run: impl Fn(&Path) -> bool) -> PathBuf {
    let named = |folder: &PathBuf| folder.file_name().is_some_and(|name| name == spec);
    list(paths, is_run).into_iter().find(named).unwrap_or_else(|| spec.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_found_by_name_wherever_they_lie() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::all_in(folder.path().join("data"));
        let is_run = |path: &Path| path.join("plan.toml").is_file();
        let make = |path: PathBuf| {
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join("plan.toml"), "").unwrap();
            remember(&paths, &path).unwrap();
            remember(&paths, &path).unwrap();
            path
        };
        let other = make(folder.path().join("other"));
        let own = make(paths.runs().join("own"));
        assert_eq!(list(&paths, is_run), [own.clone(), other.clone()]);
        assert_eq!(resolve(&paths, "other", is_run), other);
        assert_eq!(resolve(&paths, "/some/where", is_run), PathBuf::from("/some/where"));
        fs::remove_dir_all(&other).unwrap();
        assert_eq!(list(&paths, is_run), [own]);
    }
}
