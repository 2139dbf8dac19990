//! What is remembered of servers: whether a person allowed something to be sent there, and what their models can do. No keys, nothing that
//! was sent.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Paths, StoreError};

/// What is remembered of one address.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Remembered {
    /// Whether a person said that it may be sent prompts.
    allowed: bool,
    /// What each model can do.
    models: BTreeMap<String, Value>,
}

/// Servers by their address, in a file of ours.
#[derive(Debug, Clone)]
pub struct Servers {
    path: PathBuf,
}

impl Servers {
    /// Those of a person.
    pub fn of(paths: &Paths) -> Self {
        Self { path: paths.servers() }
    }

    /// Whether a person allowed it to be sent prompts.
    pub fn is_allowed(&self, address: &str) -> bool {
        self.read().get(address).is_some_and(|known| known.allowed)
    }

    /// Remembers that a person allowed it.
    pub fn allow(&self, address: &str) -> Result<(), StoreError> {
        self.change(address, |known| known.allowed = true)
    }

    /// What was found out about a model, as it was given.
    pub fn abilities(&self, address: &str, model: &str) -> Option<Value> {
        self.read().remove(address)?.models.remove(model)
    }

    /// The model, where one alone is remembered.
    pub fn only_model(&self, address: &str) -> Option<String> {
        let mut models = self.read().remove(address)?.models.into_keys();
        models.next().filter(|_| models.next().is_none())
    }

    /// Remembers what was found out about a model.
    pub fn keep_abilities(&self, address: &str, model: &str, abilities: Value) -> Result<(), StoreError> {
        self.change(address, |known| {
            known.models.insert(model.to_owned(), abilities);
        })
    }

    /// A file that cannot be read says nothing: then a person is asked again.
    fn read(&self) -> BTreeMap<String, Remembered> {
        fs::read_to_string(&self.path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    fn change(&self, address: &str, change: impl FnOnce(&mut Remembered)) -> Result<(), StoreError> {
        let mut all = self.read();
        change(all.entry(address.to_owned()).or_default());
        let io = |error| StoreError::io(&self.path, error);
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let beside = self.path.with_extension(format!("json.{}", std::process::id()));
        fs::write(&beside, serde_json::to_string_pretty(&all).unwrap_or_default()).map_err(io)?;
        fs::rename(&beside, &self.path).map_err(io)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let servers = Servers::of(&Paths::all_in(folder.path().join("new")));
        assert!(!servers.is_allowed("http://a/v1"));
        servers.allow("http://a/v1").unwrap();
        servers.keep_abilities("http://a/v1", "m", Value::from(1)).unwrap();
        assert!(servers.is_allowed("http://a/v1") && !servers.is_allowed("http://b/v1"));
        assert_eq!(servers.abilities("http://a/v1", "m"), Some(Value::from(1)));
        assert_eq!(servers.only_model("http://a/v1").as_deref(), Some("m"));
        servers.keep_abilities("http://a/v1", "n", Value::from(2)).unwrap();
        assert_eq!(servers.only_model("http://a/v1"), None);
        fs::write(&servers.path, "junk").unwrap();
        assert!(!servers.is_allowed("http://a/v1"));
    }
}
