//! What can go wrong with training.

use std::path::PathBuf;

use crate::llm::LlmError;
use crate::signal::Stop;
use crate::text;

/// What can go wrong with training. Each says one sentence with its values; [`TrainError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A setting has a value that cannot be.
    #[error("`{key}` cannot be {value}: {reason}")]
    Setting {
        /// Which one.
        key: &'static str,
        /// What it was given.
        value: String,
        /// Why not.
        reason: String,
    },
    /// A flag is not known.
    #[error("`{word}` is not known")]
    Flag {
        /// What was typed.
        word: String,
        /// The flag that is most like it.
        nearest: Option<&'static str>,
    },
    /// A flag of the Trainer's that is not done here.
    #[error("`{flag}` is not done here: {reason}")]
    Refused {
        /// What was typed.
        flag: String,
        /// Why not.
        reason: String,
    },
    /// A settings file is not sound TOML, or holds something unknown.
    #[error("{}: {reason}", path.display())]
    ConfigFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with its place.
        reason: String,
    },
    /// A DeepSpeed file and the flags beside it contradict each other.
    #[error(
        "{}: Please correct the following DeepSpeed config values that mismatch TrainingArguments values:\n{}",
        path.display(),
        lines.join("\n")
    )]
    Mismatch {
        /// Which file.
        path: PathBuf,
        /// A line a value, as the Trainer says it.
        lines: Vec<String>,
    },
    /// Nothing is left to learn from.
    #[error("no example is left of {total}: {dropped}")]
    NoExamples {
        /// How many there were.
        total: usize,
        /// Why they were dropped.
        dropped: String,
    },
    /// The run does not fit memory.
    #[error("training needs about {} of memory, and {} are free", text::bytes(*needed), text::bytes(*available))]
    Memory {
        /// Bytes.
        needed: u64,
        /// Bytes.
        available: u64,
        /// What would make it fit.
        advice: String,
    },
    /// The run does not fit the card.
    #[error("training needs about {} of the card's memory, and {} are free", text::bytes(*needed), text::bytes(*available))]
    CardMemory {
        /// Bytes.
        needed: u64,
        /// Bytes.
        available: u64,
        /// What would make it fit.
        advice: String,
    },
    /// The run does not fit the disk.
    #[error("training writes about {} to {}, and {} are free", text::bytes(*needed), path.display(), text::bytes(*available))]
    Disk {
        /// Where.
        path: PathBuf,
        /// Bytes.
        needed: u64,
        /// Bytes.
        available: u64,
    },
    /// The model cannot be trained in this way.
    #[error("{0}")]
    Method(String),
    /// The loss is not a number.
    #[error("the {what} of step {step} is not a finite number; nothing of that step was kept")]
    NotFinite {
        /// Loss or gradient.
        what: &'static str,
        /// The step, from 1.
        step: u64,
    },
    /// A weight is not a number.
    #[error("`{tensor}` of the model holds a number that is not finite")]
    Weights {
        /// Its name.
        tensor: String,
    },
    /// A folder holds a run already.
    #[error("{} holds a run that got to step {step}", path.display())]
    RunExists {
        /// Which folder.
        path: PathBuf,
        /// Its last checkpoint.
        step: u64,
    },
    /// There is nothing to go on with.
    #[error("{} holds no run", path.display())]
    NoRun {
        /// Which folder.
        path: PathBuf,
    },
    /// A run was begun with something else.
    #[error("the run was begun with {what}, and this is another")]
    Changed {
        /// The model, the data, ...
        what: String,
    },
    /// A checkpoint is not sound.
    #[error("{} is not a sound checkpoint: {reason}", path.display())]
    Checkpoint {
        /// Which folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Another process trains in this folder.
    #[error("another process is training in {}", .0.display())]
    Busy(PathBuf),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The model or an adapter.
    #[error(transparent)]
    Model(#[from] LlmError),
    /// There is no card to train on.
    #[error("no graphics card can be used: {reason}")]
    NoCard {
        /// Why.
        reason: String,
    },
    /// The device that computes reported an error.
    #[error("the device that trains failed: {reason}")]
    Device {
        /// In candle's words.
        reason: String,
    },
    /// A job cannot be handed over.
    #[error("{} cannot be exported: {reason}", path.display())]
    Export {
        /// Where to.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// What another machine trained cannot be brought back.
    #[error("{} cannot be imported: {reason}", path.display())]
    Import {
        /// Which folder.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A run that should be stopped does not run, or cannot be told.
    #[error("the run in {} cannot be stopped: {reason}", path.display())]
    NotStopped {
        /// Which folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Answers on the way could not be judged.
    #[error("the answers of the model on the way cannot be judged: {reason}")]
    Unjudged {
        /// Why.
        reason: String,
    },
    /// Stopped before anything was trained.
    #[error("stopped before the first step")]
    Stopped(Stop),
}

impl TrainError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Flag { nearest: Some(nearest), .. } => format!("the nearest is --{nearest}"),
            Self::Flag { .. } => "`sqllama train --help` lists the flags".into(),
            Self::Export { .. } => "name the folder of the model's safetensors, and a new folder to write to".into(),
            Self::Import { .. } => "`runs import` takes a folder of `sqllama train --export` in which `run.sh` has ended".into(),
            Self::Mismatch { .. } => "the easiest is to set these values of the file to \"auto\"; the Trainer refuses them, too".into(),
            Self::Memory { advice, .. } | Self::CardMemory { advice, .. } => advice.clone(),
            Self::Disk { .. } => "free some space, or set a smaller `--save_total_limit`".into(),
            Self::NoExamples { .. } => "raise `--model_max_length`, or look at the data with `sqllama data check`".into(),
            Self::NotFinite { .. } => "lower `--learning_rate`, or go on from the last checkpoint with `--resume`".into(),
            Self::Weights { .. } => "the model's file is damaged; fetch it again".into(),
            Self::RunExists { path, .. } => {
                format!("go on with `--resume {}`, or begin anew with `--overwrite_output_dir true`", path.display())
            }
            Self::NoRun { .. } => "`sqllama runs list` names the runs; the `--output_dir` of one that was begun works too".into(),
            Self::NoCard { .. } => "train on the processor with `--device cpu`".into(),
            Self::Device { .. } => {
                "where its memory is full, try `--offload optimizer`, a smaller `--per_device_train_batch_size`, or `--device cpu`".into()
            }
            Self::Changed { .. } => "give what it was begun with, or begin another run with another `--output_dir`".into(),
            Self::Checkpoint { .. } => "delete that folder: the one before it is used then".into(),
            Self::Busy(_) => "wait for it, or stop it; only one process trains in a folder".into(),
            Self::File { source, .. } | Self::Model(LlmError::Write { source, .. }) if source.kind() == std::io::ErrorKind::StorageFull => {
                "free some space; checkpoints that were complete before are still there, and `--resume` goes on from the last".into()
            }
            Self::Model(error) => return error.hint().map(str::to_owned),
            _ => return None,
        })
    }

    /// A file could not be read or written.
    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
