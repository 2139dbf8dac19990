//! What can go wrong with a model.

use std::path::PathBuf;

use crate::signal::Stop;
use crate::text;

use super::gguf_error::GgufError;
use super::server_error::ServerError;

/// What can go wrong with a model. Each says one sentence with its values; [`LlmError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LlmError {
    /// The file could not be opened or mapped.
    #[error("cannot open model file {path}: {source}")]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a sound GGUF file.
    #[error("{path} is not a usable GGUF file: {source}")]
    Gguf {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: GgufError,
    },
    /// The folder, or a file of it, is not sound.
    #[error("{path} is not a usable Hugging Face folder: {reason}")]
    Folder {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something lies where a file is to be written.
    #[error("{path} exists already")]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// There is less room than a file needs.
    #[error("there is too little room for {path}: {} are needed and {} are free", text::bytes(*needed), text::bytes(*free))]
    NoSpace {
        /// Which file.
        path: PathBuf,
        /// Its bytes.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// Weights that the wanted type cannot hold.
    #[error("`{tensor}` holds a number that is too large for half precision (f16)")]
    TooLarge {
        /// Where.
        tensor: String,
    },
    /// An importance matrix is not sound, does not fit, or cannot be made.
    #[error("the importance matrix cannot be used: {0}")]
    Importance(String),
    /// Blocks are to be made from blocks.
    #[error("{path} is quantised already (its weights are {found}), and would lose accuracy twice")]
    Requantised {
        /// Which file.
        path: PathBuf,
        /// ggml's name of the type.
        found: &'static str,
    },
    /// The file is sound, but asks for something sqllama does not know.
    #[error("{what} `{found}` is not supported")]
    Unsupported {
        /// Architecture, tokenizer, pre-tokenizer, tensor type, ...
        what: &'static str,
        /// What the file names.
        found: String,
    },
    /// A model of a family that sqllama does not compute.
    #[error("{what} `{found}` is not supported{}", nearest.map(|name| format!("; the nearest that is: {name}")).unwrap_or_default())]
    UnsupportedFamily {
        /// `architecture`, or `model type`.
        what: &'static str,
        /// What the file names.
        found: String,
        /// A family like it, where one is known.
        nearest: Option<&'static str>,
    },
    /// What lies there is something else than a model.
    #[error("{path} is {what}")]
    NotAModel {
        /// Which file or folder.
        path: PathBuf,
        /// What it is.
        what: String,
        /// What to do with it.
        todo: &'static str,
    },
    /// Weights that are no numbers.
    #[error("`{tensor}` holds a number that is not finite (NaN or infinity)")]
    NotFinite {
        /// Where.
        tensor: String,
    },
    /// An adapter that belongs to a base that its own beginning has changed.
    #[error(
        "the adapter was begun with `init_lora_weights = {init}`, which changes the base model: on the base as it was it would answer wrongly"
    )]
    ChangesBase {
        /// PEFT's name of the beginning.
        init: String,
    },
    /// The file contradicts itself.
    #[error("the model file is inconsistent: {0}")]
    Inconsistent(String),
    /// An adapter is not sound, or does not fit.
    #[error("the adapter cannot be used: {0}")]
    Adapter(String),
    /// An adapter was trained on another model.
    #[error("the adapter was trained on {base} (weights {}), and this model's weights are {}", short(expected), short(found))]
    OtherBase {
        /// What the base was called.
        base: String,
        /// Its hash.
        expected: String,
        /// This model's hash.
        found: String,
    },
    /// The chat template failed.
    #[error("the model's chat template failed: {0}")]
    Template(String),
    /// The tokenizer failed.
    #[error("the tokenizer failed: {0}")]
    Tokenizer(String),
    /// The prompt leaves no room in the context.
    #[error("the prompt has {tokens} tokens and the context holds {context}")]
    ContextFull {
        /// Tokens of the prompt.
        tokens: usize,
        /// Tokens the context holds.
        context: usize,
    },
    /// Cancelled, or out of time.
    #[error("{}", match .0 { Stop::Cancelled => "cancelled", Stop::TimedOut => "the model took longer than allowed" })]
    Stopped(Stop),
    /// A saved KV cache does not fit this model.
    #[error("the saved KV cache is unusable: {0}")]
    SavedCache(String),
    /// candle reported an error.
    #[error("the model failed: {0}")]
    Candle(#[from] candle_core::Error),
    /// A card is wanted, and this program was built without what drives one.
    #[error("this build has no CUDA")]
    NoCuda,
    /// Apple's graphics are wanted, and this program was built without what drives them.
    #[error("this build has no Metal")]
    NoMetal,
    /// A card is wanted, and none can be used.
    #[error("no graphics card can be used: {reason}")]
    NoCard {
        /// Why.
        reason: String,
    },
    /// The layers that were asked for, or not even one, do not fit the card.
    #[error("the layers do not fit the card: {} are needed, and {} are free", text::bytes(*needed), text::bytes(*available))]
    CardMemory {
        /// Bytes of those layers and of working memory.
        needed: u64,
        /// Bytes that are free.
        available: u64,
    },
    /// A model behind an address failed.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// A scripted model has nothing left to say.
    #[error("the script is at its end after {0} answers")]
    ScriptEnded(usize),
}

