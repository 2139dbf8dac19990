//! A job for another machine: rows as our engine makes them, their order, the beginning of adapters, and what trains on them with the
//! Trainer, PEFT and DeepSpeed of today. `runs import` brings the result back: see [`crate::train::import`].
//!
//! Files on their floors, the lowest first:
//! - [`layout`]: what the folder's parts are called
//! - [`trainer`]: the settings under the Trainer's names
//! - [`recipes`]: the same for axolotl and LLaMA-Factory
//! - [`text`]: DeepSpeed's file, scripts, the page to read first

pub mod layout;
pub mod recipes;
pub mod text;
pub mod trainer;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::TrainError;
use super::checkpoint::write_file;
use super::config::{LossType, Method, Metric, TrainConfig};
use super::model::{Adaptation, Decoder, Row};
use super::plan::{self, TrainPlan};
use super::rows::Rows;
use super::run::{Inputs, SETTINGS as PLAN};
use crate::llm::adapter::card::hex;
use crate::signal::Cancel;
use layout::{DEEPSPEED, EVAL, FORMAT, INITIAL, ORDER, ROWS, SETTINGS};
pub use recipes::Recipe;

/// Epochs whose order is written; behind them the first comes again.
const MOST_EPOCHS: u64 = 1000;
/// Bytes that are hashed at a time.
const BLOCK: usize = 1 << 20;

/// What is handed over.
#[derive(Debug)]
pub struct Job<'a> {
    /// The settings.
    pub config: &'a TrainConfig,
    /// What they come to.
    pub plan: &'a TrainPlan,
    /// Model and rows.
    pub inputs: &'a Inputs<'a>,
    /// The DeepSpeed file that was named, where one was.
    pub deepspeed: Option<&'a str>,
    /// Arguments of the Trainer's that mean nothing here, and something there.
    pub handed_on: &'a Map<String, Value>,
    /// Other programs to write for.
    pub recipe: Option<Recipe>,
}

/// Writes `job` to `folder`, which must not be there, or be empty. What a person should know comes back.
pub fn export(folder: &Path, job: &Job<'_>, cancel: &Cancel) -> Result<Vec<String>, TrainError> {
    let refuse = |reason: &str| Err(TrainError::Export { path: folder.into(), reason: reason.into() });
    let Some(base) = &job.inputs.model_folder else {
        return refuse("the Trainer needs a Hugging Face folder of floats, and the model is a GGUF file");
    };
    if job.config.loss_type == LossType::Sigmoid {
        return refuse("pairs of answers are trained here alone; TRL's DPOTrainer does it there");
    }
    if job.config.packing {
        return refuse("its steps are of so many examples there: leave `packing` out, or train here");
    }
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return refuse("the folder is there already, and holds something");
    }
    let mut notes = Vec::new();
    let part = folder.with_extension("part");
    let _ = fs::remove_dir_all(&part);
    fs::create_dir_all(&part).map_err(TrainError::file(&part))?;
    let written = write_parts(&part, base, job, &mut notes, cancel).and_then(|()| {
        let _ = fs::remove_dir(folder);
        fs::rename(&part, folder).map_err(TrainError::file(folder))
    });
    if written.is_err() {
        let _ = fs::remove_dir_all(&part);
    }
    written.map(|()| notes)
}

