//! Reading GGUF files (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>).

use std::collections::BTreeMap;

/// What can be wrong with a GGUF file.
#[derive(Debug, thiserror::Error)]
pub enum GgufError {
    /// A key that the model needs is absent.
    #[error("key `{0}` is missing")]
    MissingKey(String),
    /// A key has another type than it should.
    #[error("key `{key}` is not {expected}")]
    WrongType {
        /// Which key.
        key: String,
        /// What it should be.
        expected: &'static str,
    },
}

/// A metadata value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any unsigned integer type.
    Unsigned(u64),
    /// Any signed integer type.
    Signed(i64),
    /// f32 or f64.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// Text. Bytes that are not UTF-8 were replaced.
    String(String),
    /// An array of strings.
    Strings(Vec<String>),
    /// An array of any integer type, widened.
    Integers(Vec<i64>),
    /// An array of floats.
    Floats(Vec<f32>),
    /// An array of truth values.
    Bools(Vec<bool>),
}

/// The metadata of a GGUF file: key to value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata(pub BTreeMap<String, Value>);

impl Metadata {
    /// The value at `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Text at `key`, where it is there and is text.
    pub fn string(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Value::String(s)) => Some(s),
            _ => None,
        }
    }

    /// A non-negative integer at `key`.
    pub fn unsigned(&self, key: &str) -> Option<u64> {
        match self.get(key) {
            Some(Value::Unsigned(n)) => Some(*n),
            Some(Value::Signed(n)) => u64::try_from(*n).ok(),
            _ => None,
        }
    }

    /// A number at `key`.
    pub fn float(&self, key: &str) -> Option<f64> {
        match self.get(key) {
            Some(Value::Float(x)) => Some(*x),
            Some(Value::Unsigned(n)) => Some(*n as f64),
            Some(Value::Signed(n)) => Some(*n as f64),
            _ => None,
        }
    }

    /// A truth value at `key`.
    pub fn bool(&self, key: &str) -> Option<bool> {
        match self.get(key) {
            Some(Value::Bool(b)) => Some(*b),
            _ => None,
        }
    }

    /// An array of text at `key`.
    pub fn strings(&self, key: &str) -> Option<&[String]> {
        match self.get(key) {
            Some(Value::Strings(v)) => Some(v),
            _ => None,
        }
    }

    /// An array of integers at `key`.
    pub fn integers(&self, key: &str) -> Option<&[i64]> {
        match self.get(key) {
            Some(Value::Integers(v)) => Some(v),
            _ => None,
        }
    }

    /// An array of floats at `key`.
    pub fn floats(&self, key: &str) -> Option<&[f32]> {
        match self.get(key) {
            Some(Value::Floats(v)) => Some(v),
            _ => None,
        }
    }
}
