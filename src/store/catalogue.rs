//! The models sqllama knows, and which file a name means.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::Deserialize;

use super::{Paths, StoreError};

/// A model of the catalogue (`assets/models.toml`).
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// File name under `models/`.
    pub file: String,
    /// Architecture.
    pub family: String,
    /// As its makers count them.
    pub parameters: String,
    /// As llama.cpp names it.
    pub quantisation: String,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// SPDX name.
    pub licence: String,
    /// Python wheels that carry the same bytes.
    pub wheels: Wheels,
}

/// Wheels that carry a model.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Wheels {
    /// The package, or what stands before a part's number.
    pub name: String,
    /// Number of parts, joined in order; 0 where one wheel holds the GGUF file itself.
    pub parts: u32,
    /// The packages' version.
    pub version: String,
}

/// Every known model; the first that fits is the best.
pub fn catalogue() -> &'static [Entry] {
    #[derive(Deserialize)]
    struct File {
        model: Vec<Entry>,
    }
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| toml::from_str::<File>(include_str!("../../assets/models.toml")).map(|file| file.model).unwrap_or_default())
}

/// The entry called `name`.
pub fn entry(name: &str) -> Result<&'static Entry, StoreError> {
    catalogue().iter().find(|entry| entry.name == name).ok_or_else(|| StoreError::UnknownModel(name.into()))
}

impl Entry {
    /// Where its file lies once it is installed.
    pub fn path(&self, paths: &Paths) -> PathBuf {
        paths.models().join(&self.file)
    }

    /// Whether it is installed. A pull leaves nothing half-made under this name.
    pub fn is_installed(&self, paths: &Paths) -> bool {
        self.path(paths).is_file()
    }
}

/// A model file and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Its name.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// SHA-256, where the catalogue knows it.
    pub sha256: Option<String>,
}

/// The model that `spec` names: a catalogue name or a path. Without one, the first installed model of the catalogue.
pub fn resolve(paths: &Paths, spec: Option<&str>) -> Result<Resolved, StoreError> {
    let found = match spec {
        None => catalogue().iter().find(|entry| entry.is_installed(paths)),
        Some(name) => catalogue().iter().find(|entry| entry.name == name),
    };
    match (found, spec) {
        (Some(entry), _) if entry.is_installed(paths) => {
            Ok(Resolved { name: entry.name.clone(), path: entry.path(paths), sha256: Some(entry.sha256.clone()) })
        }
        (Some(entry), _) => Err(StoreError::NotInstalled(entry.name.clone())),
        (None, None) => Err(StoreError::NotInstalled(catalogue().first().map(|entry| entry.name.clone()).unwrap_or_default())),
        (None, Some(spec)) => {
            let path = Path::new(spec);
            if !path.exists() {
                return Err(StoreError::UnknownModel(spec.into()));
            }
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(Resolved { name, path: path.into(), sha256: None })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sound() {
        assert_eq!(catalogue().len(), 3);
        for entry in catalogue() {
            assert!(entry.sha256.len() == 64 && entry.sha256.bytes().all(|b| b.is_ascii_hexdigit()), "{}", entry.name);
            assert!(entry.bytes > 1_000_000 && !entry.file.contains('/'), "{}", entry.name);
        }
    }

    #[test]
    fn names_and_paths_resolve() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths { data: folder.path().into(), cache: folder.path().into() };
        assert!(matches!(resolve(&paths, None), Err(StoreError::NotInstalled(name)) if name == "qwen2.5-coder-1.5b"));
        assert!(matches!(resolve(&paths, Some("nope")), Err(StoreError::UnknownModel(_))));
        std::fs::create_dir_all(paths.models()).unwrap();
        std::fs::write(entry("smollm2-135m").unwrap().path(&paths), b"x").unwrap();
        assert_eq!(resolve(&paths, None).unwrap().name, "smollm2-135m");
        let own = folder.path().join("own.bin");
        std::fs::write(&own, b"x").unwrap();
        assert_eq!(resolve(&paths, own.to_str()).unwrap().name, "own");
    }
}