fn write_parts(part: &Path, base: &Path, job: &Job<'_>, notes: &mut Vec<String>, cancel: &Cancel) -> Result<(), TrainError> {
    let Job { config, plan, inputs, .. } = *job;
    let mut files = vec![ROWS.to_owned(), ORDER.to_owned()];
    write_rows(part, ROWS, inputs.train, inputs)?;
    if let Some(eval) = inputs.eval {
        write_rows(part, EVAL, eval, inputs)?;
        files.push(EVAL.into());
    }
    let epochs = plan.total_steps.div_ceil(plan.steps_per_epoch.max(1)).clamp(1, MOST_EPOCHS);
    let sampling = config.sampling();
    let orders = (0..epochs).map(|epoch| json!(sampling.order(&inputs.train.rows, epoch)));
    write_lines(&part.join(ORDER), orders)?;
    let method = if plan.method == Method::Full { "full" } else { "lora" };
    let adaptation = plan::adaptation(config, plan.method, inputs.initial.map(|adapter| &adapter.config), inputs.model.model.spec.family)?;
    if let Adaptation::Lora(lora) = &adaptation {
        let (decoder, mut parameters) = Decoder::new(&inputs.model.model, &adaptation, config.seed);
        if let Some(initial) = inputs.initial {
            decoder
                .set_adapter(&mut parameters, initial)
                .map_err(|reason| TrainError::Method(format!("the initial adapter does not fit: {reason}")))?;
        }
        decoder.adapter(&parameters, lora, None).write(&part.join(INITIAL))?;
        files.extend(["adapter_config.json", "adapter_model.safetensors"].map(|name| format!("{INITIAL}/{name}")));
    }
    let deepspeed = match job.deepspeed {
        Some(text) => text::deepspeed_given(text, notes),
        None => text::deepspeed_made(config),
    };
    write_file(&part.join(DEEPSPEED), deepspeed.as_bytes())?;
    let mut hashes = BTreeMap::new();
    for name in files {
        let hash = sha256(&part.join(&name), cancel)?;
        hashes.insert(name, hash);
    }
    let mut base_hashes = BTreeMap::new();
    for name in weight_files(base)? {
        base_hashes.insert(name.clone(), sha256(&base.join(&name), cancel)?);
    }
    if config.metric_for_best_model == Metric::ExecutionAccuracy {
        notes.push("the best is chosen by the evaluation loss there: no answer is run".into());
    }
    let arguments = trainer::arguments(config, plan, job.deepspeed.is_some(), job.handed_on);
    let settings = json!({
        "format": FORMAT,
        "sqllama": env!("CARGO_PKG_VERSION"),
        "method": method,
        "model": {
            "name": inputs.model_name,
            "path": std::path::absolute(base).unwrap_or_else(|_| base.into()).display().to_string(),
            "weights_sha256": hex(inputs.model.model.weights_hash()),
            "files": base_hashes,
        },
        "prompt": inputs.prompt,
        "rows": {
            "train": inputs.train.rows.len(),
            "eval": inputs.eval.map_or(0, |rows| rows.rows.len()),
            "sha256": inputs.train.hash(),
        },
        "seed": config.seed,
        "files": hashes,
        "trainer": arguments,
        "decay_norms": config.decay_norms,
        "deepspeed_schedule": config
            .lr_scheduler_type
            .is_deepspeeds()
            .then(|| json!({ "type": config.lr_scheduler_type.name(), "kwargs": config.lr_scheduler_kwargs })),
        "early_stopping": config.early_stopping_patience.map(|patience| json!({
            "early_stopping_patience": patience,
            "early_stopping_threshold": config.early_stopping_threshold,
        })),
        "plan": plan,
    });
    write_file(&part.join(SETTINGS), format!("{settings:#}\n").as_bytes())?;
    write_file(&part.join(PLAN), config.to_toml().as_bytes())?;
    for (name, content) in text::scripts(config, plan, job.deepspeed.is_some()) {
        let path = part.join(name);
        write_file(&path, content.as_bytes())?;
        if name.ends_with(".sh") {
            make_executable(&path)?;
        }
    }
    if let Some(recipe) = job.recipe {
        for (name, content) in recipes::files(recipe, config, plan, &inputs.model_name, base, notes) {
            write_file(&part.join(name), content.as_bytes())?;
        }
    }
    if config.lora_dropout > 0.0 || config.neftune_noise_alpha.is_some() {
        notes.push("what is dropped, and noise, is drawn by torch there: losses will differ from this engine's by that".into());
    }
    Ok(())
}

/// Ids and labels, a row a line; beside them the same as text, for people.
fn write_rows(part: &Path, name: &str, rows: &Rows, inputs: &Inputs<'_>) -> Result<(), TrainError> {
    let line = |row: &Row| {
        let unlearned = row.prompt.max(1).min(row.tokens.len());
        let labels: Vec<i64> = row.tokens.iter().enumerate().map(|(at, &token)| if at < unlearned { -100 } else { token.into() }).collect();
        json!({ "input_ids": row.tokens, "attention_mask": vec![1; row.tokens.len()], "labels": labels })
    };
    write_lines(&part.join(name), rows.rows.iter().map(line))?;
    let text = |row: &Row| {
        let (prompt, completion) = row.tokens.split_at(row.prompt.min(row.tokens.len()));
        let tokenizer = &inputs.model.tokenizer;
        json!({ "prompt": tokenizer.decode(prompt), "completion": tokenizer.decode(completion), "prompt_tokens": prompt.len() })
    };
    write_lines(&part.join(name.replace(".jsonl", ".text.jsonl")), rows.rows.iter().map(text))
}

fn write_lines(path: &Path, lines: impl Iterator<Item = Value>) -> Result<(), TrainError> {
    let mut file = BufWriter::new(File::create(path).map_err(TrainError::file(path))?);
    for line in lines {
        writeln!(file, "{line}").map_err(TrainError::file(path))?;
    }
    file.flush().map_err(TrainError::file(path))
}

/// The files of a Hugging Face folder that say what the model is.
fn weight_files(base: &Path) -> Result<Vec<String>, TrainError> {
    let entries = fs::read_dir(base).map_err(TrainError::file(base))?.flatten();
    let names = entries.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name().to_string_lossy().into_owned());
    let is_weights = |name: &String| name == "config.json" || [".safetensors", ".bin"].iter().any(|end| name.ends_with(end));
    let mut names: Vec<String> = names.filter(is_weights).collect();
    names.sort();
    Ok(names)
}

/// A file's SHA-256 in hexadecimal.
pub(super) fn sha256(path: &Path, cancel: &Cancel) -> Result<String, TrainError> {
    let mut file = File::open(path).map_err(TrainError::file(path))?;
    let (mut hash, mut block) = (Sha256::new(), vec![0; BLOCK]);
    loop {
        if let Some(stop) = cancel.stop() {
            return Err(TrainError::Stopped(stop));
        }
        match file.read(&mut block).map_err(TrainError::file(path))? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(block.get(..read).unwrap_or_default()),
        }
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), TrainError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(TrainError::file(path))
}

// Windows starts a file by its ending.
#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<(), TrainError> {
    Ok(())
}
