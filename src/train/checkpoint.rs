//! What a run leaves on disk: its lock, its checkpoints, its result.
//!
//! A checkpoint is written in a folder of its own beside its place and renamed when it is whole; its `DONE` file comes last. A kill at any
//! moment leaves the ones before it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::TrainError;
use super::model::{Adaptation, Decoder, Parameter, Parameters};
use super::optimizer::{Moment, Moments, OptimizerType};
use super::state::TrainerState;
use crate::compute::BlockType;
use crate::llm::adapter::{Adapter, AdapterCard};
use crate::llm::checkpoint::{ByteData, TensorData, TensorFile, made, write_safetensors, write_with_bytes};

/// The file that says a checkpoint is whole.
const DONE: &str = "DONE";
/// Held by the process that trains in a folder; its number stands in it.
pub(super) const LOCK: &str = ".lock";
/// How often, and how long, a lock that is held is waited for.
const LOOKS: usize = 5;
const LOOK: std::time::Duration = std::time::Duration::from_millis(10);
/// Moments, beside the weights.
const OPTIMIZER: &str = "optimizer.safetensors";
/// All weights of a model that is trained in full.
const MODEL: &str = "model.safetensors";
/// The Trainer's record.
pub const STATE: &str = "trainer_state.json";
/// What a Hugging Face folder needs besides weights.
pub(super) const COMPANIONS: [&str; 9] = [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
];

/// A folder that this process alone trains in.
#[derive(Debug)]
pub struct RunFolder {
    /// The folder.
    pub path: PathBuf,
    lock: File,
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

impl RunFolder {
    /// Makes the folder where it is not there, and locks it.
    pub fn open(path: &Path) -> Result<Self, TrainError> {
        fs::create_dir_all(path).map_err(TrainError::file(path))?;
        let lock_path = path.join(LOCK);
        let mut lock = OpenOptions::new().create(true).append(true).open(&lock_path).map_err(TrainError::file(&lock_path))?;
        // Somebody who only looks holds it for a moment.
        let mut tries = 0;
        let taken = loop {
            match lock.try_lock() {
                Err(TryLockError::WouldBlock) if tries < LOOKS => {
                    tries += 1;
                    std::thread::sleep(LOOK);
                }
                taken => break taken,
            }
        };
        match taken {
            // Who it is, for those who want it to stop. That it cannot be written (the disk is full) keeps nobody from training.
            Ok(()) => {
                let _ = lock.set_len(0).and_then(|()| write!(lock, "{}", std::process::id()));
                Ok(Self { path: path.into(), lock })
            }
            Err(TryLockError::WouldBlock) => Err(TrainError::Busy(path.into())),
            Err(TryLockError::Error(error)) => Err(TrainError::file(lock_path)(error)),
        }
    }

    /// Steps of the complete checkpoints, lowest first.
    pub fn checkpoints(&self) -> Vec<u64> {
        checkpoints(&self.path)
    }

    /// Where the checkpoint of `step` lies.
    pub fn checkpoint(&self, step: u64) -> PathBuf {
        self.path.join(format!("checkpoint-{step}"))
    }

    /// Deletes checkpoints, whole or not, and what an earlier run told.
    pub fn clear(&self) -> Result<(), TrainError> {
        for entry in fs::read_dir(&self.path).map_err(TrainError::file(&self.path))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            if name.starts_with("checkpoint-") || name.starts_with(".checkpoint-") {
                fs::remove_dir_all(&path).map_err(TrainError::file(&path))?;
            } else if name == "events.jsonl" || name == STATE {
                fs::remove_file(&path).map_err(TrainError::file(&path))?;
            }
        }
        Ok(())
    }

    /// Deletes the oldest checkpoints beyond `limit`, but never `best`; as the Trainer does.
    pub fn rotate(&self, limit: Option<usize>, best: Option<u64>) {
        let Some(limit) = limit.map(|limit| limit.max(1)) else { return };
        let all = self.checkpoints();
        let mut excess = all.len().saturating_sub(limit);
        for step in all.iter().take(all.len().saturating_sub(1)) {
            if excess > 0 && best != Some(*step) {
                let path = self.checkpoint(*step);
                // Without its mark first, so that a kill half-way leaves nothing that looks whole.
                let _ = fs::remove_file(path.join(DONE));
                let _ = fs::remove_dir_all(path);
                excess -= 1;
            }
        }
    }
}

/// Steps of the complete checkpoints of the run in `folder`, lowest first.
pub fn checkpoints(folder: &Path) -> Vec<u64> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let complete = entries.filter(|entry| entry.path().join(DONE).is_file());
    let step = |entry: fs::DirEntry| entry.file_name().to_string_lossy().strip_prefix("checkpoint-")?.parse().ok();
    let mut steps: Vec<u64> = complete.filter_map(step).collect();
    steps.sort_unstable();
    steps
}

