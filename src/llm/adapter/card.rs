//! `sqllama.json` in an adapter's folder: what it was trained with, so that it is asked with the same.

use serde::{Deserialize, Serialize};

/// The file's name.
pub const CARD_FILE: &str = "sqllama.json";

/// What an adapter was trained with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterCard {
    /// Version of this file's shape.
    pub format: u32,
    /// The prompt form: `alpaca` or `chat`.
    pub prompt: String,
    /// Version of the schema text in the prompt.
    pub schema_text: u32,
    /// The base.
    pub base: BaseCard,
}

/// The model an adapter belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseCard {
    /// What it was called.
    pub name: String,
    /// [`Model::weights_hash`](crate::llm::Model::weights_hash) in hexadecimal.
    pub weights_sha256: String,
}

impl AdapterCard {
    /// The version that is written.
    pub const FORMAT: u32 = 1;
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
