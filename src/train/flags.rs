//! Settings as flags: the Trainer's names, ours, and what a command line written for the Trainer may also hold.
//!
//! Pure: words in, a [`Request`] out. One table says every name's kind and meaning; it also makes the help and finds the nearest name.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{TrainConfig, TrainError};

mod table;

use table::{ALIASES, FIXED, MEANINGLESS, SPECIAL};
pub use table::{FLAGS, Flag, Kind};

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The settings. Where a run is resumed, those that were typed; see [`Request::over`].
    pub config: TrainConfig,
    /// What should be said before anything is done.
    pub warnings: Vec<String>,
    /// Only show the plan.
    pub dry_run: bool,
    /// Show it as one JSON object, with examples as the model sees them.
    pub json: bool,
    /// Go on with the run in this folder.
    pub resume: Option<PathBuf>,
    /// Threads to compute on.
    pub threads: Option<usize>,
    typed: Table,
}

/// A preset by its name: TOML text.
pub type Presets<'a> = &'a dyn Fn(&str) -> Option<&'static str>;

/// Understands a command line. `read` reads the files it names.
pub fn parse(words: &[String], presets: Presets<'_>, read: &dyn Fn(&Path) -> std::io::Result<String>) -> Result<Request, TrainError> {
    let launched = behind_launcher(words).len() < words.len();
    let mut words = behind_launcher(words).iter().map(String::as_str).filter(|word| !matches!(word.trim(), "" | "\\")).peekable();
    let mut base = Table::new();
    let mut typed = Table::new();
    let mut out = Request {
        config: TrainConfig::default(),
        warnings: Vec::new(),
        dry_run: false,
        json: false,
        resume: None,
        threads: None,
        typed: Table::new(),
    };
    let mut deepspeed = None;
    let mut resume_here = false;
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--") else {
            if !base.is_empty() {
                return Err(unexpected(word));
            }
            base = read_toml(Path::new(word), read)?;
            continue;
        };
        let (name, attached) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
        let (name, kind) = find(name)?;
        let mut values: Vec<&str> = attached.into_iter().collect();
        let several = matches!(kind, Kind::Words | Kind::Integers);
        while (values.is_empty() || (several && attached.is_none()))
            && let Some(next) = words.peek()
            && (!next.starts_with("--") || (values.is_empty() && next.parse::<f64>().is_ok()))
            && (kind != Kind::Switch || boolean(next).is_some())
        {
            values.extend(words.next());
        }
        let value = match (kind, values.first()) {
            (Kind::Switch, None) => "true",
            (_, Some(value)) => value,
            (_, None) => return Err(setting(name, "nothing".into(), "a value is needed")),
        };
        match name {
            "config" => base = read_toml(Path::new(value), read)?,
            "preset" => {
                let text = presets(value).ok_or_else(|| setting(name, format!("`{value}`"), "no preset is called so"))?;
                base = toml::from_str(text).map_err(|error| setting(name, format!("`{value}`"), error.message()))?;
            }
            "deepspeed" => deepspeed = Some(PathBuf::from(value)),
            "optim" if ["adamw_torch", "adamw_torch_fused", "adamw_hf", "adamw_apex_fused"].contains(&value) => {}
            "optim" => return Err(setting(name, format!("`{value}`"), "adamw_torch is what there is")),
            "group_by_length" if boolean(value) == Some(true) => {
                typed.insert("train_sampling_strategy".into(), "group_by_length".into());
            }
            "group_by_length" => {}
            "use_cpu" | "no_cuda" => {
                if boolean(value) == Some(true) {
                    typed.insert("device".into(), "cpu".into());
                }
            }
            "resume" => out.resume = Some(value.into()),
            "resume_from_checkpoint" => match boolean(value) {
                Some(resume) => resume_here = resume,
                None => {
                    // The Trainer takes a checkpoint's folder; the run is the one above.
                    let path = Path::new(value);
                    let is_checkpoint = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("checkpoint-"));
                    out.resume = Some(path.parent().filter(|_| is_checkpoint).unwrap_or(path).into());
                }
            },
            "json" => out.json = boolean(value).unwrap_or(true),
            "dry_run" => out.dry_run = boolean(value).unwrap_or(true),
            "threads" => {
                out.threads = Some(
                    value
                        .parse()
                        .ok()
                        .filter(|&n| n > 0)
                        .ok_or_else(|| setting(name, format!("`{value}`"), "a whole number of 1 or more is needed"))?,
                )
            }
            "max_steps" if value == "-1" => {
                typed.remove(name);
            }
            _ => {
                if let Some((_, _, accepted)) = FIXED.iter().find(|(fixed, _, _)| *fixed == name) {
                    if !accepted.contains(&value.to_lowercase().as_str()) {
                        return Err(setting(name, format!("`{value}`"), &format!("only {} is supported", accepted.join(" or "))));
                    }
                } else if let Some((_, _, why)) = MEANINGLESS.iter().find(|(other, _, _)| *other == name) {
                    if kind != Kind::Switch || boolean(value) == Some(true) {
                        out.warnings.push(format!("--{name} means nothing here: {why}"));
                    }
                } else {
                    typed.insert(name.into(), convert(name, kind, &values)?);
                }
            }
        }
    }
    for (key, value) in &typed {
        base.insert(key.clone(), value.clone());
    }
    if let Some(path) = deepspeed {
        apply_deepspeed(&path, read, &mut base, &mut out.warnings)?;
    }
    out.config = config_of(base)?;
    if resume_here {
        out.resume = Some(out.config.output_dir.clone());
    }
    if launched && out.config.method.is_none() && out.resume.is_none() {
        out.warnings
            .push("adapters are trained, where the script of this command line trains every weight; --method full does that".into());
    }
    out.typed = typed;
    Ok(out)
}

