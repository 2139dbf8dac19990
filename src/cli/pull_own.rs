//! `models pull` of what the catalogue does not know: repositories of the hub, Ollama's store, files and folders; and of checkpoints that have
//! to be converted.

use std::io::{Write, stderr};
use std::path::{Path, PathBuf};

use super::convert::quantise;
use super::failure::Failure;
use super::progress::Progress;
use super::settings::Settings;
use crate::llm::convert::FileType;
use crate::signal::Cancel;
use crate::store::catalogue::{self, HubFile, OLLAMA, WeightsForm};
use crate::store::own::{self, OwnModel};
use crate::store::pull::Sources;
use crate::store::pull_repo::pull_repository;
use crate::store::repository::RepoSpec;
use crate::store::{Entry, Hub, Paths, StoreError, ollama};

/// What becomes of a checkpoint of the catalogue.
const USUAL_TYPE: FileType = FileType::Q4KM;

/// How it is to be pulled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wishes<'a> {
    /// What to call it.
    pub(super) name: Option<&'a str>,
    /// What a folder is quantised to.
    pub(super) quantise: Option<FileType>,
    /// Whether the folder stays, too.
    pub(super) keep: bool,
}

/// Brings the model `what`, which the catalogue does not know; where it lies.
pub(super) fn pull_own(what: &str, wishes: Wishes<'_>, settings: &Settings, cancel: &Cancel) -> Result<Vec<PathBuf>, Failure> {
    let paths = &settings.paths;
    if let Some(name) = what.strip_prefix(OLLAMA) {
        let path = catalogue::resolve(paths, Some(what))?.path;
        return Ok(vec![link(wishes.name.unwrap_or(name), what, &path, paths)?]);
    }
    if Path::new(what).exists() {
        return link_all(Path::new(what), wishes, paths);
    }
    let Some(spec) = RepoSpec::parse(what) else {
        return Err(StoreError::UnknownModel(what.into()).into());
    };
    settings.require_network(false, &format!("model {what} is not installed"))?;
    let model = fetch(&spec, wishes.name, settings, cancel)?;
    match wishes.quantise {
        Some(kind) if model.path.is_dir() => {
            let folder = paths.own_model(&model.name);
            let file = format!("{}-{}.gguf", model.name, kind.name());
            let out = folder.join(&file);
            quantise(&model.path, kind, &out, false, cancel)?;
            own::write(paths, &OwnModel { path: file.into(), ..model.clone() })?;
            if !wishes.keep {
                remove_weights(&folder, &out)?;
            }
            Ok(vec![out])
        }
        _ => Ok(vec![model.path]),
    }
}

fn fetch(spec: &RepoSpec, name: Option<&str>, settings: &Settings, cancel: &Cancel) -> Result<OwnModel, Failure> {
    let offline = || StoreError::HubOnly { name: spec.text(), place: spec.repo.clone(), reason: "HF_HUB_OFFLINE is set".into() };
    let hub = Hub::from_env().ok_or_else(offline)?;
    let mut progress: Option<(String, Progress)> = None;
    let result = pull_repository(spec, name, &settings.paths, &hub, Sources::of_this_machine(Some(&hub)), cancel, &mut |file, event| {
        if progress.as_ref().is_none_or(|(current, _)| current != file) {
            if let Some((_, before)) = progress.take() {
                before.finish();
            }
            progress = Some((file.to_owned(), Progress::new(file)));
        }
        if let Some((_, progress)) = &mut progress {
            progress.show(&event);
        }
    });
    if let Some((_, progress)) = progress {
        progress.finish();
    }
    Ok(result?)
}

/// Deletes the folder's files beside `kept`: its weights are in there now.
fn remove_weights(folder: &Path, kept: &Path) -> Result<(), Failure> {
    for entry in std::fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        let is_weights = ["bin", "safetensors"].iter().any(|end| path.extension().is_some_and(|extension| extension == *end));
        if path != kept && is_weights {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Names what lies at `path`; nothing is copied.
fn link(name: &str, source: &str, path: &Path, paths: &Paths) -> Result<PathBuf, Failure> {
    let path = std::fs::canonicalize(path)?;
    let mut name = own::name_for(name);
    if catalogue::entry(&name).is_ok() {
        name.push_str("-own");
    }
    match own::find(paths, &name) {
        Some(here) if here.path != path => return Err(StoreError::ModelExists(name).into()),
        _ => own::write(paths, &OwnModel { name: name.clone(), source: source.into(), path: path.clone() })?,
    }
    writeln!(stderr(), "{name}: {}", path.display())?;
    Ok(path)
}

/// A file, a folder of a model, or a folder of models.
fn link_all(path: &Path, wishes: Wishes<'_>, paths: &Paths) -> Result<Vec<PathBuf>, Failure> {
    let source = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.into()).display().to_string();
    if path.is_file() {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(vec![link(wishes.name.unwrap_or(&stem), &source(path), path, paths)?]);
    }
    // `.` has no name of its own.
    let folder = std::fs::canonicalize(path)?;
    let found = own::models_in(&folder);
    match (found.as_slice(), wishes.name) {
        ([], _) => Err(Failure::new(2, format!("{} holds no model: no GGUF file, and no folder with a config.json", path.display()))),
        ([(own, only)], name) => Ok(vec![link(name.unwrap_or(own), &source(only), only, paths)?]),
        (_, Some(_)) => Err(Failure::new(2, format!("{} holds {} models, and --name is for one", path.display(), found.len()))),
        (several, None) => several.iter().map(|(name, path)| link(name, &source(path), path, paths)).collect(),
    }
}

/// Brings a checkpoint of the catalogue: fetched, converted, quantised.
pub(super) fn pull_checkpoint(
    entry: &Entry,
    hub: &HubFile,
    wishes: Wishes<'_>,
    settings: &Settings,
    cancel: &Cancel,
) -> Result<PathBuf, Failure> {
    let spec = RepoSpec { repo: hub.repo.clone(), part: Some(hub.file.clone()).filter(|part| !part.is_empty()) };
    let folder_name = format!("{}-checkpoint", entry.name);
    let model = fetch(&spec, Some(&folder_name), settings, cancel)?;
    let out = entry.path(&settings.paths);
    // Those without a form of their own are asked in Alpaca's, which they were trained with, whatever a later tokenizer brings.
    let bare = entry.form == WeightsForm::Pytorch && entry.prompt.is_none();
    quantise(&model.path, wishes.quantise.unwrap_or(USUAL_TYPE), &out, bare, cancel)?;
    if !wishes.keep {
        own::remove(&settings.paths, &model.name)?;
    }
    Ok(out)
}

/// What Ollama's store offers, for a list.
pub(super) fn in_ollama() -> Vec<String> {
    ollama::folder().map(|folder| ollama::list(&folder)).unwrap_or_default()
}
