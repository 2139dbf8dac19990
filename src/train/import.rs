//! What another machine made of an exported job, as a run of ours: its curves, and its adapter or weights.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::TrainError;
use super::checkpoint::{self, STATE, write_file};
use super::config::TrainConfig;
use super::event::TrainEvent;
use super::export::layout::{FORMAT, INITIAL, OUTPUT, ROWS, SETTINGS, STEPS};
use super::export::sha256;
use super::run::{EVENTS, SETTINGS as PLAN};
use super::state::{Own, TrainerState};
use crate::llm::adapter::card::BaseCard;
use crate::llm::adapter::{Adapter, AdapterCard};
use crate::llm::checkpoint::Checkpoint;
use crate::signal::Cancel;

/// Bytes of a settings or curve file that are read at most.
const MOST_TEXT: u64 = 1 << 30;

/// What was brought back.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The run's folder.
    pub folder: PathBuf,
    /// Steps that were taken.
    pub steps: u64,
    /// The mean loss of all steps.
    pub train_loss: f64,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// What of `settings.json` is read again.
struct Settings {
    full: bool,
    name: String,
    weights: String,
    prompt: String,
    rows: String,
    total_steps: u64,
    steps_per_epoch: u64,
    examples: usize,
    parameters: usize,
    files: Value,
}

/// Reads the job in `job` and what became of it, and makes of it a run at `folder`, which must not be there.
///
/// # Errors
/// A folder that is no job's or has no result, rows that are not those of the export, an adapter that does not fit, numbers that are none.
pub fn import(job: &Path, folder: &Path, cancel: &Cancel) -> Result<Imported, TrainError> {
    let refuse = |reason: String| TrainError::Import { path: job.into(), reason };
    if folder.exists() {
        return Err(refuse(format!("{} is there already", folder.display())));
    }
    let settings = settings(&read(&job.join(SETTINGS)).map_err(|_| refuse(format!("it has no {SETTINGS}")))?).map_err(refuse)?;
    let expected = settings.files.get(ROWS).and_then(Value::as_str).unwrap_or_default();
    if sha256(&job.join(ROWS), cancel)? != expected {
        return Err(refuse(format!("{ROWS} is not the one that was exported")));
    }
    let output = job.join(OUTPUT);
    let text = read(&output.join(STEPS)).map_err(|_| refuse(format!("{OUTPUT} has no {STEPS}: nothing was trained there")))?;
    let mut config = TrainConfig::read(&job.join(PLAN))?;
    config.output_dir = folder.into();
    let (events, state, mut notes) = curves(&text, &config, &settings).map_err(refuse)?;
    let part = folder.with_extension("part");
    let _ = fs::remove_dir_all(&part);
    fs::create_dir_all(&part).map_err(TrainError::file(&part))?;
    let written = result(job, &output, &part, &settings).and_then(|more| {
        notes.extend(more);
        let mut lines = String::new();
        let finished = TrainEvent::Finished {
            step: state.global_step,
            train_loss: mean(&state),
            seconds: seconds(&events),
            stopped_early: state.global_step < settings.total_steps,
            folder: folder.display().to_string(),
        };
        for event in events.iter().chain([&finished]) {
            lines.push_str(&serde_json::to_string(event).unwrap_or_default());
            lines.push('\n');
        }
        write_file(&part.join(PLAN), config.to_toml().as_bytes())?;
        write_file(&part.join(EVENTS), lines.as_bytes())?;
        write_file(&part.join(STATE), state.to_json().as_bytes())?;
        fs::rename(&part, folder).map_err(TrainError::file(folder))
    });
    if let Err(error) = written {
        let _ = fs::remove_dir_all(&part);
        return Err(error);
    }
    Ok(Imported { folder: folder.into(), steps: state.global_step, train_loss: mean(&state), notes })
}

fn mean(state: &TrainerState) -> f64 {
    state.sqllama.loss_sum / state.global_step.max(1) as f64
}

fn seconds(events: &[TrainEvent]) -> f64 {
    events.iter().fold(0.0, |most, event| if let TrainEvent::Step { seconds, .. } = event { most.max(*seconds) } else { most })
}