impl Request {
    /// The settings a run was begun with, with what was typed now over them.
    pub fn over(&self, begun: &TrainConfig) -> Result<TrainConfig, TrainError> {
        let mut table: Table = toml::from_str(&begun.to_toml()).map_err(|error| setting("resume", "this run".into(), error.message()))?;
        for (key, value) in &self.typed {
            table.insert(key.clone(), value.clone());
        }
        config_of(table)
    }
}

/// The words behind `torchrun ... script.py`, where a command line was copied whole.
fn behind_launcher(words: &[String]) -> &[String] {
    let launched = words.first().is_some_and(|word| ["torchrun", "python", "python3", "accelerate", "deepspeed"].contains(&word.as_str()));
    let script = words.iter().position(|word| word.ends_with(".py")).filter(|_| launched);
    script.and_then(|at| words.get(at + 1..)).unwrap_or(words)
}

fn read_toml(path: &Path, read: &dyn Fn(&Path) -> std::io::Result<String>) -> Result<Table, TrainError> {
    let text = read(path).map_err(TrainError::file(path))?;
    // Read as settings first: its errors name line and column.
    let failed = |error: toml::de::Error| TrainError::ConfigFile { path: path.into(), reason: error.to_string().trim_end().to_owned() };
    toml::from_str::<TrainConfig>(&text).map_err(failed)?;
    toml::from_str(&text).map_err(failed)
}

fn config_of(table: Table) -> Result<TrainConfig, TrainError> {
    let keys: Vec<String> = table.keys().cloned().collect();
    Table::try_into(table.clone()).map_err(|error: toml::de::Error| {
        // Which value it is, the error does not say; each is tried alone.
        let alone = |key: &&String| {
            let single: Table = table.iter().filter(|(name, _)| name == key).map(|(name, value)| (name.clone(), value.clone())).collect();
            single.try_into::<TrainConfig>().is_err()
        };
        let wrong = keys.iter().find(alone);
        let name = wrong.and_then(|key| FLAGS.iter().find(|flag| flag.name == key)).map_or("settings", |flag| flag.name);
        let value = wrong
            .and_then(|key| table.get(key))
            .map_or_else(String::new, |value| format!("`{}`", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        setting(name, value, error.message())
    })
}

fn setting(key: &'static str, value: String, reason: &str) -> TrainError {
    TrainError::Setting { key, value, reason: reason.into() }
}

fn unexpected(word: &str) -> TrainError {
    TrainError::Flag { word: word.into(), nearest: None }
}

/// The flag called `name`: dashes count as underscores.
fn find(name: &str) -> Result<(&'static str, Kind), TrainError> {
    let plain = name.replace('-', "_");
    let plain = ALIASES.iter().find(|(alias, _)| *alias == plain).map_or(plain.as_str(), |(_, name)| name);
    known().find(|(known, _)| *known == plain).ok_or_else(|| {
        let near = known().map(|(known, _)| (edits(plain, known), known)).min();
        let nearest = near.filter(|(edits, known)| *edits <= 2 + known.len() / 4).map(|(_, known)| known);
        TrainError::Flag { word: format!("--{name}"), nearest }
    })
}

fn known() -> impl Iterator<Item = (&'static str, Kind)> {
    let flags = FLAGS.iter().map(|flag| (flag.name, flag.kind));
    flags
        .chain(MEANINGLESS.iter().map(|(name, kind, _)| (*name, *kind)))
        .chain(SPECIAL.iter().copied())
        .chain(FIXED.iter().map(|(name, kind, _)| (*name, *kind)))
}

/// Letters to insert, delete or replace (Levenshtein).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, y) in b.iter().enumerate() {
            let (left, above) = (row.get(j).copied().unwrap_or(0), row.get(j + 1).copied().unwrap_or(0));
            let next = (left + 1).min(above + 1).min(diagonal + usize::from(x != *y));
            diagonal = above;
            if let Some(place) = row.get_mut(j + 1) {
                *place = next;
            }
        }
    }
    row.last().copied().unwrap_or(0)
}

