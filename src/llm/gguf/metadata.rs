//! The key-value section of a GGUF file.

use std::collections::BTreeMap;

use super::GgufError;

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

impl Metadata {
    /// A non-negative integer that must be there and fit `usize`.
    pub fn require_usize(&self, key: &str) -> Result<usize, GgufError> {
        self.require(key, "a non-negative integer", |m| m.unsigned(key).and_then(|n| usize::try_from(n).ok()))
    }

    /// A number that must be there.
    pub fn require_float(&self, key: &str) -> Result<f64, GgufError> {
        self.require(key, "a number", |m| m.float(key))
    }

    /// Text that must be there.
    pub fn require_string(&self, key: &str) -> Result<&str, GgufError> {
        self.require(key, "text", |m| m.string(key))
    }

    fn require<'a, T>(&'a self, key: &str, expected: &'static str, get: impl Fn(&'a Self) -> Option<T>) -> Result<T, GgufError> {
        match get(self) {
            Some(value) => Ok(value),
            None if self.get(key).is_none() => Err(GgufError::MissingKey(key.into())),
            None => Err(GgufError::WrongType { key: key.into(), expected }),
        }
    }
}
