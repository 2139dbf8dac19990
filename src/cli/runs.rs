//! `runs`: training runs, whoever began them.

use std::io::{Write, stderr, stdout};
use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};

use super::columns::print_columns;
use super::failure::Failure;
use super::interrupt;
use super::settings::Settings;
use super::train::show::step_line;
use crate::store::runs;
use crate::text;
use crate::train::event::Progress;
use crate::train::{TrainConfig, TrainError, import, watch};

/// Lines of `show`'s table of steps.
const SHOWN_STEPS: usize = 12;
/// Cells of a loss's bar.
const BAR: usize = 30;

/// Subcommands of `runs`.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// Every run, and where it stands
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// One run: its settings, its losses, how it goes on
    Show {
        /// A run's name, or its folder
        run: String,
        /// One JSON object, with every step
        #[arg(long)]
        json: bool,
    },
    /// Have a run write a checkpoint and end, whoever started it
    Stop {
        /// A run's name, or its folder
        run: String,
    },
    /// Bring back what another machine made of `sqllama train --export DIR`: a run like any other
    Import {
        /// The exported folder, with what its run.sh left in it
        dir: std::path::PathBuf,
        /// What the run is called here [default: as its output folder]
        #[arg(long)]
        name: Option<String>,
    },
    /// Delete a run: settings, events, checkpoints, result
    Remove {
        /// A run's name, or its folder
        run: String,
    },
}

/// Does what was asked.
pub(super) fn run_runs(command: &RunsCommand, settings: &Settings) -> Result<u8, Failure> {
    let folder = |spec: &str| {
        let folder = runs::resolve(&settings.paths, spec, watch::is_run);
        if watch::is_run(&folder) { Ok(folder) } else { Err(TrainError::NoRun { path: folder }) }
    };
    match command {
        RunsCommand::List { json } => list(settings, *json)?,
        RunsCommand::Show { run, json } => show(&folder(run)?, *json)?,
        RunsCommand::Stop { run } => watch::stop(&folder(run)?)?,
        RunsCommand::Import { dir, name } => import(dir, name.as_deref(), settings)?,
        RunsCommand::Remove { run } => {
            let folder = folder(run)?;
            watch::remove(&folder)?;
            // Elsewhere, what lies beside it may be a person's own.
            if folder.parent() == Some(settings.paths.runs().as_path()) {
                watch::remove_beside(&folder);
            }
        }
    }
    Ok(0)
}

fn list(settings: &Settings, json: bool) -> Result<(), Failure> {
    let folders = runs::list(&settings.paths, watch::is_run);
    if json {
        for folder in &folders {
            writeln!(stdout(), "{}", summary(folder))?;
        }
        return Ok(());
    }
    if folders.is_empty() {
        writeln!(stdout(), "no runs yet; `sqllama train` begins one, and they lie in {}", settings.paths.runs().display())?;
        return Ok(());
    }
    let mut rows = vec![["NAME", "STATE", "STEP", "LOSS", "HELD OUT", "FOLDER"].map(str::to_owned).to_vec()];
    for folder in &folders {
        let seen = watch::look(folder);
        let progress = &seen.progress;
        let loss = |loss: Option<f64>| loss.map_or_else(|| "-".into(), |loss| format!("{loss:.4}"));
        rows.push(vec![
            text::sanitize(&name(folder)).into_owned(),
            seen.standing.name().into(),
            format!("{}/{}", progress.step, progress.total_steps),
            loss(progress.smoothed_loss),
            loss(progress.evaluations.last().map(|(_, loss)| *loss)),
            text::sanitize(&folder.display().to_string()).into_owned(),
        ]);
    }
    Ok(print_columns(&rows)?)
}

fn import(job: &Path, name: Option<&str>, settings: &Settings) -> Result<(), Failure> {
    let own = || TrainConfig::read(&job.join(crate::train::run::SETTINGS)).ok().map(|config| config.output_dir);
    let folder = match name {
        Some(name) if Path::new(name).file_name() != Some(name.as_ref()) => {
            return Err(Failure::new(2, format!("`{name}` cannot be a run's name: it must be a name, not a path")));
        }
        Some(name) => settings.paths.runs().join(name),
        None => settings.paths.runs().join(own().as_deref().and_then(Path::file_name).or(job.file_name()).unwrap_or_default()),
    };
    let imported = import::import(job, &folder, &interrupt::watch_termination())?;
    for note in &imported.notes {
        writeln!(stderr(), "note: {}", text::sanitize(note))?;
    }
    let (folder, steps, loss) = (imported.folder.display(), imported.steps, imported.train_loss);
    writeln!(stderr(), "imported: {steps} steps, mean loss {loss:.4}; the result is in {}", text::sanitize(&folder.to_string()))?;
    Ok(())
}

