//! `models convert`, `models quantize`: models as GGUF files.

use std::io::{Write, stderr, stdout};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};

use super::failure::Failure;
use super::interrupt;
use super::line::LiveLine;
use super::settings::Settings;
use crate::llm::convert::{self, ConvertEvent, FileType, Importance, Plan, Written};
use crate::llm::{Adapter, LlmError, OpenedModel};
use crate::signal::Cancel;
use crate::store::{adapters, catalogue, machine};
use crate::text;

/// Types that a folder is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // the names are llama.cpp's
pub enum FloatType {
    F32,
    F16,
    Bf16,
    #[value(name = "q8_0")]
    Q8_0,
}

impl From<FloatType> for FileType {
    fn from(typed: FloatType) -> Self {
        match typed {
            FloatType::F32 => Self::F32,
            FloatType::F16 => Self::F16,
            FloatType::Bf16 => Self::BF16,
            FloatType::Q8_0 => Self::Q8_0,
        }
    }
}

/// Types that a model is quantised to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // the names are llama.cpp's
pub enum BlockedType {
    #[value(name = "q8_0")]
    Q8_0,
    #[value(name = "q6_k")]
    Q6K,
    #[value(name = "q5_k_m", alias = "q5_k")]
    Q5KM,
    #[value(name = "q5_k_s")]
    Q5KS,
    #[value(name = "q4_k_m", alias = "q4_k")]
    Q4KM,
    #[value(name = "q4_k_s")]
    Q4KS,
    #[value(name = "iq4_nl")]
    Iq4Nl,
    #[value(name = "iq4_xs")]
    Iq4Xs,
    #[value(name = "q4_0")]
    Q4_0,
}

impl From<BlockedType> for FileType {
    fn from(typed: BlockedType) -> Self {
        match typed {
            BlockedType::Q8_0 => Self::Q8_0,
            BlockedType::Q6K => Self::Q6K,
            BlockedType::Q5KM => Self::Q5KM,
            BlockedType::Q5KS => Self::Q5KS,
            BlockedType::Q4KM => Self::Q4KM,
            BlockedType::Q4KS => Self::Q4KS,
            BlockedType::Iq4Nl => Self::Iq4Nl,
            BlockedType::Iq4Xs => Self::Iq4Xs,
            BlockedType::Q4_0 => Self::Q4_0,
        }
    }
}

