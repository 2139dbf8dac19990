//! A person's settings: `config.toml`. What is typed on the command line wins over it.
//!
//! Files on their floors, the lowest first:
//! - `servers`: models behind addresses
//! - `keys`: every key, what it takes and means
//! - [`edit`]: changing one line of the file

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::{Paths, StoreError};

pub mod edit;
mod keys;
mod servers;

pub use edit::Setting;
pub use keys::{KEYS, Key, KeyKind, schema};
pub use servers::ServerConfig;

/// What `config.toml` can say. Everything is optional.
#[derive(Debug, Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// A catalogue name, a model file, a server's name or its address.
    pub model: Option<String>,
    /// Threads to compute on.
    pub threads: Option<usize>,
    /// At most this many rows of a result.
    pub max_rows: Option<usize>,
    /// Seconds a query may take.
    pub timeout: Option<u64>,
    /// Seconds after which an answer in doubt is compared with no more drafts; 0 for no limit.
    pub answer_within: Option<u64>,
    /// Never use the network.
    #[serde(default)]
    pub offline: bool,
    /// How the model is asked.
    pub prompt: Option<PromptChoice>,
    /// How the model remembers what it has read.
    #[serde(default)]
    pub kv_type: KvChoice,
    /// Colours of the screen.
    pub theme: Option<ThemeChoice>,
    /// Whether the screen hears the mouse; it does unless this says no.
    pub mouse: Option<bool>,
    /// Vim keys in the screen's SQL.
    #[serde(default)]
    pub vim: bool,
    /// Whether an answer runs as soon as it is there: one Enter asks and runs.
    #[serde(default)]
    pub ask_and_run: bool,
    /// What the model does with a question that is still being typed.
    #[serde(default)]
    pub while_typing: WhileTyping,
    /// Models behind addresses, by the name that `--model` takes.
    #[serde(default)]
    pub servers: BTreeMap<String, ServerConfig>,
    /// Keys of the screen, by action: `run-sql = ["f5", "ctrl+r"]`. The screen knows actions and keys, and says what is wrong.
    #[serde(default)]
    pub keys: BTreeMap<String, KeyNames>,
}

/// Where nobody says how long comparing may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Colours of the screen.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// For a dark background.
    Dark,
    /// For a light one.
    Light,
    /// None.
    Plain,
}

/// What the model does with a question that is still being typed. It makes the answer come sooner, and no other.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum WhileTyping {
    /// It reads it and writes what it would answer.
    #[default]
    Answer,
    /// It reads it: less work for the processor.
    Read,
    /// Nothing before Enter.
    Wait,
}

/// How a model remembers what it has read; llama.cpp's names.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum KvChoice {
    /// As exactly as the model's weights are stored: `f32` where they are, else `f16`.
    #[default]
    Auto,
    /// Four bytes a number.
    F32,
    /// Two bytes a number.
    F16,
    /// A little more than one byte a number: for long prompts in little memory.
    Q8_0,
}

/// One key, or several.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(untagged, expecting = "a key is text, such as \"f5\", or a list of such texts")]
pub enum KeyNames {
    /// One.
    One(String),
    /// Several; none unbinds.
    Several(Vec<String>),
}

impl KeyNames {
    /// As a list.
    pub fn to_vec(&self) -> Vec<String> {
        match self {
            Self::One(key) => vec![key.clone()],
            Self::Several(keys) => keys.clone(),
        }
    }
}

/// How the model is asked; names are the command line's.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum PromptChoice {
    /// What the model wants.
    #[default]
    Auto,
    /// SQL-LLaMA's form.
    Alpaca,
    /// The model's chat template.
    Chat,
    /// OmniSQL's form.
    OmniSql,
    /// XiYanSQL-QwenCoder's form.
    #[serde(rename = "xiyansql")]
    XiYan,
    /// Arctic-Text2SQL-R1's form.
    #[serde(rename = "arctic-text2sql")]
    Arctic,
    /// SLM-SQL's form.
    #[serde(rename = "slm-sql")]
    SlmSql,
}

impl Config {
    /// How long after a question drafts are still drawn to be compared, in seconds where that was `typed`; `None` for no limit.
    pub fn answer_within(&self, typed: Option<u64>) -> Option<Duration> {
        Some(typed.or(self.answer_within).map_or(ANSWER_WITHIN, Duration::from_secs)).filter(|within| !within.is_zero())
    }

