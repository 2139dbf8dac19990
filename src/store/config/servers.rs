//! `[servers.NAME]`: models behind addresses.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

/// A model server. Its key stands in an environment variable, or a command prints it; never here.
#[derive(Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Its address, usually ending in `/v1`.
    pub url: String,
    /// Which of its models; the only one where it is not said.
    pub model: Option<String>,
    /// The environment variable that holds its key.
    pub key_env: Option<String>,
    /// A program and its arguments that print its key.
    #[serde(default)]
    pub key_command: Vec<String>,
    /// Headers of every request.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Seconds that a whole answer may take.
    pub timeout: Option<u64>,
}

/// Addresses and headers may hold keys: they are not shown.
impl fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url: _, model, key_env, key_command, headers, timeout } = self;
        let names: Vec<&String> = headers.keys().collect();
        let command = key_command.first();
        f.debug_struct("ServerConfig")
            .field("model", model)
            .field("key_env", key_env)
            .field("key_command", &command)
            .field("headers", &names)
            .field("timeout", timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_not_shown() {
        let text = "url = 'https://h/v1?key=s3cret'\nkey_command = ['pass', 's3cret']\nheaders = { x-key = 's3cret' }";
        let server: ServerConfig = toml::from_str(text).unwrap();
        let shown = format!("{server:?}");
        assert!(!shown.contains("s3cret") && shown.contains("x-key"), "{shown}");
    }
}
