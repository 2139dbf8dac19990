//! Opening a model, in whichever form it lies there: a GGUF file, or a Hugging Face folder.

use std::path::Path;

use super::checkpoint::Checkpoint;
use super::checkpoint::read::read_text;
use super::gguf::GgufFile;
use super::template::ChatTemplate;
use super::tokenizer::Tokenizer;
use super::{LlmError, Model};

/// A model with what belongs to it.
#[derive(Debug)]
pub struct OpenedModel {
    /// The decoder.
    pub model: Model,
    /// Its tokenizer, whose tokens the decoder has rows for.
    pub tokenizer: Tokenizer,
    /// Its chat template, or why there is none.
    pub template: Result<ChatTemplate, String>,
}

impl OpenedModel {
    /// Opens what lies at `path`: a folder is Hugging Face's, a file is GGUF.
    pub fn open(path: &Path) -> Result<Self, LlmError> {
        let (model, tokenizer, template) = if path.is_dir() {
            let checkpoint = Checkpoint::open(path)?;
            let tokenizer = Tokenizer::from_tokenizer_json(&path.join("tokenizer.json"))?;
            (Model::from_checkpoint(&checkpoint)?, tokenizer, folder_template(path)?)
        } else {
            let file = GgufFile::open(path)?;
            let tokenizer = Tokenizer::from_gguf(&file.metadata)?;
            (Model::load(&file)?, tokenizer, file.metadata.string("tokenizer.chat_template").map(str::to_owned))
        };
        if tokenizer.vocab_size() > model.vocabulary() {
            let (tokens, rows) = (tokenizer.vocab_size(), model.vocabulary());
            return Err(LlmError::Inconsistent(format!("its tokenizer has {tokens} tokens and its embedding {rows} rows")));
        }
        let name_of = |id: Option<u32>| id.and_then(|id| tokenizer.token_name(id)).unwrap_or_default();
        let template = match template {
            Some(source) => ChatTemplate::new(&source, &name_of(tokenizer.bos()), &name_of(tokenizer.eos())).map_err(|error| match error {
                LlmError::Template(reason) => reason,
                other => other.to_string(),
            }),
            None => Err("the file brings none".into()),
        };
        Ok(Self { model, tokenizer, template })
    }
}

/// `chat_template.jinja`, or what `tokenizer_config.json` holds: a template, or several of which one is called `default`.
fn folder_template(folder: &Path) -> Result<Option<String>, LlmError> {
    let file = folder.join("chat_template.jinja");
    if file.is_file() {
        return read_text(&file).map(Some);
    }
    let file = folder.join("tokenizer_config.json");
    if !file.is_file() {
        return Ok(None);
    }
    let config: serde_json::Value =
        serde_json::from_str(&read_text(&file)?).map_err(|error| LlmError::Tokenizer(format!("{}: {error}", file.display())))?;
    let template = match config.get("chat_template") {
        Some(serde_json::Value::Array(named)) => named
            .iter()
            .find(|entry| entry.get("name").and_then(serde_json::Value::as_str) == Some("default"))
            .and_then(|entry| entry.get("template")),
        other => other,
    };
    Ok(template.and_then(serde_json::Value::as_str).map(str::to_owned))
}