fn boolean(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn convert(name: &'static str, kind: Kind, words: &[&str]) -> Result<Value, TrainError> {
    let word = words.first().copied().unwrap_or("true");
    let wrong = |word: &str, what: &str| setting(name, format!("`{word}`"), &format!("{what} is needed"));
    let number = |word: &str| word.parse::<f64>().map_err(|_| wrong(word, "a number"));
    let integer = |word: &str| match number(word) {
        Ok(value) if value.fract() == 0.0 && (0.0..9e15).contains(&value) => Ok(value as i64),
        _ => Err(wrong(word, "a whole number")),
    };
    let parts = || words.iter().flat_map(|word| word.split([',', ' '])).filter(|part| !part.is_empty());
    Ok(match kind {
        Kind::Text => Value::String(if name.ends_with("strategy") || ["lr_scheduler_type", "device", "offload"].contains(&name) {
            word.to_lowercase()
        } else {
            word.into()
        }),
        Kind::Integer => Value::Integer(integer(word)?),
        Kind::Number => Value::Float(number(word)?),
        Kind::Switch => Value::Boolean(boolean(word).ok_or_else(|| wrong(word, "True or False"))?),
        // A path may hold commas.
        Kind::Words if name == "data_path" => Value::Array(words.iter().map(|word| Value::String((*word).into())).collect()),
        Kind::Words => Value::Array(parts().map(|part| Value::String(part.into())).collect()),
        Kind::Integers => Value::Array(parts().map(|part| integer(part).map(Value::Integer)).collect::<Result<_, _>>()?),
    })
}

/// A scheduler in a DeepSpeed file wins over the flag, as in the Trainer.
fn apply_deepspeed(
    path: &Path,
    read: &dyn Fn(&Path) -> std::io::Result<String>,
    table: &mut Table,
    warnings: &mut Vec<String>,
) -> Result<(), TrainError> {
    let text = read(path).map_err(TrainError::file(path))?;
    let json: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| TrainError::ConfigFile { path: path.into(), reason: error.to_string() })?;
    let mut used = Vec::new();
    if let Some(scheduler) = json.get("scheduler") {
        let kind = scheduler.get("type").and_then(serde_json::Value::as_str).unwrap_or_default();
        let ours = match kind {
            "WarmupDecayLR" => "warmup_decay",
            "WarmupLR" => "constant_with_warmup",
            _ => return Err(TrainError::ConfigFile { path: path.into(), reason: format!("scheduler `{kind}` is not supported") }),
        };
        let flag = table.get("lr_scheduler_type").and_then(Value::as_str).unwrap_or("linear").to_owned();
        warnings.push(format!("the scheduler {kind} of {} wins over --lr_scheduler_type {flag}, as in the Trainer", path.display()));
        table.insert("lr_scheduler_type".into(), ours.into());
        for (theirs, key) in [("warmup_num_steps", "warmup_steps"), ("warmup_max_lr", "learning_rate")] {
            if let Some(value) = scheduler.get("params").and_then(|params| params.get(theirs)).and_then(serde_json::Value::as_f64) {
                table.insert(key.into(), Value::Float(value));
            }
        }
        used.push("scheduler");
    }
    if let Some(value) = json.get("gradient_clipping").and_then(serde_json::Value::as_f64) {
        table.insert("max_grad_norm".into(), Value::Float(value));
        used.push("gradient_clipping");
    }
    let zero = json.get("zero_optimization");
    let to_host = |key: &str| {
        let device = zero.and_then(|zero| zero.get(key)).and_then(|part| part.get("device")).and_then(serde_json::Value::as_str);
        device == Some("cpu")
    };
    let offload = match (to_host("offload_param"), to_host("offload_optimizer")) {
        (true, _) => Some("all"),
        (false, true) => Some("optimizer"),
        (false, false) => None,
    };
    if let Some(offload) = offload {
        // What was typed wins: only a card has anything to put away.
        table.entry("offload").or_insert_with(|| offload.into());
        used.push("zero_optimization");
    }
    let unused: Vec<&str> = json
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys())
        .map(String::as_str)
        .filter(|key| {
            !used.contains(key)
                && ![
                    "bf16",
                    "optimizer",
                    "gradient_accumulation_steps",
                    "gradient_clipping",
                    "train_batch_size",
                    "train_micro_batch_size_per_gpu",
                ]
                .contains(key)
        })
        .collect();
    if !unused.is_empty() {
        warnings.push(format!("{} of {} mean nothing here: one machine trains", unused.join(", "), path.display()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
