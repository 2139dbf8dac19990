//! The keys of `config.toml` as a page: each with its value and its meaning.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::keys::{BINDINGS, Keymap, label};
use super::picker::{Choice, Item};
use crate::store::Config;
use crate::store::config::edit::{self, Setting};
use crate::store::config::{KEYS, Key, KeyKind};

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsText {
    /// Where it lies; it need not be there.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
}

impl SettingsText {
    /// The value that the file sets for `name`, as TOML.
    pub fn value(&self, name: &str) -> Option<String> {
        edit::values(&self.text).ok()?.into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The same as a person types it.
    pub fn typed(&self, name: &str) -> String {
        let Some(value) = self.value(name) else { return String::new() };
        match value_of(&value) {
            Some(toml::Value::String(text)) => text,
            Some(toml::Value::Array(all)) => all.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(" "),
            _ => value,
        }
    }

    /// Every key, with its value and its meaning.
    pub fn items(&self) -> Vec<Item> {
        let values = edit::values(&self.text).unwrap_or_default();
        let item = |key: &Key| {
            let value = match key.kind {
                KeyKind::Bindings => match values.iter().filter(|(name, _)| name.starts_with("keys.")).count() {
                    0 => "-".into(),
                    count => format!("{count} of your own"),
                },
                KeyKind::Servers => match values.iter().filter(|(name, _)| name.starts_with("servers.")).count() {
                    0 => "-".into(),
                    count => crate::text::counted(count as u64, "server", "servers"),
                },
                _ => values.iter().find(|(name, _)| name == key.name).map_or_else(|| "-".into(), |(_, value)| value.clone()),
            };
            Item { label: key.name.into(), detail: format!("{value}   {}", key.meaning), choice: Choice::Setting(key.name.into()) }
        };
        KEYS.iter().map(item).collect()
    }

    /// Every action with its keys.
    pub fn bindings(&self, keymap: &Keymap) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        for binding in BINDINGS {
            let name = binding.action.name();
            let choice = Choice::Setting(format!("keys.{name}"));
            if items.iter().any(|item| item.choice == choice) {
                continue;
            }
            let of_action = keymap.of(binding.context).find(|(own, _)| own.action == binding.action);
            let keys = of_action.map(|(_, keys)| keys.iter().map(|key| label(key)).collect::<Vec<_>>().join(" ")).unwrap_or_default();
            let keys = if keys.is_empty() { "-".to_owned() } else { keys };
            items.push(Item { label: name, detail: format!("{keys}   {}", binding.label), choice });
        }
        items
    }

    /// What `typed` for `name` is as a change of the file.
    ///
    /// # Errors
    /// What is wrong with it, in a few words.
    pub fn setting(&self, name: &str, typed: &str) -> Result<Setting, String> {
        let Some(action) = name.strip_prefix("keys.") else {
            let key = edit::key(name).ok_or("there is no such key")?;
            return Ok(Setting { name: name.into(), value: edit::value_of(key, typed)? });
        };
        let keys: Vec<String> = typed.split_whitespace().map(str::to_owned).collect();
        if keys.is_empty() {
            return Ok(Setting { name: name.into(), value: None });
        }
        let config = Config::parse(&self.text, &self.path).map_err(|error| error.to_string())?;
        let mut own: BTreeMap<String, Vec<String>> = config.keys.iter().map(|(action, keys)| (action.clone(), keys.to_vec())).collect();
        own.insert(action.into(), keys.clone());
        Keymap::new(&own).map_err(|error| error.to_string())?;
        let value = toml::Value::Array(keys.into_iter().map(toml::Value::String).collect()).to_string();
        Ok(Setting { name: name.into(), value: Some(value) })
    }

    /// What is wrong with `typed` for `name`.
    pub fn problem(&self, name: &str, typed: &str) -> Option<String> {
        self.setting(name, typed).err()
    }
}

/// A value of TOML.
fn value_of(written: &str) -> Option<toml::Value> {
    format!("x = {written}").parse::<toml::Table>().ok()?.remove("x")
}
