//! `train`: the training engine from the command line.
//!
//! Files on their floors, the lowest first:
//! - [`args`]: what can be typed
//! - `show`: the plan as text, the run as a line
//! - `preview`: the plan and examples as the model sees them, as JSON

pub(super) mod args;
mod preview;
pub(super) mod show;

use std::cell::Cell;
use std::io::{Write, stderr, stdout};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::interrupt;
use super::load::{Chosen, Loading, load_model};
use super::settings::Settings;
use crate::dataset::{Examples, ReadOptions};
use crate::jobs::judge::{Judge, questions_of};
use crate::llm::adapter::Adapter;
use crate::llm::open::OpenedModel;
use crate::prompt::Form;
use crate::signal::Cancel;
use crate::store::catalogue::Resolved;
use crate::store::{catalogue, machine, runs};
use crate::text;
use crate::train::config::{Metric, PromptChoice};
use crate::train::export::{Job, export};
use crate::train::flags::{Request, parse};
use crate::train::plan;
use crate::train::{Arithmetic, DeviceChoice, Inputs, Machine, Method, Outcome, Rows, Start, TrainConfig, TrainError, measure, run_judged};
use args::TrainArgs;

/// Exit code of a run that was stopped and can go on.
const PAUSED: u8 = 6;

/// Plans, shows the plan, trains.
pub(super) fn run_train(args: &TrainArgs, settings: &Settings) -> Result<u8, Failure> {
    let request = parse(&args.words, &preset, &|path| std::fs::read_to_string(path))?;
    for warning in &request.warnings {
        say(&format!("warning: {warning}"))?;
    }
    let (mut config, start) = chosen(&request)?;
    config.check()?;
    settings.apply_threads(request.threads);
    let (mut arithmetic, card_memory) = Arithmetic::choose(config.device)?;
    let cancel = interrupt::watch_termination();
    let resolved = catalogue::resolve(&settings.paths, Some(&config.model_name_or_path))?;
    let model = OpenedModel::open(&resolved.path)?;
    if request.launched && request.resume.is_none() && config.method.is_none() {
        if plan::is_quantised(&model.model) {
            say("warning: adapters are trained, where the script of this command line trains every weight: the model is quantised")?;
        } else {
            config.method = Some(Method::Full);
            say("every weight is trained, as by the script of this command line; --method lora trains adapters")?;
        }
    }
    let form = form(&config, &model);
    let (train, files) = read_rows(&config, &model, form, &config.data_path, &cancel)?;
    let eval = config.eval_data_path.clone().map(|path| read_rows(&config, &model, form, &[path], &cancel)).transpose()?;
    let eval = eval.map(|(rows, _)| rows);
    let initial = config.init_adapter.as_deref().map(Adapter::read).transpose()?;
    let plan_with = |arithmetic: Arithmetic| {
        // A job for another machine need not fit this one.
        if request.export.is_some() {
            let machine = Machine { arithmetic, ..Machine::default() };
            return plan::plan(&config, &model.model, initial.as_ref().map(|adapter| &adapter.config), &train, eval.as_ref(), &machine);
        }
        let machine = Machine {
            memory: machine::memory().map(|memory| memory.available),
            disk: machine::free_bytes(&config.output_dir),
            operations_per_second: if arithmetic.is_tensors() {
                None
            } else {
                measure::operations_per_second(&model.model, config.frozen_products)
            },
            arithmetic,
            card_memory,
        };
        plan::plan(&config, &model.model, initial.as_ref().map(|adapter| &adapter.config), &train, eval.as_ref(), &machine)
    };
    let mut plan = plan_with(arithmetic);
    if let (Err(error @ TrainError::CardMemory { .. }), DeviceChoice::Auto) = (&plan, config.device) {
        say(&format!("warning: the processor trains: {error}; {}", error.hint().unwrap_or_default()))?;
        arithmetic = Arithmetic::Kernels;
        plan = plan_with(arithmetic);
    }
    if config.bf16 && !arithmetic.has_bf16() {
        say("warning: --bf16 means nothing here: everything is computed in f32 on the processor")?;
    }
    if request.dry_run && request.json {
        return preview::print(&config, plan, &model, &train, files);
    }
    let plan = plan?;
    let shown = show::plan(&config, &plan);
    if request.dry_run && request.export.is_none() {
        write!(stdout(), "{shown}")?;
        return Ok(0);
    }
    write!(stderr(), "{shown}")?;
    let mut judge = match (config.metric_for_best_model, &config.eval_data_path) {
        (Metric::ExecutionAccuracy, Some(held)) if request.export.is_none() => {
            Some(judge(&config, held, form, &resolved, settings, &cancel)?)
        }
        _ => None,
    };
    let inputs = Inputs {
        model: &model,
        model_name: resolved.name,
        model_folder: resolved.path.is_dir().then(|| resolved.path.clone()),
        train: &train,
        eval: eval.as_ref(),
        initial: initial.as_ref(),
        prompt: if form == Form::Alpaca { "alpaca" } else { "chat" },
        arithmetic,
    };
    if let Some(folder) = &request.export {
        let deepspeed = request.deepspeed.as_ref().map(|(_, text)| text.as_str());
        let (handed_on, recipe) = (&request.handed_on, request.export_for);
        let job = Job { config: &config, plan: &plan, inputs: &inputs, deepspeed, handed_on, recipe };
        for note in export(folder, &job, &cancel)? {
            say(&format!("note: {note}"))?;
        }
        say(&format!(
            "exported to {0}\nhint: copy it and the model to the machine, run {0}/run.sh there, then `sqllama runs import {0}`",
            folder.display()
        ))?;
        return Ok(0);
    }
    if let Err(error) = runs::remember(&settings.paths, &config.output_dir) {
        say(&format!("warning: `sqllama runs` will not know of this run: {error}"))?;
    }
    let mut line = show::RunLine::new(config.logging_steps);
    let mut measure = judge.as_mut().map(|judge| move |adapter: &Adapter, cancel: &Cancel| judge.measure(adapter, cancel));
    let measure = measure.as_mut().map(|measure| measure as measure::Judge<'_>);
    let outcome = run_judged(&config, &plan, &inputs, start, measure, &cancel, &mut |event| line.show(&event));
    line.finish();
    let folder = config.output_dir.display();
    match outcome? {
        Outcome::Finished { train_loss, step } => {
            say(&format!("done: {step} steps, mean loss {train_loss:.4}; the result is in {folder}"))?;
            Ok(0)
        }
        Outcome::Paused { step } => {
            say(&format!("paused behind step {step}\nhint: go on with `sqllama train --resume {folder}`"))?;
            Ok(PAUSED)
        }
    }
}

fn say(text: &str) -> std::io::Result<()> {
    writeln!(stderr(), "{}", text::sanitize_lines(text))
}

/// The settings to train with: those typed, or those of a run with the typed ones over them.
fn chosen(request: &Request) -> Result<(TrainConfig, Start), Failure> {
    match &request.resume {
        Some(folder) => {
            let mut config = request.over(&crate::train::run::settings(folder)?)?;
            config.output_dir.clone_from(folder);
            Ok((config, Start::Resume))
        }
        None => Ok((request.config.clone(), Start::Fresh)),
    }
}

/// Who asks the held-out rows of `held` on the way. The model is opened once more; its weights are in memory once.
fn judge(config: &TrainConfig, held: &Path, form: Form, model: &Resolved, settings: &Settings, cancel: &Cancel) -> Result<Judge, Failure> {
    let databases = config.databases.clone().unwrap_or_default();
    let rows = Examples::open(held, &read_options(config), cancel)?.flatten().collect::<Vec<_>>();
    let questions = questions_of(rows, databases.is_file().then_some(databases.as_path()))?;
    if questions.is_empty() {
        return Err(Failure::new(2, format!("no row of {} can be asked by itself", held.display())));
    }
    say(&format!(
        "{} are asked at each evaluation, and their answers run",
        text::counted(questions.len() as u64, "question", "questions")
    ))?;
    let loading = Loading { saving: false, ..Loading::on(Default::default()) };
    let model = load_model(settings, &Chosen::File(model.clone()), loading)?;
    Ok(Judge::new(Box::new(model), form, questions, &databases))
}

/// How rows are read: the schemas of databases come from a folder, never from a single one, whose rows bring it.
fn read_options(config: &TrainConfig) -> ReadOptions {
    ReadOptions { databases: config.databases.clone().filter(|databases| !databases.is_file()), ..ReadOptions::default() }
}

/// Chat where the model has a template, unless something else is wanted.
fn form(config: &TrainConfig, model: &OpenedModel) -> Form {
    let choice = config.prompt.unwrap_or(if model.template.is_ok() { PromptChoice::Chat } else { PromptChoice::Alpaca });
    choice.into()
}

/// The rows of `files`, and how many each of them holds.
fn read_rows(
    config: &TrainConfig,
    model: &OpenedModel,
    form: Form,
    files: &[PathBuf],
    cancel: &Cancel,
) -> Result<(Rows, Vec<(String, usize)>), Failure> {
    let options = read_options(config);
    let open = |path: &PathBuf| Examples::open(path, &options, cancel);
    let opened = files.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let counts: Vec<Cell<usize>> = files.iter().map(|_| Cell::new(0)).collect();
    let examples = opened.into_iter().zip(&counts).flat_map(|(examples, count)| examples.inspect(|_| count.set(count.get() + 1)));
    let rows = Rows::made(model, form, config.model_max_length, config.loss_type, examples, cancel)?;
    for problem in &rows.problems {
        say(&format!("warning: {problem}"))?;
    }
    if rows.several_turns > 0 {
        let rows = crate::text::counted(rows.several_turns as u64, "row has", "rows have");
        say(&format!("{rows} several turns: the last answer is learned, those before it are read"))?;
    }
    Ok((rows, files.iter().map(|path| path.display().to_string()).zip(counts.into_iter().map(Cell::into_inner)).collect()))
}

/// The presets that come with the program.
fn preset(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

const PRESETS: [(&str, &str); 4] = [
    ("sql-llama-7b", include_str!("../../../assets/presets/sql-llama-7b.toml")),
    ("sql-llama-7b-small", include_str!("../../../assets/presets/sql-llama-7b-small.toml")),
    ("sql-llama-13b", include_str!("../../../assets/presets/sql-llama-13b.toml")),
    ("sql-llama-13b-small", include_str!("../../../assets/presets/sql-llama-13b-small.toml")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_sound() {
        for (name, text) in PRESETS {
            let config: TrainConfig = toml::from_str(text).unwrap();
            assert_eq!((config.learning_rate, config.weight_decay), (1e-5, 0.1), "{name}");
            let words = ["--preset", name, "--model", "m", "--data_path", "d", "--output_dir", "o"].map(String::from);
            assert!(args::OWN[0].2.contains(name));
            parse(&words, &preset, &|path| std::fs::read_to_string(path)).unwrap().config.check().unwrap();
        }
    }
}
