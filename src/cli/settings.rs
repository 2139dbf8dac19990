//! What is typed, and behind it what `config.toml` says, and behind that the defaults.

use std::time::Duration;

use super::beside::BesideArgs;
use super::failure::Failure;
use super::form::PromptForm;
use super::network::{Rights, ServerArgs};
use super::output::RowLimit;
use crate::db::Limits;
use crate::db::files::FirstLine;
use crate::llm::KvType;
use crate::store::config::{KvChoice, PromptChoice};
use crate::store::{Config, Paths, profiles};

/// Folders and settings that every command works with.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) paths: Paths,
    pub(super) config: Config,
    pub(super) rights: Rights,
    /// What is said of the first lines of files with tables.
    pub(super) first_line: FirstLine,
}

impl Settings {
    /// Finds the folders and reads `config.toml`.
    pub(super) fn read() -> Result<Self, Failure> {
        let paths = Paths::find()?;
        let config = Config::read(&paths)?;
        profiles::take_own(&paths);
        Ok(Self { paths, config, rights: Rights { may_ask: true, ..Rights::default() }, first_line: FirstLine::Guessed })
    }

    /// The same, with what was typed about servers.
    pub(super) fn with_servers(&self, servers: &ServerArgs, offline: bool) -> Self {
        Self { rights: Rights { offline, allowed: servers.allow_server.clone(), ..self.rights.clone() }, ..self.clone() }
    }

    /// The same, with what was typed about files with tables.
    pub(super) fn with_files(&self, files: &BesideArgs) -> Self {
        Self { first_line: files.first_line(), ..self.clone() }
    }

    /// What forbids using the network, if anything does.
    pub(super) fn offline_by(&self) -> Option<String> {
        let by_file = || self.config.offline.then(|| format!("`offline = true` in {}", self.paths.config_file().display()));
        if self.rights.offline { Some("--offline".into()) } else { by_file() }
    }

    /// The model wanted; `None` for the best that is installed.
    pub(super) fn model<'a>(&'a self, typed: Option<&'a str>) -> Option<&'a str> {
        typed.or(self.config.model.as_deref())
    }

    /// How many rows of a result are written.
    pub(super) fn row_limit(&self, max_rows: Option<usize>, terminal: bool) -> RowLimit {
        RowLimit::new(max_rows.or(self.config.max_rows), terminal)
    }

    /// Limits of a query whose rows are kept in memory: for that, all of them are too many.
    pub(super) fn limits(&self, max_rows: Option<usize>, timeout: Option<u64>) -> Limits {
        let default = Limits::default();
        Limits {
            max_rows: max_rows.or(self.config.max_rows).filter(|rows| *rows > 0).unwrap_or(default.max_rows),
            timeout: self.timeout(timeout).unwrap_or(default.timeout),
            ..default
        }
    }

    /// How long a query may take, where somebody said so; 0 is as long as it takes.
    pub(super) fn timeout(&self, typed: Option<u64>) -> Option<Duration> {
        let seconds = typed.or(self.config.timeout)?;
        Some(if seconds == 0 { Duration::MAX } else { Duration::from_secs(seconds) })
    }

    /// How long after a question drafts are still drawn to be compared; `None` for no limit.
    pub(super) fn answer_within(&self, typed: Option<u64>) -> Option<Duration> {
        self.config.answer_within(typed)
    }

    /// Sizes the pool that the model computes on.
    pub(super) fn apply_threads(&self, typed: Option<usize>) {
        if let Some(threads) = typed.or(self.config.threads) {
            crate::compute::set_global_threads(threads);
        }
    }

    /// How the model remembers what it has read; `None` where that is its own matter.
    pub(super) fn kv_type(&self) -> Option<KvType> {
        match self.config.kv_type {
            KvChoice::Auto => None,
            KvChoice::F32 => Some(KvType::F32),
            KvChoice::F16 => Some(KvType::F16),
            KvChoice::Q8_0 => Some(KvType::Q8_0),
        }
    }

    /// How the model is asked.
    pub(super) fn prompt(&self, typed: Option<PromptForm>) -> PromptForm {
        typed.unwrap_or(match self.config.prompt.unwrap_or_default() {
            PromptChoice::Auto => PromptForm::Auto,
            PromptChoice::Alpaca => PromptForm::Alpaca,
            PromptChoice::Chat => PromptForm::Chat,
            PromptChoice::OmniSql => PromptForm::OmniSql,
            PromptChoice::XiYan => PromptForm::XiYan,
            PromptChoice::Arctic => PromptForm::Arctic,
            PromptChoice::SlmSql => PromptForm::SlmSql,
        })
    }

    /// An error where the network must not be used; `wanted` says for what it would be.
    pub(super) fn require_network(&self, typed_offline: bool, wanted: &str) -> Result<(), Failure> {
        match (typed_offline, self.config.offline) {
            (true, _) => Err(Failure::new(2, format!("{wanted}; --offline forbids fetching it"))),
            (_, true) => {
                let file = self.paths.config_file();
                Err(Failure::new(2, format!("{wanted}; `offline = true` in {} forbids fetching it", file.display())))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_wins() {
        let config = Config {
            model: Some("m".into()),
            max_rows: Some(5),
            timeout: Some(7),
            offline: true,
            prompt: Some(PromptChoice::Alpaca),
            ..Config::default()
        };
        let settings = Settings { paths: Paths::all_in("/c"), config, rights: Rights::default(), first_line: FirstLine::Guessed };
        assert_eq!((settings.model(Some("typed")), settings.model(None)), (Some("typed"), Some("m")));
        assert_eq!(settings.limits(None, Some(1)).max_rows, 5);
        assert_eq!(settings.limits(Some(0), Some(1)).max_rows, Limits::default().max_rows);
        assert_eq!(settings.row_limit(None, true).rows, 5);
        assert_eq!(settings.row_limit(Some(0), true).rows, usize::MAX);
        assert_eq!(settings.limits(Some(9), Some(1)).timeout, Duration::from_secs(1));
        assert_eq!(settings.limits(Some(9), None).timeout, Duration::from_secs(7));
        assert_eq!(settings.limits(None, Some(0)).timeout, Duration::MAX);
        assert!(matches!(settings.prompt(None), PromptForm::Alpaca));
        assert!(matches!(settings.prompt(Some(PromptForm::Chat)), PromptForm::Chat));
        let message = settings.require_network(false, "x is missing").unwrap_err().message;
        assert_eq!(message, "x is missing; `offline = true` in /c/config.toml forbids fetching it");
        assert!(Settings { config: Config::default(), ..settings }.require_network(false, "x").is_ok());
    }
}