fn name(folder: &Path) -> String {
    folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn summary(folder: &Path) -> Value {
    let seen = watch::look(folder);
    let progress = seen.progress;
    json!({
        "name": name(folder),
        "folder": folder.display().to_string(),
        "state": seen.standing.name(),
        "step": progress.step,
        "total_steps": progress.total_steps,
        "epoch": progress.epoch,
        "loss": progress.points.last().map(|point| point.loss),
        "smoothed_loss": progress.smoothed_loss,
        "eval_loss": progress.evaluations.last().map(|(_, loss)| *loss),
        "eval_execution_accuracy": progress.accuracies.last().map(|(_, accuracy)| accuracy.value()),
        "best_step": progress.best,
        "tokens_per_second": progress.tokens_per_second,
        "seconds_left": progress.seconds_left,
        "memory_bytes": progress.memory,
        "checkpoint": progress.saved,
        "failure": progress.failure,
    })
}

fn show(folder: &Path, json: bool) -> Result<(), Failure> {
    let seen = watch::look(folder);
    if json {
        let mut object = summary(folder);
        let steps = seen.progress.points.iter().map(
            |point| json!({ "step": point.step, "loss": point.loss, "grad_norm": point.grad_norm, "learning_rate": point.learning_rate }),
        );
        object["steps"] = steps.collect();
        let accuracy = |step: u64| seen.progress.accuracies.iter().find(|(at, _)| *at == step).map(|(_, accuracy)| accuracy.value());
        let evaluation = |(step, loss): &(u64, f64)| json!({ "step": step, "eval_loss": loss, "eval_execution_accuracy": accuracy(*step) });
        object["evaluations"] = seen.progress.evaluations.iter().map(evaluation).collect();
        object["eval_loss_weighted_by"] = seen.config.as_ref().map(|config| config.loss_type).unwrap_or_default().weighted_by().into();
        object["warnings"] = seen.progress.warnings.clone().into();
        object["settings"] = seen.config.and_then(|config| serde_json::to_value(config).ok()).unwrap_or_default();
        writeln!(stdout(), "{object}")?;
        return Ok(());
    }
    let mut out = stdout().lock();
    let mut line = |key: &str, value: &str| writeln!(out, "{key:11} {}", text::sanitize(value));
    line("run", &name(folder))?;
    line("folder", &folder.display().to_string())?;
    line("state", seen.standing.name())?;
    if let Some(config) = &seen.config {
        line("model", &config.model_name_or_path)?;
        let data: Vec<String> = config.data_path.iter().map(|path| path.display().to_string()).collect();
        line("data", &data.join(", "))?;
        let batch = format!("{} x {}", config.per_device_train_batch_size, config.gradient_accumulation_steps);
        line(
            "settings",
            &format!("rate {:e}, {batch} examples a step, rank {}, seed {}", config.learning_rate, config.lora_r, config.seed),
        )?;
    }
    line("progress", &step_line(&seen.progress))?;
    if let Some(step) = seen.progress.saved {
        line("checkpoint", &format!("of step {step}"))?;
    }
    for warning in &seen.progress.warnings {
        line("warning", warning)?;
    }
    if let Some(failure) = &seen.progress.failure {
        line("failure", failure)?;
    }
    drop(out);
    print_steps(&seen.progress)?;
    let mut out = stdout().lock();
    match seen.standing {
        standing if standing.is_running() => writeln!(out, "\nstop it with `sqllama runs stop {}`", name(folder))?,
        crate::train::Standing::Finished => {}
        _ => writeln!(out, "\ngo on with `sqllama train --resume {}`", folder.display())?,
    }
    Ok(())
}

/// Steps at equal distances, with their losses as bars.
fn print_steps(progress: &Progress) -> Result<(), Failure> {
    let points = &progress.points;
    let Some(most) = points.iter().map(|point| point.loss).reduce(f64::max) else { return Ok(()) };
    let every = points.len().div_ceil(SHOWN_STEPS).max(1);
    let mut rows = vec![["STEP", "LOSS", "HELD OUT", "RATE", "GRADIENT", ""].map(str::to_owned).to_vec()];
    // The mean of what is passed over stands in its line: single steps are noisy.
    for group in points.chunks(every) {
        let Some(last) = group.last() else { continue };
        let mean = group.iter().map(|point| point.loss).sum::<f64>() / group.len() as f64;
        let from = group.first().map_or(0, |point| point.step);
        let held_out = progress.evaluations.iter().rev().find(|(step, _)| (from..=last.step).contains(step));
        rows.push(vec![
            last.step.to_string(),
            format!("{mean:.4}"),
            held_out.map_or_else(String::new, |(_, loss)| format!("{loss:.4}")),
            format!("{:.2e}", last.learning_rate),
            format!("{:.3}", last.grad_norm),
            "█".repeat((BAR as f64 * mean / most.max(1e-9)).round() as usize),
        ]);
    }
    writeln!(stdout())?;
    Ok(print_columns(&rows)?)
}