/// What is written besides numbers.
#[derive(Debug)]
pub struct Identity {
    /// What is trained.
    pub adaptation: Adaptation,
    /// What moves it.
    pub optimizer: OptimizerType,
    /// What an adapter says of its making.
    pub card: Option<AdapterCard>,
    /// The model's folder, where it has one.
    pub source: Option<PathBuf>,
}

/// Writes a file beside its place, syncs, then renames.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let part = path.with_extension("part");
    let written = File::create(&part)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.map_err(TrainError::file(path))
}

/// Writes what was trained to `folder`: PEFT's files, or a Hugging Face folder.
pub fn write_result(folder: &Path, decoder: &Decoder<'_>, parameters: &Parameters, identity: &Identity) -> Result<(), TrainError> {
    fs::create_dir_all(folder).map_err(TrainError::file(folder))?;
    match &identity.adaptation {
        Adaptation::Lora(config) => decoder.adapter(parameters, config, identity.card.clone()).write(folder)?,
        Adaptation::Full => {
            write_safetensors(&folder.join(MODEL), &weights(parameters))?;
            for name in COMPANIONS {
                let Some(source) = identity.source.as_ref().map(|source| source.join(name)).filter(|source| source.is_file()) else {
                    continue;
                };
                let target = folder.join(name);
                if name == "config.json" {
                    let text = fs::read_to_string(&source).map_err(TrainError::file(&source))?;
                    write_file(&target, float_config(&text).as_bytes())?;
                } else if source != target {
                    fs::copy(&source, &target).map_err(TrainError::file(&target))?;
                }
            }
        }
    }
    Ok(())
}

/// `config.json` saying that weights are stored as f32, which they are.
fn float_config(text: &str) -> String {
    let Ok(serde_json::Value::Object(mut config)) = serde_json::from_str(text) else { return text.to_owned() };
    for key in ["dtype", "torch_dtype"] {
        if let Some(value) = config.get_mut(key) {
            *value = "float32".into();
        }
    }
    serde_json::to_string_pretty(&config).unwrap_or_default()
}

/// All weights, as a Hugging Face folder holds them.
fn weights(parameters: &Parameters) -> Vec<TensorData<'_>> {
    let tensor = |parameter: &'_ Parameter| (parameter.name.clone(), parameter.shape.clone(), parameter.offset);
    let named = parameters.iter().map(|parameter| (tensor(parameter), &parameter.values));
    named
        .map(|((name, shape, offset), values)| TensorData {
            name,
            shape,
            block: BlockType::F32,
            values: match offset == 0.0 {
                true => Box::new(move || values.as_slice().into()),
                false => made(move || values.iter().map(|value| value - offset).collect()),
            },
        })
        .collect()
}

/// Writes a whole checkpoint.
pub fn write(
    run: &RunFolder,
    decoder: &Decoder<'_>,
    parameters: &Parameters,
    moments: &Moments,
    state: &TrainerState,
    identity: &Identity,
) -> Result<PathBuf, TrainError> {
    let target = run.checkpoint(state.global_step);
    let part = run.path.join(format!(".checkpoint-{}.part", state.global_step));
    let _ = fs::remove_dir_all(&part);
    let written = write_parts(&part, decoder, parameters, moments, state, identity).and_then(|()| {
        if target.exists() {
            // An incomplete one, or the same step again.
            fs::remove_dir_all(&target).map_err(TrainError::file(&target))?;
        }
        fs::rename(&part, &target).map_err(TrainError::file(&target))?;
        write_file(&target.join(DONE), b"")?;
        File::open(&run.path).and_then(|folder| folder.sync_all()).map_err(TrainError::file(&run.path))
    });
    if let Err(error) = written {
        let _ = fs::remove_dir_all(&part);
        return Err(error);
    }
    Ok(target)
}

fn write_parts(
    part: &Path,
    decoder: &Decoder<'_>,
    parameters: &Parameters,
    moments: &Moments,
    state: &TrainerState,
    identity: &Identity,
) -> Result<(), TrainError> {
    write_result(part, decoder, parameters, identity)?;
    let (mut numbers, mut bytes) = (Vec::new(), Vec::new());
    for (side, moments) in [&moments.first, &moments.second].into_iter().enumerate() {
        for (parameter, moment) in parameters.iter().zip(moments).filter(|(_, moment)| !moment.is_empty()) {
            let shape = if moment.len() == parameter.values.len() { parameter.shape.clone() } else { vec![moment.len()] };
            match moment {
                Moment::Floats(values) => numbers.push(floats(moment_name(identity.optimizer, side, parameter), shape, values)),
                Moment::Bytes { codes, scales } => {
                    let [codes_name, scales_name] = byte_names(side, parameter);
                    bytes.push(ByteData { name: codes_name, shape, bytes: codes });
                    numbers.push(floats(scales_name, vec![scales.len()], scales));
                }
            }
        }
    }
    write_with_bytes(&part.join(OPTIMIZER), &numbers, &bytes)?;
    write_file(&part.join(STATE), state.to_json().as_bytes())
}