impl LlmError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Open { .. } => Some("`sqllama models list` shows the models that are installed"),
            Self::Gguf { .. } | Self::Inconsistent(_) => Some("download the file again; `sqllama models pull` checks what it fetches"),
            Self::Folder { .. } => Some("a folder needs config.json, tokenizer.json and model.safetensors (or its index and parts)"),
            Self::Adapter(_) => Some("give a folder with adapter_config.json and adapter_model.safetensors, trained on this model"),
            Self::OtherBase { .. } => Some("name the model it was trained on with --model, or use --adapter none"),
            Self::Write { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => Some("free some space, or name another disk"),
            Self::Write { .. } => Some("look at the free space and the permissions of the folder"),
            Self::Unsupported { what, .. } if what.ends_with("in GGUF") => {
                Some("the folder itself can be asked and trained: give it to --model")
            }
            Self::Unsupported { what, .. } if what.starts_with("adapter") => {
                Some("merge it into its base with PEFT's `merge_and_unload()`, and name the folder that this saves with --model")
            }
            Self::ChangesBase { .. } => Some(
                "convert it with PEFT: `model.save_pretrained(\"out\", path_initial_model_for_weight_conversion=\"initial adapter\")` writes one for \
                 the base as it was; or merge it with `merge_and_unload()`",
            ),
            Self::Unsupported { .. } | Self::UnsupportedFamily { .. } => Some("`sqllama models list` shows models that are known to work"),
            Self::NotAModel { todo, .. } => Some(todo),
            Self::NotFinite { .. } => Some("the file is damaged, or its training diverged: fetch it again, or take an earlier checkpoint"),
            Self::Exists { .. } => Some("choose another name, or replace it with --force"),
            Self::NoSpace { .. } => Some("free some space, or name a file on another disk with --out"),
            Self::Importance(_) => {
                Some("give a text of some thousand words, or what `sqllama models importance` or llama-imatrix wrote for this model")
            }
            Self::TooLarge { .. } => Some("take --type bf16 or f32"),
            Self::Requantised { .. } => Some("quantise the f16, bf16 or q8_0 file instead, or allow it with --requantize"),
            Self::ContextFull { .. } => Some("ask about fewer tables, or shorten the question"),
            Self::Template(_) => Some("try `--prompt alpaca`, which needs no template"),
            Self::NoCuda => Some("compute on the processor with `--device cpu`, or use a build with CUDA"),
            Self::NoMetal => Some("compute on the processor with `--device cpu`, or build it on macOS with `--features metal`"),
            Self::NoCard { .. } | Self::CardMemory { .. } => Some("compute on the processor with `--device cpu`"),
            Self::Stopped(Stop::TimedOut) => Some("raise `--timeout`"),
            Self::Server(error) => error.hint(),
            Self::SavedCache(_) => Some("it is made again by itself; nothing to do"),
            _ => None,
        }
    }
}

/// The beginning of a hash, enough to tell two apart.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
