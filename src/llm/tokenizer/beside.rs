//! What stands beside a folder's tokenizer.

use std::path::Path;

use serde_json::Value;

use super::super::LlmError;
use super::super::checkpoint::read::read_text;

/// The JSON file called `name` beside `path`; null where there is none.
pub(super) fn beside(path: &Path, name: &str) -> Result<Value, LlmError> {
    let file = path.with_file_name(name);
    if !file.is_file() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&read_text(&file)?).map_err(|error| LlmError::Tokenizer(format!("{}: {error}", file.display())))
}

/// The tokens, of `tokens`, that end what the model writes: `generation_config.json` says it, and only where that is not there, as
/// transformers has it, `config.json`.
pub(super) fn generation_ends(path: &Path, tokens: usize) -> Result<Vec<u32>, LlmError> {
    let own = beside(path, "generation_config.json")?;
    let said = if own.is_null() { beside(path, "config.json")? } else { own };
    let ids: Vec<u64> = match said.get("eos_token_id") {
        Some(Value::Array(ids)) => ids.iter().filter_map(Value::as_u64).collect(),
        id => id.and_then(Value::as_u64).into_iter().collect(),
    };
    Ok(ids.into_iter().filter_map(|id| u32::try_from(id).ok()).filter(|id| (*id as usize) < tokens).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_ends_a_text_is_said_in_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, value: Value| std::fs::write(folder.path().join(name), value.to_string()).unwrap();
        let ends = || generation_ends(&folder.path().join("tokenizer.json"), 10).unwrap();
        assert_eq!(ends(), [0u32; 0]);
        write("config.json", json!({"eos_token_id": [3, 4, 10, -1]}));
        assert_eq!(ends(), [3, 4]);
        write("config.json", json!({"eos_token_id": 5}));
        assert_eq!(ends(), [5]);
        write("generation_config.json", json!({"eos_token_id": [7]}));
        assert_eq!(ends(), [7]);
        write("generation_config.json", json!({"eos_token_id": null}));
        assert_eq!(ends(), [0u32; 0]);
    }
}