/// Numbers as they lie there.
fn floats(name: String, shape: Vec<usize>, values: &[f32]) -> TensorData<'_> {
    TensorData { name, shape, block: BlockType::F32, values: Box::new(move || values.into()) }
}

/// What torch calls a moment of `parameter`: the first or the second of what is remembered.
fn moment_name(optimizer: OptimizerType, side: usize, parameter: &Parameter) -> String {
    let of = match (optimizer, side, parameter.shape.len()) {
        (OptimizerType::AdamwTorch | OptimizerType::AdamW8Bit, 0, _) => "exp_avg",
        (OptimizerType::AdamwTorch | OptimizerType::AdamW8Bit, _, _) | (OptimizerType::Adafactor, _, 0 | 1) => "exp_avg_sq",
        (OptimizerType::Adafactor, 0, _) => "exp_avg_sq_row",
        (OptimizerType::Adafactor, _, _) => "exp_avg_sq_col",
    };
    format!("{of}.{}", parameter.name)
}

/// What bitsandbytes calls a moment of a byte each, and its scales.
fn byte_names(side: usize, parameter: &Parameter) -> [String; 2] {
    ["state", "absmax"].map(|of| format!("{of}{}.{}", side + 1, parameter.name))
}

/// Reads the weights that `folder` holds into `parameters`.
pub fn read_weights(folder: &Path, decoder: &Decoder<'_>, parameters: &mut Parameters, adaptation: &Adaptation) -> Result<(), TrainError> {
    let unsound = |reason: String| TrainError::Checkpoint { path: folder.into(), reason };
    match adaptation {
        Adaptation::Lora(_) => decoder.set_adapter(parameters, &Adapter::read(folder)?).map_err(unsound),
        Adaptation::Full => {
            let file = TensorFile::open(&folder.join(MODEL))?;
            for parameter in parameters.iter_mut() {
                parameter.values = tensor(&file, &parameter.name, parameter.values.len()).map_err(unsound)?;
                parameter.values.iter_mut().for_each(|value| *value += parameter.offset);
            }
            Ok(())
        }
    }
}

fn tensor(file: &TensorFile, name: &str, length: usize) -> Result<Vec<f32>, String> {
    match file.read_f32(name) {
        Ok(Some((_, values))) if values.len() == length => Ok(values),
        Ok(Some((shape, _))) => Err(format!("`{name}` has shape {shape:?}")),
        Ok(None) => Err(format!("`{name}` is missing")),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a whole checkpoint.
pub fn read(
    folder: &Path,
    decoder: &Decoder<'_>,
    parameters: &mut Parameters,
    moments: &mut Moments,
    adaptation: &Adaptation,
    optimizer: OptimizerType,
) -> Result<TrainerState, TrainError> {
    let unsound = |reason: String| TrainError::Checkpoint { path: folder.into(), reason };
    let state_path = folder.join(STATE);
    let text = fs::read_to_string(&state_path).map_err(TrainError::file(&state_path))?;
    let state = TrainerState::parse(&text).map_err(unsound)?;
    read_weights(folder, decoder, parameters, adaptation)?;
    let file = TensorFile::open(&folder.join(OPTIMIZER))?;
    for (index, parameter) in parameters.iter().enumerate() {
        for (side, moments) in [&mut moments.first, &mut moments.second].into_iter().enumerate() {
            match moments.get_mut(index).filter(|place| !place.is_empty()) {
                Some(Moment::Floats(values)) => {
                    *values = tensor(&file, &moment_name(optimizer, side, parameter), values.len()).map_err(unsound)?;
                }
                Some(Moment::Bytes { codes, scales }) => {
                    let [codes_name, scales_name] = byte_names(side, parameter);
                    *scales = tensor(&file, &scales_name, scales.len()).map_err(unsound)?;
                    let found = file.read_bytes(&codes_name).filter(|found| found.len() == codes.len());
                    codes.copy_from_slice(found.ok_or_else(|| unsound(format!("`{codes_name}` is missing, or of another size")))?);
                }
                None => {}
            }
        }
    }
    moments.steps = state.global_step;
    Ok(state)
}
