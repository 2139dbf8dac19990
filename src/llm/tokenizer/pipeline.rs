//! The tokenizer of a `tokenizer.json`, as the library computes it.

use super::super::LlmError;

/// The library's own tokenizer, without its added tokens: those are found by ours.
#[derive(Debug)]
pub(super) struct JsonModel {
    pub(super) inner: tokenizers::Tokenizer,
}

impl JsonModel {
    /// Appends the tokens of `text`, which holds no markers.
    pub(super) fn encode(&self, text: &str, out: &mut Vec<u32>) -> Result<(), LlmError> {
        let encoding = self.inner.encode_fast(text, false).map_err(|error| LlmError::Tokenizer(error.to_string()))?;
        out.extend_from_slice(encoding.get_ids());
        Ok(())
    }
}
