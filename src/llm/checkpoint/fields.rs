//! Fields of `config.json`.

use serde_json::Value;

use super::super::LlmError;
use super::super::arch::MAX_DIMENSION;

/// Fields of a JSON object. An absent or null field is `None`; one of the wrong type is an error, never a default.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Value);

impl<'a> Fields<'a> {
    /// Whether the key stands there, if only with null.
    pub(super) fn is_there(self, key: &str) -> bool {
        self.0.get(key).is_some()
    }

    pub(super) fn get(self, key: &str) -> Option<&'a Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn read<T>(self, key: &str, expected: &str, convert: impl Fn(&'a Value) -> Option<T>) -> Result<Option<T>, LlmError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let wrong = || LlmError::Inconsistent(format!("config.json: `{key}` is {value}, not {expected}"));
        convert(value).map(Some).ok_or_else(wrong)
    }

    pub(super) fn text(self, key: &str) -> Result<Option<&'a str>, LlmError> {
        self.read(key, "text", Value::as_str)
    }

    pub(super) fn number(self, key: &str) -> Result<Option<f64>, LlmError> {
        self.read(key, "a number", Value::as_f64)
    }

    pub(super) fn flag(self, key: &str) -> Result<Option<bool>, LlmError> {
        self.read(key, "true or false", Value::as_bool)
    }

    pub(super) fn optional_dimension(self, key: &str) -> Result<Option<usize>, LlmError> {
        let expected = format!("a whole number from 1 to {MAX_DIMENSION}");
        let fits = |value: &Value| usize::try_from(value.as_u64()?).ok().filter(|n| (1..=MAX_DIMENSION).contains(n));
        self.read(key, &expected, fits)
    }

    pub(super) fn dimension(self, key: &str) -> Result<usize, LlmError> {
        self.optional_dimension(key)?.ok_or_else(|| LlmError::Inconsistent(format!("config.json has no `{key}`")))
    }
}