fn read(path: &Path) -> std::io::Result<String> {
    if fs::metadata(path)?.len() > MOST_TEXT {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    fs::read_to_string(path)
}

fn settings(text: &str) -> Result<Settings, String> {
    let json: Value = serde_json::from_str(text).map_err(|error| format!("{SETTINGS}: {error}"))?;
    let format = json.get("format").and_then(Value::as_u64);
    if format != Some(FORMAT) {
        return Err(format!("{SETTINGS} has format {}, and {FORMAT} is known", format.map_or("none".into(), |format| format.to_string())));
    }
    let at = |pointer: &str| json.pointer(pointer).ok_or_else(|| format!("{SETTINGS} has no {pointer}"));
    let word = |pointer: &str| Ok::<_, String>(at(pointer)?.as_str().unwrap_or_default().to_owned());
    let number = |pointer: &str| Ok::<_, String>(at(pointer)?.as_u64().unwrap_or(0));
    Ok(Settings {
        full: word("/method")? == "full",
        name: word("/model/name")?,
        weights: word("/model/weights_sha256")?,
        prompt: word("/prompt")?,
        rows: word("/rows/sha256")?,
        total_steps: number("/plan/total_steps")?,
        steps_per_epoch: number("/plan/steps_per_epoch")?.max(1),
        examples: number("/plan/examples")? as usize,
        parameters: number("/plan/trainable_parameters")? as usize,
        files: at("/files")?.clone(),
    })
}

/// A line a step as events and as the Trainer's record.
fn curves(text: &str, config: &TrainConfig, settings: &Settings) -> Result<(Vec<TrainEvent>, TrainerState, Vec<String>), String> {
    let own = Own { settings: config.identity(), data: settings.rows.clone(), model: settings.weights.clone(), ..Own::default() };
    let mut state = TrainerState::new(config, settings.total_steps, own);
    let epochs = settings.total_steps as f64 / settings.steps_per_epoch as f64;
    let (examples, parameters) = (settings.examples, settings.parameters);
    let mut events = vec![TrainEvent::Started { step: 0, total_steps: settings.total_steps, epochs, examples, parameters }];
    let mut notes = Vec::new();
    let a_step = config.per_device_train_batch_size * config.gradient_accumulation_steps;
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let json: Value = serde_json::from_str(line).map_err(|error| format!("{STEPS}, line {}: {error}", number + 1))?;
        let value = |key: &str| json.get(key).and_then(Value::as_f64).filter(|value| value.is_finite());
        let (step, epoch) = (json.get("step").and_then(Value::as_u64).unwrap_or(0), value("epoch").unwrap_or(0.0));
        state.epoch = epoch;
        if let Some(eval_loss) = value("eval_loss") {
            let best = state.best_metric.is_none_or(|best| eval_loss < best);
            if best {
                (state.best_metric, state.best_global_step) = (Some(eval_loss), Some(step));
            }
            if notes.is_empty() {
                notes.push("its evaluation losses are the Trainer's: means of batch means, weighted by rows".into());
            }
            state.global_step = step;
            state.log_values(&[("eval_loss", eval_loss.into()), ("eval_loss_weighted_by", "rows of batches".into())]);
            events.push(TrainEvent::Evaluated { step, epoch, eval_loss, best, accuracy: None });
            continue;
        }
        let Some(loss) = value("loss") else { return Err(format!("{STEPS}, line {}: a loss that is no number", number + 1)) };
        let (grad_norm, learning_rate) = (value("grad_norm").unwrap_or(0.0), value("learning_rate").unwrap_or(0.0));
        state.global_step = step;
        state.sqllama.loss_sum += loss;
        state.log(&[("loss", loss), ("grad_norm", grad_norm), ("learning_rate", learning_rate)]);
        let seconds = value("seconds").unwrap_or(0.0);
        events.push(TrainEvent::Step { step, epoch, loss, grad_norm, learning_rate, tokens: 0, examples: a_step, seconds, memory: None });
    }
    if state.global_step == 0 {
        return Err(format!("{STEPS} holds no step"));
    }
    if state.global_step < settings.total_steps {
        notes.push(format!("it took {} of {} steps", state.global_step, settings.total_steps));
    }
    let train_loss = mean(&state);
    state.log(&[("train_loss", train_loss)]);
    Ok((events, state, notes))
}

/// The adapter, with what it was trained with beside it; or the model's folder.
fn result(job: &Path, output: &Path, part: &Path, settings: &Settings) -> Result<Vec<String>, TrainError> {
    let refuse = |reason: String| TrainError::Import { path: job.into(), reason };
    if settings.full {
        let mut copied = 0;
        for entry in fs::read_dir(output).map_err(TrainError::file(output))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_weights = name.ends_with(".safetensors") || name == "model.safetensors.index.json";
            if is_weights || checkpoint::COMPANIONS.contains(&name.as_str()) || name == "tokenizer.model" {
                fs::copy(entry.path(), part.join(&name)).map_err(TrainError::file(entry.path()))?;
                copied += usize::from(is_weights);
            }
        }
        if copied == 0 {
            return Err(refuse(format!("{OUTPUT} holds no weights")));
        }
        Checkpoint::open(part)?;
        return Ok(Vec::new());
    }
    let mut adapter = Adapter::read(output)?;
    let initial = Adapter::read(&job.join(INITIAL))?;
    let shapes = |adapter: &Adapter| adapter.all().map(|(index, path, lora)| (index, path, lora.a.len(), lora.b.len())).collect::<Vec<_>>();
    if shapes(&adapter) != shapes(&initial) {
        return Err(refuse(format!("the adapter in {OUTPUT} has other matrices than the one that was exported")));
    }
    if adapter.all().any(|(_, _, lora)| lora.a.iter().chain(&lora.b).any(|value| !value.is_finite())) {
        return Err(refuse(format!("the adapter in {OUTPUT} holds a number that is not finite")));
    }
    adapter.config = initial.config;
    let base = BaseCard { name: settings.name.clone(), weights_sha256: settings.weights.clone() };
    adapter.card = Some(AdapterCard { format: AdapterCard::FORMAT, prompt: settings.prompt.clone(), schema_text: 1, base });
    adapter.write(part)?;
    Ok(Vec::new())
}
