//! A DeepSpeed file that is being read: its values beside the flags', and what should be said of them.

use std::path::Path;

use serde_json::{Map, Value};

use crate::text::words;
use crate::train::TrainError;

/// A file that is being read, and what has come of it.
pub(super) struct File<'a> {
    /// Where it lies.
    pub(super) path: &'a Path,
    /// Whether a flag was given.
    pub(super) said: &'a dyn Fn(&str) -> bool,
    /// What should be said.
    pub(super) notes: Vec<String>,
    /// What contradicts a flag.
    pub(super) mismatches: Vec<String>,
    /// Keys that mean nothing here.
    pub(super) idle: Vec<String>,
}

impl File<'_> {
    pub(super) fn wrong(&self, reason: String) -> TrainError {
        TrainError::ConfigFile { path: self.path.into(), reason }
    }

    pub(super) fn unknown<'k>(&self, within: &str, key: &str, known: impl Iterator<Item = &'k str>) -> TrainError {
        let near = |known: &'k str| words::edits_within(key, known, 2 + known.len() / 4).map(|edits| (edits, known));
        let hint = known.filter_map(near).min().map(|(_, known)| format!("; the nearest is `{within}{known}`"));
        self.wrong(format!("`{within}{key}` is no key of DeepSpeed's{}", hint.unwrap_or_default()))
    }

    pub(super) fn note(&mut self, text: String) {
        self.notes.push(format!("{} {text}", self.path.display()));
    }

    pub(super) fn object<'v>(&self, name: &str, value: &'v Value) -> Result<&'v Map<String, Value>, TrainError> {
        value.as_object().ok_or_else(|| self.wrong(format!("`{name}` must be an object")))
    }

    /// What stands at `long`: the flag's value for `auto`, a number where it matches the flag, or where the flag was not given. `None` where
    /// nothing stands there.
    pub(super) fn number(&mut self, value: Option<&Value>, long: &str, flag: &str, current: f64) -> Result<Option<f64>, TrainError> {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
        if value == "auto" {
            return Ok(Some(current));
        }
        let found = self.plain(value, long)?;
        Ok(Some(self.matched(found, long, flag, current)))
    }

    pub(super) fn plain(&self, value: &Value, long: &str) -> Result<f64, TrainError> {
        value.as_f64().filter(|value| value.is_finite() && *value >= 0.0).ok_or_else(|| self.wrong(format!("`{long}` cannot be {value}")))
    }

    pub(super) fn matched(&mut self, found: f64, long: &str, flag: &str, current: f64) -> f64 {
        if found == current {
            return found;
        }
        if (self.said)(flag) {
            self.mismatches.push(format!("- ds {long}={} vs hf {flag}={}", shown(found), shown(current)));
            return current;
        }
        let found_text = shown(found);
        self.note(format!("says {long} = {found_text}, and that is obeyed; the Trainer itself wants --{flag} {found_text} beside it"));
        found
    }
}

/// A number as Python shows it, about.
pub(super) fn shown(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 { format!("{value:e}") } else { value.to_string() }
}