    /// Reads the file of `paths`; without one, nothing is set.
    pub fn read(paths: &Paths) -> Result<Self, StoreError> {
        let path = paths.config_file();
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, &path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(bad(&path, None, &error.to_string())),
        }
    }

    /// Sets a key in the file of `paths`, or takes it back; the file's text afterwards. Its comments, and what is set otherwise, stay.
    ///
    /// # Errors
    /// [`StoreError::Config`] where the file is wrong already, would be, or cannot be written; then it is as it was.
    pub fn change(paths: &Paths, setting: &Setting) -> Result<String, StoreError> {
        let path = paths.config_file();
        let before = Self::read_text(paths)?;
        let after = edit::with(&before, setting).map_err(|reason| bad(&path, None, &reason))?;
        Self::parse(&after, &path)?;
        let write = || -> std::io::Result<()> {
            // What a link points to is replaced, not the link.
            let target = if path.exists() { fs::canonicalize(&path)? } else { path.clone() };
            let folder = target.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder)?;
            let mut file = tempfile::Builder::new().prefix(".config-").tempfile_in(folder)?;
            file.write_all(after.as_bytes())?;
            if let Ok(data) = fs::metadata(&target) {
                file.as_file().set_permissions(data.permissions())?;
            }
            file.persist(&target).map_err(|error| error.error)?;
            Ok(())
        };
        if before != after {
            write().map_err(|error| bad(&path, None, &format!("it cannot be written: {error}")))?;
        }
        Ok(after)
    }

    /// The text of the file of `paths`; empty where there is none.
    ///
    /// # Errors
    /// [`StoreError::Config`] where it cannot be read.
    pub fn read_text(paths: &Paths) -> Result<String, StoreError> {
        let path = paths.config_file();
        match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            other => other.map_err(|error| bad(&path, None, &error.to_string())),
        }
    }

    /// Understands `text`, which is that of `path`.
    ///
    /// # Errors
    /// The first mistake, as [`StoreError::Config`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, StoreError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
            let key = line.and_then(|line| key_on(text, line));
            bad(path, line, &told(error.message(), key))
        })?;
        match config.threads {
            Some(0) => Err(bad(path, line_of(text, "threads"), NO_THREADS)),
            _ => Ok(config),
        }
    }

    /// Everything that is wrong with the settings in `text`, which is that of `path`.
    pub fn problems(text: &str, path: &Path) -> Vec<StoreError> {
        let Err(error) = Self::parse(text, path) else { return Vec::new() };
        // Each key alone tells more than the first mistake. Text that is no TOML has no keys.
        let Ok(table) = text.parse::<toml::Table>() else { return vec![error] };
        let alone = table.into_iter().filter_map(|(key, value)| {
            let (line, zero) = (line_of(text, &key), value.as_integer() == Some(0) && key == "threads");
            let known = KEYS.iter().find(|known| known.name == key);
            let error = toml::Table::from_iter([(key, value)]).try_into::<Self>().err();
            let reason = error.map(|error| told(error.message(), known)).or(zero.then(|| NO_THREADS.to_owned()))?;
            Some((line, bad(path, line, &reason)))
        });
        let mut problems: Vec<(Option<usize>, StoreError)> = alone.collect();
        problems.sort_by_key(|(line, _)| *line);
        let mut problems: Vec<StoreError> = problems.into_iter().map(|(_, problem)| problem).collect();
        if problems.is_empty() {
            problems.push(error);
        }
        problems
    }
}

const NO_THREADS: &str = "`threads` has to be 1 or more";

/// The parser's message about the value of `key`, without words that only a programmer knows, and with what the key takes.
fn told(message: &str, key: Option<&Key>) -> String {
    let Some(key) = key else { return message.to_owned() };
    // Of a table's keys the parser tells more than its kind.
    let of_table = matches!(key.kind, KeyKind::Bindings | KeyKind::Servers);
    let what = match message {
        _ if message.starts_with("wanted ") => "it is no table",
        _ if of_table || !message.starts_with("invalid ") => return message.to_owned(),
        _ => message.split_once(", expected ").map_or(message, |(what, _)| what),
    };
    format!("{what}; `{}` takes {}", key.name, key.kind.words())
}

/// The key of the file itself that is set on a line, counted from 1; `None` for one of a table.
fn key_on(text: &str, line: usize) -> Option<&'static Key> {
    let above = line.checked_sub(1)?;
    let own = text.lines().nth(above)?.trim_start();
    if !own.starts_with('[') && text.lines().take(above).any(|line| line.trim_start().starts_with('[')) {
        return None;
    }
    let own = own.trim_start_matches(['[', '"', '\'']);
    let name = own.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    KEYS.iter().find(|key| key.name == name)
}

