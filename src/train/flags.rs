//! Settings as flags: the Trainer's names, ours, and what a command line written for the Trainer may also hold.
//!
//! Pure: words in, a [`Request`] out. One table says every name's kind and meaning; it also makes the help and finds the nearest name.
//!
//! Files on their floors, the lowest first:
//! - `table`: what may be typed
//! - `trainer`: what the Trainer takes besides, and what becomes of it here

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::config::Metric;
use super::export::Recipe;
use super::schedule::{ScheduleSettings, SchedulerType};
use super::{TrainConfig, TrainError, deepspeed};

mod table;
mod trainer;

use table::{FIXED, SPECIAL};
pub use table::{FLAGS, Flag, Kind};
use trainer::{MEANINGLESS, NEVER_HANDED_ON, OPTIMIZERS, REFUSED, RENAMED, STALE};

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
    /// The DeepSpeed file that was named, and what stands in it.
    pub deepspeed: Option<(PathBuf, String)>,
    /// Arguments of the Trainer's that mean nothing here, as they were typed: an exported job hands them on.
    pub handed_on: serde_json::Map<String, serde_json::Value>,
    /// Write the job for another machine to this folder, and train nothing.
    pub export: Option<PathBuf>,
    /// For which program besides.
    pub export_for: Option<Recipe>,
    /// Whether a command line for another script was copied whole: without `--method`, every weight is meant.
    pub launched: bool,
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
        deepspeed: None,
        handed_on: serde_json::Map::new(),
        export: None,
        export_for: None,
        launched: false,
        typed: Table::new(),
    };
    let mut deepspeed: Option<PathBuf> = None;
    let mut resume_here = false;
    let mut greater_is_better = None;
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--") else {
            if !base.is_empty() {
                return Err(unexpected(word));
            }
            base = read_toml(Path::new(word), read)?;
            continue;
        };
        let (name, attached) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
        let Found { name, kind, note } = find(name)?;
        out.warnings.extend(note);
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
            "optim" => {
                typed.insert(name.into(), optimizer(value)?.into());
            }
            "adafactor" => {
                if boolean(value) == Some(true) {
                    typed.insert("optim".into(), "adafactor".into());
                }
            }
            "group_by_length" if boolean(value) == Some(true) => {
                typed.insert("train_sampling_strategy".into(), "group_by_length".into());
            }
            "group_by_length" => {}
            "use_cpu" | "no_cuda" => {
                if boolean(value) == Some(true) {
                    typed.insert("device".into(), "cpu".into());
                }
            }
            "lr_scheduler_kwargs" => {
                let read = serde_json::from_str::<ScheduleSettings>(value).map_err(|error| error.to_string());
                let table = read.and_then(|read| Table::try_from(read).map_err(|error| error.to_string()));
                typed.insert(name.into(), Value::Table(table.map_err(|reason| setting(name, format!("`{value}`"), &reason))?));
            }
            "metric_for_best_model" => {
                // As the Trainer has it, with its prefix or without.
                let metric = value.to_lowercase();
                let metric = metric.strip_prefix("eval_").unwrap_or(&metric);
                if !["loss", "execution_accuracy"].contains(&metric) {
                    return Err(setting(name, format!("`{value}`"), "only loss (eval_loss) and execution_accuracy are measured"));
                }
                typed.insert(name.into(), metric.into());
            }
            "greater_is_better" => greater_is_better = boolean(value),
            "logging_strategy" => match value.to_lowercase().as_str() {
                "steps" => {}
                "no" => {
                    typed.insert("logging_steps".into(), Value::Integer(i64::from(u32::MAX)));
                }
                _ => return Err(setting(name, format!("`{value}`"), "the log has a line every logging_steps steps: steps or no")),
            },
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
            "export" => out.export = Some(value.into()),
            "export_for" => {
                let recipe =
                    Recipe::named(value).ok_or_else(|| setting(name, format!("`{value}`"), "there are axolotl and llama-factory"))?;
                out.export_for = Some(recipe);
            }
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
            // What is not above 0 leaves it to the epochs.
            "max_steps" if value.parse::<i64>().is_ok_and(|steps| steps <= 0) => {
                typed.remove(name);
            }
            _ => {
                if let Some((.., accepted, why)) = FIXED.iter().find(|(fixed, ..)| *fixed == name) {
                    if !accepted.contains(&value.to_lowercase().as_str()) {
                        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
                        return Err(setting(name, format!("`{value}`"), &format!("only {} is supported{why}", accepted.join(" or "))));
                    }
                } else if let Some((_, _, why)) = MEANINGLESS.iter().find(|(other, _, _)| *other == name) {
                    if kind != Kind::Switch || boolean(value) == Some(true) {
                        out.warnings.push(format!("--{name} means nothing here: {why}"));
                    }
                    if !STALE.iter().any(|(stale, _)| *stale == name) && !NEVER_HANDED_ON.contains(&name) {
                        // The Trainer takes these words as one.
                        let value = if name == "fsdp" { Value::String(values.join(" ")) } else { convert(name, kind, &values)? };
                        out.handed_on.insert(name.into(), serde_json::to_value(value).unwrap_or_default());
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
    if out.resume.is_none() && base.get("lr_scheduler_type").and_then(Value::as_str) == Some(SchedulerType::WarmupDecay.name()) {
        // Only runs that were begun with it go on with the old course, a step ahead of DeepSpeed's.
        base.insert("lr_scheduler_type".into(), SchedulerType::WarmupDecayLr.name().into());
    }
    out.config = config_of(base.clone())?;
    let greater = out.config.metric_for_best_model == Metric::ExecutionAccuracy;
    if out.resume.is_none() && greater_is_better.is_some_and(|said| said != greater) {
        let reason = if greater { "of shares of right answers the greater one is better" } else { "of losses the lower one is better" };
        return Err(setting("greater_is_better", format!("`{}`", !greater), reason));
    }
    if let Some(path) = deepspeed {
        let text = read(&path).map_err(TrainError::file(&path))?;
        let notes = deepspeed::apply(&path, &text, &mut out.config, &|flag| base.contains_key(flag))?;
        out.warnings.extend(notes);
        out.deepspeed = Some((path, text));
    }
    if resume_here {
        out.resume = Some(out.config.output_dir.clone());
    }
    out.launched = launched;
    if out.export_for.is_some() && out.export.is_none() {
        return Err(setting("export_for", "given".into(), "`--export DIR` says where to"));
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

/// A flag that was meant.
struct Found {
    name: &'static str,
    kind: Kind,
    /// What should be said of how it was spelled.
    note: Option<String>,
}

/// The flag called `name`: dashes count as underscores, and a beginning that only one flag has counts as that flag, as in the Trainer.
fn find(name: &str) -> Result<Found, TrainError> {
    let plain = name.replace('-', "_");
    if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == plain) {
        return Err(TrainError::Refused { flag: format!("--{name}"), reason: (*why).into() });
    }
    if let Some((_, of, now)) = RENAMED.iter().find(|(old, ..)| *old == plain)
        && let Some((name, kind)) = known().find(|(known, _)| known == of)
    {
        let note = (!now.is_empty()).then(|| format!("--{plain} is an older name: in the Trainer of today it is {now}"));
        return Ok(Found { name, kind, note });
    }
    if let Some((name, kind)) = known().find(|(known, _)| *known == plain) {
        let stale = STALE.iter().find(|(stale, _)| *stale == plain);
        return Ok(Found { name, kind, note: stale.map(|(stale, now)| format!("--{stale} is gone from the Trainer of today: {now}")) });
    }
    let mut begun: Vec<(&'static str, Kind)> = known().filter(|(known, _)| !plain.is_empty() && known.starts_with(&plain)).collect();
    begun.sort_unstable_by_key(|(name, _)| *name);
    begun.dedup_by_key(|(name, _)| *name);
    if let [(name, kind)] = begun[..] {
        return Ok(Found { name, kind, note: Some(format!("--{plain} is read as --{name}")) });
    }
    let near = known().map(|(known, _)| (edits(&plain, known), known)).min();
    let nearest = near.filter(|(edits, known)| *edits <= 2 + known.len() / 4).map(|(_, known)| known);
    Err(TrainError::Flag { word: format!("--{name}"), nearest })
}

/// The optimizer that the Trainer calls so, by the name it has here.
fn optimizer(name: &str) -> Result<&'static str, TrainError> {
    match OPTIMIZERS.iter().find(|(theirs, _)| *theirs == name) {
        Some((_, Ok(ours))) => Ok(ours),
        Some((_, Err(why))) => Err(setting("optim", format!("`{name}`"), why)),
        None => Err(setting(
            "optim",
            format!("`{name}`"),
            "the Trainer has no optimizer of that name; adamw_torch, adamw_8bit and adafactor are done here",
        )),
    }
}

fn known() -> impl Iterator<Item = (&'static str, Kind)> {
    let flags = FLAGS.iter().map(|flag| (flag.name, flag.kind));
    flags
        .chain(MEANINGLESS.iter().map(|(name, kind, _)| (*name, *kind)))
        .chain(SPECIAL.iter().copied())
        .chain(FIXED.iter().map(|(name, kind, _, _)| (*name, *kind)))
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

#[cfg(test)]
mod tests;
