//! Opening a model, in whichever form it lies there: a GGUF file, or a Hugging Face folder.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::checkpoint::Checkpoint;
use super::checkpoint::read::read_text;
use super::gguf::GgufFile;
use super::template::ChatTemplate;
use super::tokenizer::Tokenizer;
use super::{LlmError, Model, sniff};

/// A model with what belongs to it.
#[derive(Debug)]
pub struct OpenedModel {
    /// The decoder.
    pub model: Model,
    /// Its tokenizer, whose tokens the decoder has rows for.
    pub tokenizer: Tokenizer,
    /// Its chat template, or why there is none.
    pub template: Result<ChatTemplate, String>,
    /// What its file calls it.
    pub title: Option<String>,
}

impl OpenedModel {
    /// Opens what lies at `path`: a folder is Hugging Face's, a file is GGUF. All its weights are looked at: one that is no number would make
    /// every answer one.
    pub fn open(path: &Path) -> Result<Self, LlmError> {
        let opened = Self::open_known(path)?;
        match opened.model.weights.find_not_finite(opened.model.spec.family) {
            Some(tensor) => Err(LlmError::NotFinite { tensor }),
            None => Ok(opened),
        }
    }

    /// The same of a file whose weights are known to be sound.
    pub fn open_known(path: &Path) -> Result<Self, LlmError> {
        let (mut names, mut title) = (BTreeMap::new(), None);
        let (model, tokenizer, template) = if path.is_dir() {
            if !path.join("config.json").is_file()
                && let Some((what, todo)) = sniff::folder(path)
            {
                return Err(LlmError::NotAModel { path: path.into(), what, todo });
            }
            names = folder_names(path)?;
            let checkpoint = Checkpoint::open(path)?;
            let tokenizer = folder_tokenizer(path)?;
            (Model::from_checkpoint(&checkpoint)?, tokenizer, folder_template(path)?)
        } else {
            sniff::refuse_other_file(path)?;
            let file = GgufFile::open(path)?;
            sniff::refuse_other_gguf(path, &file)?;
            let tokenizer = Tokenizer::from_gguf(&file.metadata)?;
            title = file.metadata.string("general.name").map(str::to_owned);
            (Model::load(&file)?, tokenizer, file.metadata.string("tokenizer.chat_template").map(str::to_owned))
        };
        if tokenizer.vocab_size() > model.vocabulary() {
            let (tokens, rows) = (tokenizer.vocab_size(), model.vocabulary());
            return Err(LlmError::Inconsistent(format!("its tokenizer has {tokens} tokens and its embedding {rows} rows")));
        }
        let name_of = |id: Option<u32>| id.and_then(|id| tokenizer.token_name(id)).unwrap_or_default();
        let template = match template {
            Some(source) => match ChatTemplate::new(&source, &name_of(tokenizer.bos()), &name_of(tokenizer.eos())) {
                Ok(template) => Ok(template.with_names(names)),
                Err(LlmError::Template(reason)) => Err(reason),
                Err(other) => Err(other.to_string()),
            },
            None => Err("the file brings none".into()),
        };
        Ok(Self { model, tokenizer, template, title })
    }
}

fn folder_tokenizer(folder: &Path) -> Result<Tokenizer, LlmError> {
    let (json, model) = (folder.join("tokenizer.json"), folder.join("tokenizer.model"));
    if json.is_file() {
        return Tokenizer::from_tokenizer_json(&json);
    }
    if model.is_file() {
        return Tokenizer::from_tokenizer_model(&model);
    }
    let old = folder.join("merges.txt").is_file();
    let reason = "it has neither tokenizer.json nor tokenizer.model".to_owned()
        + if old {
            "; transformers makes the first of vocab.json and merges.txt: `AutoTokenizer.from_pretrained(...).save_pretrained(...)`"
        } else {
            ""
        };
    Err(LlmError::Folder { path: folder.into(), reason })
}

/// The names of special tokens in `tokenizer_config.json`: `pad_token`, `unk_token`, ..., and those that a model adds to them.
fn folder_names(folder: &Path) -> Result<BTreeMap<String, String>, LlmError> {
    let Some(config) = tokenizer_config(folder)? else { return Ok(BTreeMap::new()) };
    let name = |value: &Value| Some(value.as_str().or_else(|| value.get("content")?.as_str())?.to_owned());
    let fields = config.as_object().into_iter().flatten();
    Ok(fields.filter(|(key, _)| key.ends_with("_token")).filter_map(|(key, value)| Some((key.clone(), name(value)?))).collect())
}

fn tokenizer_config(folder: &Path) -> Result<Option<Value>, LlmError> {
    let file = folder.join("tokenizer_config.json");
    if !file.is_file() {
        return Ok(None);
    }
    let config = serde_json::from_str(&read_text(&file)?).map_err(|error| LlmError::Tokenizer(format!("{}: {error}", file.display())))?;
    Ok(Some(config))
}

/// `chat_template.jinja`, or what `tokenizer_config.json` holds: a template, or several of which one is called `default`.
pub(super) fn folder_template(folder: &Path) -> Result<Option<String>, LlmError> {
    let file = folder.join("chat_template.jinja");
    if file.is_file() {
        return read_text(&file).map(Some);
    }
    let Some(config) = tokenizer_config(folder)? else { return Ok(None) };
    let template = match config.get("chat_template") {
        Some(Value::Array(named)) => {
            named.iter().find(|entry| entry.get("name").and_then(Value::as_str) == Some("default")).and_then(|entry| entry.get("template"))
        }
        other => other,
    };
    Ok(template.and_then(Value::as_str).map(str::to_owned))
}