/// Where the new file goes.
#[derive(Debug, ClapArgs)]
pub struct Target {
    /// The new file [default: NAME-TYPE.gguf in this folder]
    #[arg(value_name = "NEW")]
    pub file: Option<PathBuf>,
    /// The same
    #[arg(long, short, value_name = "FILE", conflicts_with = "file")]
    pub out: Option<PathBuf>,
    /// Replace the new file where it is there already
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `models convert`.
#[derive(Debug, ClapArgs)]
pub struct ConvertArgs {
    /// A Hugging Face folder, or a file of its weights
    pub folder: PathBuf,
    /// How matrices are stored; norms and biases stay f32
    #[arg(long, value_enum, ignore_case = true, default_value = "f16")]
    pub r#type: FloatType,
    /// An adapter that is added for good: a stored one's name or a folder
    #[arg(long)]
    pub adapter: Option<String>,
    /// Where it goes
    #[command(flatten)]
    pub target: Target,
}

/// Arguments of `models quantize`.
#[derive(Debug, ClapArgs)]
pub struct QuantizeArgs {
    /// A GGUF file, a Hugging Face folder, or a model's name
    pub model: String,
    /// How most matrices are stored; some get more bits, as llama.cpp does it
    #[arg(long, value_enum, ignore_case = true, default_value = "q4_k_m")]
    pub r#type: BlockedType,
    /// An adapter that is added for good, to a folder: a stored one's name or a folder
    #[arg(long)]
    pub adapter: Option<String>,
    /// How much columns matter: a text that the model reads first, or what `models importance` or llama-imatrix wrote
    #[arg(long, value_name = "FILE")]
    pub importance: Option<PathBuf>,
    /// Quantise what is quantised already, which costs accuracy twice
    #[arg(long)]
    pub requantize: bool,
    /// Where it goes
    #[command(flatten)]
    pub target: Target,
}

/// Arguments of `models importance`.
#[derive(Debug, ClapArgs)]
pub struct ImportanceArgs {
    /// A GGUF file, a Hugging Face folder, or a model's name
    pub model: String,
    /// A text like those that the model will read
    pub text: PathBuf,
    /// The new file, which llama.cpp reads too
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
}

/// Runs `models importance`.
pub(super) fn run_importance(args: &ImportanceArgs, settings: &Settings) -> Result<u8, Failure> {
    let path = catalogue::resolve(&settings.paths, Some(&args.model))?.path;
    if args.out.exists() {
        return Err(LlmError::Exists { path: args.out.clone() }.into());
    }
    let found = importance(&args.text, &path, &interrupt::watch())?;
    found.write(&args.out, &args.text.display().to_string())?;
    writeln!(stdout(), "{}", args.out.display())?;
    Ok(0)
}

/// What `file` says, where it is an importance matrix; else what the model at `model` finds in it.
fn importance(file: &Path, model: &Path, cancel: &Cancel) -> Result<Importance, Failure> {
    let bytes = std::fs::read(file).map_err(|error| Failure::new(2, format!("cannot read {}: {error}", file.display())))?;
    if bytes.starts_with(b"GGUF") {
        return Ok(Importance::read(file)?);
    }
    let text = String::from_utf8(bytes).map_err(|_| Failure::new(2, format!("{} is no text", file.display())))?;
    let opened = OpenedModel::open(model)?;
    let line = LiveLine::new();
    let mut told = None;
    let found = Importance::measure(&opened, &text, cancel, &mut |done, total| {
        let tenth = done * 10 / total.max(1);
        line.show(format!("reading {done} of {total} tokens"), told.replace(tenth) != Some(tenth));
    });
    line.finish();
    Ok(found?)
}

/// Runs `models convert`.
pub(super) fn run_convert(args: &ConvertArgs, settings: &Settings) -> Result<u8, Failure> {
    let folder = folder_of(&args.folder)?;
    let kind = args.r#type.into();
    let adapter = adapter(args.adapter.as_deref(), settings)?;
    let plan = Plan::of_folder(&folder, kind, adapter.as_ref(), None)?;
    write(&plan, &folder, kind, &args.target)
}

/// Runs `models quantize`.
pub(super) fn run_quantize(args: &QuantizeArgs, settings: &Settings) -> Result<u8, Failure> {
    let path = catalogue::resolve(&settings.paths, Some(&args.model))?.path;
    let kind = args.r#type.into();
    let adapter = adapter(args.adapter.as_deref(), settings)?;
    let is_folder = path.is_dir() || path.extension().is_none_or(|extension| extension != "gguf") && has_config(&path);
    let model = if is_folder { folder_of(&path)? } else { path.clone() };
    let importance = args.importance.as_deref().map(|file| importance(file, &model, &interrupt::watch())).transpose()?;
    let plan = match (is_folder, &adapter) {
        (true, adapter) => {
            let folder = &model;
            return write(&Plan::of_folder(folder, kind, adapter.as_ref(), importance)?, folder, kind, &args.target);
        }
        (false, None) => Plan::of_gguf(&path, kind, args.requantize, importance)?,
        (false, Some(_)) => {
            let message = format!("{} is not a Hugging Face folder, and only to one can an adapter be added exactly", path.display());
            return Err(Failure::new(2, message));
        }
    };
    write(&plan, &path, kind, &args.target)
}

/// Runs `adapters merge --gguf`.
pub(super) fn merge_to_gguf(base: &Path, adapter: &Adapter, out: &Path, kind: FloatType) -> Result<u8, Failure> {
    let target = Target { file: None, out: Some(out.into()), force: false };
    let kind = kind.into();
    write(&Plan::of_folder(base, kind, Some(adapter), None)?, base, kind, &target)
}

fn adapter(spec: Option<&str>, settings: &Settings) -> Result<Option<Adapter>, Failure> {
    let read = |spec: &str| Ok::<_, Failure>(Adapter::read(&adapters::resolve(&settings.paths, spec)?)?);
    spec.filter(|spec| *spec != "none").map(read).transpose()
}

/// Whether the file at `path` lies in a folder of a model.
fn has_config(path: &Path) -> bool {
    path.is_file() && path.with_file_name("config.json").is_file()
}

/// The folder that `path` names: itself, or the one in which it is a file of the weights.
fn folder_of(path: &Path) -> Result<PathBuf, Failure> {
    if path.is_dir() {
        return Ok(path.into());
    }
    let ending = path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !path.exists() {
        return Err(Failure {
            hint: Some("name a Hugging Face folder".into()),
            ..Failure::new(2, format!("{} is not there", path.display()))
        });
    }
    if ending == "gguf" {
        let hint = Some("`sqllama models quantize FILE --type q4_k_m` stores it in fewer bits".into());
        return Err(Failure { hint, ..Failure::new(2, format!("{} is a GGUF file already", path.display())) });
    }
    if has_config(path) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        return Ok(folder.unwrap_or(Path::new(".")).into());
    }
    let hint = Some("name a Hugging Face folder, with config.json and the tokenizer beside the weights".into());
    Err(Failure {
        hint,
        ..Failure::new(
            2,
            format!("{} says nothing of the model's parameters and tokens, and no config.json lies beside it", path.display()),
        )
    })
}

