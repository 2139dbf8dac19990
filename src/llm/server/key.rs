//! Where a key comes from: an environment variable, or a command. Nothing of ours keeps it.

use std::process::{Command, Stdio};

use super::super::server_error::ServerError;
use super::address::Address;

/// Where a key comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum KeySource {
    /// There is none.
    #[default]
    None,
    /// This environment variable, which has to be set.
    Variable(String),
    /// This environment variable, where it is set.
    VariableIfSet(String),
    /// What this command prints.
    Command(Vec<String>),
}

/// The key itself.
pub(super) fn key(source: &KeySource, address: &Address) -> Result<Option<String>, ServerError> {
    let variable = |name: &String| std::env::var(name).ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
    match source {
        KeySource::None => Ok(None),
        KeySource::VariableIfSet(name) => Ok(variable(name)),
        KeySource::Variable(name) => match variable(name) {
            Some(key) => Ok(Some(key)),
            None => Err(ServerError::NoKey { address: address.to_string(), variable: name.clone() }),
        },
        KeySource::Command(words) => {
            let failed = |reason: String| ServerError::KeyCommand { address: address.to_string(), reason };
            let Some((program, arguments)) = words.split_first() else { return Err(failed("is empty".into())) };
            let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
            let output = output.map_err(|error| failed(format!("does not start: {error}")))?;
            if !output.status.success() {
                return Err(failed(format!("ended with {}", output.status)));
            }
            let key = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            if key.is_empty() { Err(failed("printed nothing".into())) } else { Ok(Some(key)) }
        }
    }
}
