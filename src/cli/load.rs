//! Choosing and loading the model a command works with.

use std::path::PathBuf;

use super::computing::{ComputingArgs, GpuLayers};
use super::failure::Failure;
use super::servers;
use super::settings::Settings;
use crate::llm::{Generate, LoadOptions, LocalModel, Scripted};
use crate::store::catalogue::{self, Resolved};
use crate::store::{SavedSessions, StoreError};

/// Tokens of context: the schema's budget and room for question, repairs and answer.
const CONTEXT_TOKENS: usize = 8192;

/// Saved sessions take no more of the disk than this.
const SAVED_SESSION_BYTES: u64 = 2_000_000_000;

/// A model that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chosen {
    /// A model file.
    File(Resolved),
    /// A model behind an address: how it was named.
    Server(String),
    /// A text file whose parts, between lines of `---`, are the answers. For tests of the command line, which have no weights.
    Script(PathBuf),
}

/// The model that `spec` names; without one, the best that is installed.
pub(super) fn choose(settings: &Settings, spec: Option<&str>) -> Result<Chosen, StoreError> {
    match spec {
        Some(spec) if servers::names_server(settings, spec) => Ok(Chosen::Server(spec.into())),
        _ => match spec.and_then(|spec| spec.strip_prefix("script:")) {
            Some(file) => Ok(Chosen::Script(file.into())),
            None => Ok(Chosen::File(catalogue::resolve(&settings.paths, spec)?)),
        },
    }
}

/// How a model is loaded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loading {
    /// As in [`LoadOptions`].
    pub(super) drafting: bool,
    /// Whether what is read of prompts is kept for later runs.
    pub(super) saving: bool,
    /// What computes.
    pub(super) computing: ComputingArgs,
}

impl Loading {
    /// As it is usually done, on what is typed.
    pub(super) fn on(computing: ComputingArgs) -> Self {
        Self { drafting: true, saving: true, computing }
    }
}

/// Loads it.
pub(super) fn load(settings: &Settings, chosen: &Chosen) -> Result<Box<dyn Generate>, Failure> {
    load_with(settings, chosen, Loading::on(ComputingArgs::default()))
}

/// Loads it as `loading` says.
pub(super) fn load_with(settings: &Settings, chosen: &Chosen, loading: Loading) -> Result<Box<dyn Generate>, Failure> {
    match chosen {
        Chosen::File(_) => Ok(Box::new(load_model(settings, chosen, loading)?)),
        Chosen::Server(spec) => Ok(Box::new(servers::open(settings, spec, None)?)),
        Chosen::Script(file) => {
            let text =
                std::fs::read_to_string(file).map_err(|error| Failure::new(2, format!("cannot read {}: {error}", file.display())))?;
            Ok(Box::new(Scripted::new(answers(&text))))
        }
    }
}

/// Loads a model of this machine.
pub(super) fn load_model(settings: &Settings, chosen: &Chosen, loading: Loading) -> Result<LocalModel, Failure> {
    let resolved = match chosen {
        Chosen::File(resolved) => resolved,
        Chosen::Server(_) => return Err(Failure::new(2, "a model of this machine is needed, and one behind an address was given")),
        Chosen::Script(_) => return Err(Failure::new(2, "a model is needed, and a script was given")),
    };
    let options = LoadOptions {
        name: resolved.name.clone(),
        known_as: resolved.known_as.clone(),
        sha256: resolved.sha256.clone(),
        context_length: CONTEXT_TOKENS,
        saved_sessions: loading.saving.then(|| SavedSessions::new(settings.paths.sessions(), SAVED_SESSION_BYTES)),
        drafting: loading.drafting,
        kv_type: settings.kv_type(),
        device: loading.computing.device.into(),
        gpu_layers: match loading.computing.gpu_layers {
            GpuLayers::Auto => None,
            GpuLayers::Count(layers) => Some(layers),
        },
    };
    Ok(LocalModel::open(&resolved.path, &options)?)
}

/// As typed, from the settings, or the best that is installed; loaded.
pub(super) fn load_installed(settings: &Settings, typed: Option<&str>) -> Result<Box<dyn Generate>, Failure> {
    load(settings, &choose(settings, settings.model(typed))?)
}

fn answers(script: &str) -> Vec<String> {
    let mut answers = vec![String::new()];
    for line in script.split_inclusive('\n') {
        match answers.last_mut() {
            Some(answer) if line.trim_end() != "---" => answer.push_str(line),
            _ => answers.push(String::new()),
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_cut_at_its_lines() {
        assert_eq!(answers("one\ntwo\n---\nthree"), ["one\ntwo\n", "three"]);
        assert_eq!(answers("a --- b\n"), ["a --- b\n"]);
        assert_eq!(answers("---\n---\r\nlast"), ["", "", "last"]);
    }
}