/// The line on which `key` is set, counted from 1.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let sets = |line: &str| {
        let rest = line.trim_start().trim_start_matches(['[', '"', '\'']).strip_prefix(key);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-')))
    };
    text.lines().position(sets).map(|at| at + 1)
}

fn bad(path: &Path, line: Option<usize>, reason: &str) -> StoreError {
    let place = line.map_or_else(|| path.display().to_string(), |line| format!("{}, line {line}", path.display()));
    // The parser's message may have several lines; a sentence has one.
    StoreError::Config { place, reason: reason.lines().map(str::trim).collect::<Vec<_>>().join(", "), path: PathBuf::from(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<Config, &str>) {
        match (Config::parse(text, Path::new("c.toml")), expected) {
            (Ok(config), Ok(expected)) => assert_eq!(config, expected),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (found, expected) => panic!("{found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn settings_are_read_and_mistakes_are_placed() {
        check("", Ok(Config::default()));
        check(
            "model = \"m.gguf\"\nthreads = 2\nmax_rows = 5\ntimeout = 9\noffline = true\nprompt = \"alpaca\"\n",
            Ok(Config {
                model: Some("m.gguf".into()),
                threads: Some(2),
                max_rows: Some(5),
                timeout: Some(9),
                offline: true,
                prompt: Some(PromptChoice::Alpaca),
                ..Config::default()
            }),
        );
        let keys = BTreeMap::from([
            ("help".to_owned(), KeyNames::Several(vec!["f1".into(), "f12".into()])),
            ("quit".to_owned(), KeyNames::One("ctrl+x".into())),
        ]);
        check(
            "theme = \"light\"\nmouse = false\nvim = true\nwhile_typing = \"wait\"\n[keys]\nquit = \"ctrl+x\"\nhelp = [\"f1\", \"f12\"]\n",
            Ok(Config {
                theme: Some(ThemeChoice::Light),
                mouse: Some(false),
                vim: true,
                while_typing: WhileTyping::Wait,
                keys,
                ..Config::default()
            }),
        );
        check("theme = \"pink\"", Err("c.toml, line 1: unknown variant `pink`"));
        check("threads = 2\nmodl = \"x\"\n", Err("c.toml, line 2: unknown field `modl`, expected one of `model`"));
        check("\n\nthreads = \"two\"\n", Err("c.toml, line 3: invalid type: string \"two\""));
        check("max_rows = 1\nthreads = 0\n", Err("c.toml, line 2: `threads` has to be 1 or more"));
        check("prompt = \"poem\"", Err("c.toml, line 1: unknown variant `poem`"));
        check("threads = \n", Err("c.toml, line 1: "));
        check("max_rows = \"x\"\n", Err("invalid type: string \"x\"; `max_rows` takes a whole number, 0 or more"));
        check("[theme]\n", Err("c.toml, line 1: it is no table; `theme` takes one of \"dark\", \"light\", \"plain\""));
        // A key of a table is not one of the file's that is called so.
        check("[servers.a]\nurl = \"http://h/v1\"\ntimeout = \"x\"\n", Err("invalid type: string \"x\""));
    }

    #[track_caller]
    fn check_problems(text: &str, expected: &[&str]) {
        let found: Vec<String> = Config::problems(text, Path::new("c.toml")).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        found.iter().zip(expected).for_each(|(found, expected)| assert!(found.contains(expected), "{found}"));
    }

    #[test]
    fn every_mistake_is_told() {
        check_problems("", &[]);
        check_problems("model = 'm'\n[keys]\nhelp = 'f1'\n", &[]);
        check_problems(
            "threads = 0\nthreads_of = 1\n\n'vim' = 2\ntheme = 'pink'\n[keys]\nhelp = 1\n",
            &[
                "c.toml, line 1: `threads` has to be 1 or more",
                "c.toml, line 2: unknown field `threads_of`",
                "c.toml, line 4: invalid type: integer `2`",
                "c.toml, line 5: unknown variant `pink`",
                "c.toml, line 6: a key is text",
            ],
        );
        check_problems("model = 'm'\ntheme = \n", &["c.toml, line 2: "]);
        check_problems(
            "timeout = 'x'\nvim = 'no'\n[theme]\n",
            &["; `timeout` takes a whole number", "; `vim` takes true or false", "line 3: it is no table; `theme` takes one of"],
        );
    }
}
