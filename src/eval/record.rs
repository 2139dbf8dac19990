//! What is kept of each question: one JSON line.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::EvalError;
use crate::ask::signals::Signals;
use crate::ask::{AskTimings, Standing};
use crate::sql::Shape;

/// How one question went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The question's.
    pub id: String,
    /// The database's name.
    pub db_id: String,
    /// In words.
    pub question: String,
    /// The SQL answered; empty where there was none.
    pub sql: String,
    /// Whether its rows are those of an accepted query.
    pub ok: bool,
    /// Whether it is not right for its columns alone: it has those of an accepted query, and more.
    #[serde(default)]
    pub shows_more: bool,
    /// Why there are no rows, where there are none.
    pub error: Option<String>,
    /// What the pipeline believed, 0 to 1; `None` for unknown.
    pub confidence: Option<f64>,
    /// From the question to the answer.
    pub seconds: f64,
    /// Whether the SQL ran.
    #[serde(default)]
    pub ran: bool,
    /// The model's first draft, before anything was mended.
    #[serde(default)]
    pub first_draft: String,
    /// Mean log probability of that draft's tokens.
    #[serde(default)]
    pub mean_logprob: f32,
    /// Drafts that ran and were compared.
    #[serde(default)]
    pub candidates: usize,
    /// Of these, those that return what the answer returns.
    #[serde(default)]
    pub agreeing: usize,
    /// The confidence in words.
    #[serde(default)]
    pub reason: String,
    /// Kinds of deterministic changes made.
    #[serde(default)]
    pub fixes: Vec<String>,
    /// The first accepted query.
    #[serde(default)]
    pub gold: String,
    /// How involved that one is.
    #[serde(default)]
    pub shape: Option<Shape>,
    /// The results that drafts had, the believed one first.
    #[serde(default)]
    pub groups: Vec<GroupRecord>,
    /// What was seen of the first draft, by the signals' names; empty where it did not run.
    #[serde(default)]
    pub first_signals: BTreeMap<String, f32>,
    /// Whether the first draft is right, mended; `None` where it did not run.
    #[serde(default)]
    pub first_ok: Option<bool>,
    /// Where the time went; nothing in files of earlier versions.
    #[serde(default)]
    pub timings: AskTimings,
}

/// Drafts that returned the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// One of them.
    pub sql: String,
    /// Whether its rows are those of an accepted query.
    pub ok: bool,
    /// How many there are.
    pub agrees: usize,
    /// How many of them had to be mended.
    pub mended: usize,
    /// Whether the first draft is among them.
    pub first: bool,
    /// The likeliest one's mean log probability a token.
    pub likelihood: f32,
    /// What speaks against all of them.
    pub standing: Standing,
    /// What else was seen of them, by the signals' names.
    #[serde(default)]
    pub signals: BTreeMap<String, f32>,
}

/// `signals` with their names.
pub(super) fn named(signals: &Signals) -> BTreeMap<String, f32> {
    signals.iter().map(|(signal, value)| (format!("{signal:?}"), value)).collect()
}

/// Reads the lines of an earlier run. A last line that was cut off (the run was killed) is left out.
pub fn read_records(path: &Path) -> Result<Vec<Record>, EvalError> {
    let failed = |reason: String| EvalError::Records { path: path.into(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut records = Vec::with_capacity(lines.len());
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(record) => records.push(record),
            Err(_) if !line.ends_with('\n') => break,
            Err(error) => return Err(failed(format!("line {}: {error}", number + 1))),
        }
    }
    Ok(records)
}