/// `NAME-TYPE.gguf`; a type that the name ends with already is replaced.
fn file_name(source: &Path, kind: FileType) -> String {
    let settled = std::fs::canonicalize(source).unwrap_or_else(|_| source.into());
    let name = if settled.is_dir() { settled.file_name() } else { settled.file_stem() };
    let name = name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| "model".into());
    let bare = FileType::ALL.iter().find_map(|kind| {
        let ending = format!("-{}", kind.name().to_lowercase());
        name.to_lowercase().ends_with(&ending).then(|| name.get(..name.len() - ending.len())).flatten()
    });
    format!("{}-{}.gguf", bare.unwrap_or(&name), kind.name())
}

fn write(plan: &Plan, source: &Path, kind: FileType, target: &Target) -> Result<u8, Failure> {
    let out = target.file.as_ref().or(target.out.as_ref()).cloned().unwrap_or_else(|| file_name(source, kind).into());
    if std::fs::canonicalize(&out).is_ok_and(|out| std::fs::canonicalize(source).is_ok_and(|source| source == out)) {
        return Err(LlmError::Exists { path: out }.into());
    }
    let written = write_to(plan, &out, target.force, &interrupt::watch())?;
    writeln!(stderr(), "{}: {}", kind.name(), text::bytes(written.bytes))?;
    writeln!(stdout(), "{}", written.path.display())?;
    Ok(0)
}

/// Quantises the folder `from` to the new file `out`, without its chat template where `bare` says so.
pub(super) fn quantise(from: &Path, kind: FileType, out: &Path, bare: bool, cancel: &Cancel) -> Result<(), Failure> {
    let mut plan = Plan::of_folder(from, kind, None, None)?;
    if bare {
        plan.forget_template();
    }
    writeln!(stderr(), "converting {} to {}", from.display(), kind.name())?;
    write_to(&plan, out, true, cancel).map(drop)
}

/// Writes it with a line of progress on stderr.
fn write_to(plan: &Plan, out: &Path, replace: bool, cancel: &Cancel) -> Result<Written, Failure> {
    for note in &plan.notes {
        writeln!(stderr(), "note: {}", text::sanitize(note))?;
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let free = machine::free_bytes(folder);
    let line = LiveLine::new();
    let mut told = None;
    let written = convert::write(plan, out, replace, free, cancel, &mut |event| match event {
        ConvertEvent::Progress { tensor, done, total } => {
            let tenth = done * 10 / total.max(1);
            let words = format!("{}% of {}: {}", done * 100 / total.max(1), text::bytes(total), text::sanitize(&tensor));
            line.show(words, told.replace(tenth) != Some(tenth));
        }
        ConvertEvent::Verifying => line.say("reading back what was written"),
    });
    line.finish();
    Ok(written?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_by_model_and_type() {
        for (source, kind, expected) in [
            ("/nowhere/llama-7b", FileType::Q4KM, "llama-7b-Q4_K_M.gguf"),
            ("/nowhere/llama-7b-f16.gguf", FileType::Q4KM, "llama-7b-Q4_K_M.gguf"),
            ("/nowhere/llama-7b-BF16.gguf", FileType::Iq4Xs, "llama-7b-IQ4_XS.gguf"),
        ] {
            assert_eq!(file_name(Path::new(source), kind), expected);
        }
    }
}
