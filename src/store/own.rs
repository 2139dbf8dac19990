//! Models beside the catalogue: pulled from repositories of the hub, or lying elsewhere and only named here. Each has a folder under
//! `models/own`, with a card that is written last: without it a folder is no model.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Paths, StoreError};

/// The card's file name.
const CARD: &str = "model.json";

/// What is known of such a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnModel {
    /// What it is called.
    pub name: String,
    /// Where it is from: `owner/name:file`, `ollama:name`, or a path.
    pub source: String,
    /// Its file or folder.
    pub path: PathBuf,
}

impl Paths {
    /// Where the folder of the own model `name` lies.
    pub fn own_model(&self, name: &str) -> PathBuf {
        self.models().join("own").join(name)
    }
}

/// All of them, by name.
pub fn list(paths: &Paths) -> Vec<OwnModel> {
    let Ok(entries) = std::fs::read_dir(paths.models().join("own")) else { return Vec::new() };
    let mut found: Vec<OwnModel> = entries.flatten().filter_map(|entry| read(&entry.path())).collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The one called `spec`, or from there.
pub fn find(paths: &Paths, spec: &str) -> Option<OwnModel> {
    let named = is_name(spec).then(|| read(&paths.own_model(spec))).flatten();
    named.or_else(|| list(paths).into_iter().find(|model| model.source == spec))
}

fn read(folder: &Path) -> Option<OwnModel> {
    let text = std::fs::read_to_string(folder.join(CARD)).ok()?;
    let model: OwnModel = serde_json::from_str(&text).ok()?;
    // What lies inside was written relative to the folder, which may have been moved since.
    let path = match &model.path {
        path if path.is_absolute() => path.clone(),
        path if path == Path::new(".") => folder.into(),
        path => folder.join(path),
    };
    Some(OwnModel { name: folder.file_name()?.to_str()?.to_owned(), path, ..model })
}

/// Names a model: what lies at `path`, which is relative where it lies in the model's own folder.
pub fn write(paths: &Paths, model: &OwnModel) -> Result<(), StoreError> {
    let folder = paths.own_model(&model.name);
    let io = |error| StoreError::io(&folder, error);
    std::fs::create_dir_all(&folder).map_err(io)?;
    let part = folder.join(format!("{CARD}.part"));
    let text = serde_json::to_string_pretty(model).unwrap_or_default();
    std::fs::write(&part, text + "\n").and_then(|()| std::fs::rename(&part, folder.join(CARD))).map_err(io)
}

/// Deletes what is here of the one called `name`; what lies elsewhere stays. The bytes that are free again.
pub fn remove(paths: &Paths, name: &str) -> Result<Option<u64>, StoreError> {
    let folder = paths.own_model(name);
    if !is_name(name) || !folder.is_dir() {
        return Ok(None);
    }
    let bytes = bytes_in(&folder);
    let _ = std::fs::remove_file(folder.join(CARD));
    std::fs::remove_dir_all(&folder).map_err(|error| StoreError::io(&folder, error))?;
    Ok(Some(bytes))
}

fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).filter(std::fs::Metadata::is_file).map(|metadata| metadata.len()).sum()
}

/// The name of a model that could be called `wanted`: what cannot stand in a name becomes a dash.
pub fn name_for(wanted: &str) -> String {
    let sound = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = wanted.chars().map(sound).take(100).collect();
    let name = name.trim_start_matches('.').to_owned();
    if name.is_empty() { "model".into() } else { name }
}

/// Whether `name` can be such a model's.
pub fn is_name(name: &str) -> bool {
    name_for(name) == name
}

/// The models in a folder that lies elsewhere: GGUF files (the first part of split ones), and folders with a `config.json`; the folder itself
/// where it is one.
pub fn models_in(folder: &Path) -> Vec<(String, PathBuf)> {
    let stem = |path: &Path| path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let whole = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if folder.join("config.json").is_file() {
        return vec![(whole(folder), folder.into())];
    }
    let mut out = Vec::new();
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let later_part = stem(&path).rsplit_once("-of-").is_some_and(|(before, _)| !before.ends_with("-00001"));
        if path.is_file() && path.extension().is_some_and(|extension| extension == "gguf") && !later_part {
            out.push((stem(&path), path));
        } else if path.is_dir() && path.join("config.json").is_file() {
            out.push((whole(&path), path));
        }
    }
    out.sort();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_named_found_and_removed() {
        let temporary = tempfile::tempdir().unwrap();
        let paths = Paths::all_in(temporary.path());
        assert!(list(&paths).is_empty() && find(&paths, "m").is_none());
        let elsewhere = temporary.path().join("far.gguf");
        std::fs::write(&elsewhere, b"x").unwrap();
        let linked = OwnModel { name: "far".into(), source: "ollama:far".into(), path: elsewhere.clone() };
        write(&paths, &linked).unwrap();
        std::fs::create_dir_all(paths.own_model("near")).unwrap();
        std::fs::write(paths.own_model("near").join("near.gguf"), b"xyz").unwrap();
        assert!(find(&paths, "near").is_none(), "without its card it is not finished");
        write(&paths, &OwnModel { name: "near".into(), source: "owner/near:near.gguf".into(), path: "near.gguf".into() }).unwrap();
        assert_eq!(find(&paths, "ollama:far"), Some(linked));
        assert_eq!(find(&paths, "owner/near:near.gguf").unwrap().path, paths.own_model("near").join("near.gguf"));
        assert_eq!(list(&paths).len(), 2);
        remove(&paths, "far").unwrap().unwrap();
        assert!(remove(&paths, "near").unwrap().unwrap() > 3 && remove(&paths, "near").unwrap().is_none() && elsewhere.exists());
    }

    #[test]
    fn names_lead_nowhere_else() {
        for name in ["..", "../x", "a/b", ".hidden", ""] {
            assert!(!is_name(name) && is_name(&name_for(name)), "{name}");
        }
        assert_eq!((name_for("a b:c"), name_for("..")), ("a-b-c".into(), "model".into()));
    }

    #[test]
    fn a_folder_of_models_is_looked_through() {
        let temporary = tempfile::tempdir().unwrap();
        let at = |name: &str| temporary.path().join(name);
        for name in ["a.gguf", "b-00001-of-00002.gguf", "b-00002-of-00002.gguf", "notes.txt"] {
            std::fs::write(at(name), b"x").unwrap();
        }
        std::fs::create_dir(at("hf")).unwrap();
        std::fs::write(at("hf/config.json"), b"{}").unwrap();
        std::fs::create_dir(at("empty")).unwrap();
        let names = |folder: &Path| models_in(folder).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(temporary.path()), ["a", "b-00001-of-00002", "hf"]);
        assert_eq!(names(&at("hf")), ["hf"]);
    }
}
