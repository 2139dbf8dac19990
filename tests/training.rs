//! Runs of the training engine: against runs of Hugging Face Trainer and PEFT (`../shared/reference/train-llama`), and against themselves
//! when they are stopped, killed and resumed.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sqllama::compute::{BlockType, Pool};
use sqllama::dataset::{Examples, ReadOptions};
use sqllama::llm::adapter::Adapter;
use sqllama::llm::open::OpenedModel;
use sqllama::prompt::Form;
use sqllama::signal::{Cancel, Stop};
use sqllama::train::config::{Interval, Method, Metric};
use sqllama::train::event::Phase;
use sqllama::train::measure::Accuracy;
use sqllama::train::model::workspace::Workspace;
use sqllama::train::model::{Batch, Decoder};
use sqllama::train::optimizer::OptimizerType;
use sqllama::train::order::SamplingStrategy;
use sqllama::train::plan::{adaptation, plan};
use sqllama::train::schedule::{ScheduleSettings, SchedulerType};
use sqllama::train::{
    Arithmetic, Inputs, Machine, Offload, Outcome, Progress, Rows, Start, TrainConfig, TrainError, TrainEvent, run, run_judged,
};

use crate::device::{self, TestDevice};
use crate::tiny;

mod command_line;
mod handover;

fn reference() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/train-llama");
    if !path.is_dir() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn rows(model: &OpenedModel, data: &Path, limit: usize) -> Rows {
    let examples = Examples::open(data, &ReadOptions::default(), &Cancel::new()).unwrap();
    Rows::make(model, Form::Alpaca, limit, examples, &Cancel::new()).unwrap()
}

fn config(settings: &Value, method: Method, output: &Path) -> TrainConfig {
    let number = |key: &str| settings[key].as_f64().unwrap();
    TrainConfig {
        model_name_or_path: "reference".into(),
        data_path: vec!["data.json".into()],
        output_dir: output.into(),
        method: Some(method),
        num_train_epochs: number("num_train_epochs"),
        per_device_train_batch_size: number("per_device_train_batch_size") as usize,
        gradient_accumulation_steps: number("gradient_accumulation_steps") as usize,
        learning_rate: number("learning_rate"),
        weight_decay: number("weight_decay"),
        warmup_steps: number("warmup_steps"),
        max_grad_norm: number("max_grad_norm"),
        lr_scheduler_type: match settings["lr_scheduler_type"].as_str().unwrap() {
            "cosine" => SchedulerType::Cosine,
            _ => SchedulerType::Linear,
        },
        train_sampling_strategy: SamplingStrategy::Sequential,
        logging_steps: 1,
        save_strategy: Interval::No,
        ..TrainConfig::default()
    }
}

/// What tests of runs compute on, as `SQLLAMA_TEST_DEVICE` says.
fn test_arithmetic() -> Arithmetic {
    match device::chosen() {
        TestDevice::Kernels => Arithmetic::Kernels,
        TestDevice::Portable => Arithmetic::Portable,
        TestDevice::Cuda => Arithmetic::Cuda,
    }
}

/// The same for tests of the tensors' road: never the kernels.
fn test_tensors() -> Arithmetic {
    if test_arithmetic() == Arithmetic::Cuda { Arithmetic::Cuda } else { Arithmetic::Portable }
}

#[allow(clippy::too_many_arguments)]
fn train(
    config: &TrainConfig,
    model: &OpenedModel,
    rows: &Rows,
    eval: Option<&Rows>,
    initial: Option<&Adapter>,
    start: Start,
    cancel: &Cancel,
    emit: &mut dyn FnMut(TrainEvent),
) -> Result<Outcome, TrainError> {
    train_on(test_arithmetic(), config, model, rows, eval, initial, start, cancel, emit)
}

#[allow(clippy::too_many_arguments)]
fn train_on(
    arithmetic: Arithmetic,
    config: &TrainConfig,
    model: &OpenedModel,
    rows: &Rows,
    eval: Option<&Rows>,
    initial: Option<&Adapter>,
    start: Start,
    cancel: &Cancel,
    emit: &mut dyn FnMut(TrainEvent),
) -> Result<Outcome, TrainError> {
    let machine = Machine { arithmetic, ..Machine::default() };
    let plan = plan(config, &model.model, initial.map(|adapter| &adapter.config), rows, eval, &machine)?;
    assert_eq!(plan.card.is_some(), arithmetic.is_tensors());
    let inputs = Inputs { model, model_name: "tiny".into(), model_folder: None, train: rows, eval, initial, prompt: "alpaca", arithmetic };
    run(config, &plan, &inputs, start, cancel, emit)
}

#[track_caller]
fn check_history(expected: &Value, folder: &Path, name: &str) {
    let state = json(&folder.join("trainer_state.json"));
    let history = state["log_history"].as_array().unwrap();
    let expected = expected["history"].as_array().unwrap();
    assert_eq!(history.len(), expected.len() + 1, "a line a step, and one at the end");
    let mut worst = [0f64; 3];
    for (ours, theirs) in history.iter().zip(expected) {
        let pair = |key: &str| (ours[key].as_f64().unwrap(), theirs[key].as_f64().unwrap());
        assert_eq!(ours["step"], theirs["step"]);
        let (loss, loss_expected) = pair("loss");
        let (norm, norm_expected) = pair("grad_norm");
        let (rate, rate_expected) = pair("learning_rate");
        let off = [(loss - loss_expected).abs(), (norm / norm_expected - 1.0).abs(), (rate - rate_expected).abs()];
        worst.iter_mut().zip(off).for_each(|(worst, off)| *worst = worst.max(off));
        assert!(off[0] < 2e-4 && off[1] < 5e-3 && off[2] < 1e-9, "{name}, step {}: {ours} {theirs}", ours["step"]);
    }
    println!("{name}: worst loss {:.1e}, norm {:.1e} of it, rate {:.1e}", worst[0], worst[1], worst[2]);
}

#[test]
fn runs_agree_with_hugging_face() {
    check_against_hugging_face(test_arithmetic(), Offload::None);
}

#[test]
fn runs_over_tensors_agree_with_hugging_face() {
    check_against_hugging_face(test_tensors(), Offload::None);
}

#[test]
fn runs_with_the_optimizer_in_the_machine_agree_with_hugging_face() {
    check_against_hugging_face(test_tensors(), Offload::Optimizer);
    check_against_hugging_face(test_tensors(), Offload::All);
}

fn check_against_hugging_face(arithmetic: Arithmetic, offload: Offload) {
    let Some(reference) = reference() else { return };
    let model = OpenedModel::open(&reference.join("model")).unwrap();
    let rows = rows(&model, &reference.join("data.json"), 512);
    let tokens = json(&reference.join("tokens.json"));
    let expected = tokens["rows"].as_array().unwrap();
    assert_eq!(rows.rows.len(), expected.len());
    for (ours, theirs) in rows.rows.iter().zip(expected) {
        let ids: Vec<u64> = theirs["input_ids"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect();
        assert!(ours.tokens.iter().map(|&id| u64::from(id)).eq(ids.iter().copied()), "{:?} {ids:?}", ours.tokens);
        assert_eq!(Some(ours.prompt as u64), theirs["prompt_len"].as_u64());
    }
    let folder = tempfile::tempdir().unwrap();
    let cancel = Cancel::new();
    for name in ["full_cosine", "full_linear_noclip"] {
        let expected = json(&reference.join(format!("{name}.json")));
        let output = folder.path().join(name);
        let config = TrainConfig { offload, ..config(&expected["settings"], Method::Full, &output) };
        train_on(arithmetic, &config, &model, &rows, None, None, Start::Fresh, &cancel, &mut |_| ()).unwrap();
        check_history(&expected, &output, &format!("{name}, {arithmetic:?}, offload {offload:?}"));
    }
    let expected = json(&reference.join("lora.json"));
    let output = folder.path().join("lora");
    let config = TrainConfig { offload, ..config(&expected["settings"], Method::Lora, &output) };
    let initial = Adapter::read(&reference.join("lora_init")).unwrap();
    train_on(arithmetic, &config, &model, &rows, None, Some(&initial), Start::Fresh, &cancel, &mut |_| ()).unwrap();
    check_history(&expected, &output, &format!("lora, {arithmetic:?}, offload {offload:?}"));
    let trained = Adapter::read(&output).unwrap();
    let theirs = Adapter::read(&reference.join("lora_trained")).unwrap();
    assert_eq!(trained.loras.len(), theirs.loras.len());
    for (place, lora) in &trained.loras {
        let expected = &theirs.loras[place];
        for (a, b) in lora.a.iter().chain(&lora.b).zip(expected.a.iter().chain(&expected.b)) {
            assert!((a - b).abs() < 5e-3, "{place:?}: {a} {b}");
        }
    }
    let logits = json(&reference.join("lora_logits.json"));
    let row = &rows.rows[logits["row"].as_u64().unwrap() as usize];
    let adaptation = adaptation(&config, Method::Lora, Some(&trained.config), model.model.spec.family).unwrap();
    let (decoder, mut parameters) = Decoder::new(&model.model, &adaptation, 0);
    decoder.set_adapter(&mut parameters, &trained).unwrap();
    let pool = Pool::new(1);
    let ours = decoder.logits(&mut Workspace::new(&pool), &parameters, &Batch::separate(&[row]), &[row.tokens.len() - 1]);
    let expected: Vec<f64> = logits["last_position_logits"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let worst = ours.iter().zip(&expected).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
    println!("logits of row {}: worst {worst:.1e}", logits["row"]);
    assert!(worst < 5e-3, "{worst}");
}

/// A tiny quantised model and rows to learn from.
struct Tiny {
    folder: tempfile::TempDir,
    model: OpenedModel,
    rows: Rows,
}

fn alpaca_rows(count: usize) -> String {
    let row = |i: usize| {
        format!(
            r#"{{"instruction": "How many rows of kind {i} has t{}?", "input": "CREATE TABLE t{} (a, b{i})", "output": "SELECT count(*) FROM t{} WHERE a = {i}"}}"#,
            i % 3,
            i % 3,
            i % 3
        )
    };
    format!("[{}]", (0..count).map(row).collect::<Vec<_>>().join(",\n"))
}

impl Tiny {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data.json");
        std::fs::write(&data, alpaca_rows(22)).unwrap();
        let model = OpenedModel::open(&tiny::fixture(&tiny::LLAMA)).unwrap();
        let rows = rows(&model, &data, 400);
        Self { folder, model, rows }
    }

    fn config(&self, name: &str) -> TrainConfig {
        TrainConfig {
            model_name_or_path: "tiny".into(),
            data_path: vec!["data.json".into()],
            output_dir: self.folder.path().join(name),
            lora_r: 2,
            lora_dropout: 0.2,
            per_device_train_batch_size: 2,
            gradient_accumulation_steps: 2,
            num_train_epochs: 2.0,
            learning_rate: 1e-3,
            lr_scheduler_type: SchedulerType::Cosine,
            warmup_steps: 2.0,
            weight_decay: 0.1,
            logging_steps: 3,
            save_strategy: Interval::No,
            ..TrainConfig::default()
        }
    }

    fn train(&self, config: &TrainConfig, start: Start, cancel: &Cancel, emit: &mut dyn FnMut(TrainEvent)) -> Result<Outcome, TrainError> {
        train(config, &self.model, &self.rows, None, None, start, cancel, emit)
    }
}

/// The bytes of what was trained.
fn result(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("adapter_model.safetensors")).unwrap()
}

fn history(folder: &Path) -> Vec<Value> {
    let mut lines = json(&folder.join("trainer_state.json"))["log_history"].as_array().unwrap().clone();
    lines.pop(); // it tells the time
    lines
}

#[test]
fn a_run_that_pauses_goes_on_bit_for_bit() {
    check_pauses(test_arithmetic(), Offload::None);
}

#[test]
fn a_run_over_tensors_that_pauses_goes_on_bit_for_bit() {
    for offload in [Offload::None, Offload::Optimizer, Offload::Gradients, Offload::All] {
        check_pauses(test_tensors(), offload);
    }
}

#[test]
fn a_run_with_another_optimizer_and_noise_goes_on_bit_for_bit() {
    let other = |config: TrainConfig| TrainConfig {
        optim: OptimizerType::Adafactor,
        neftune_noise_alpha: Some(5.0),
        label_smoothing_factor: 0.1,
        data_seed: Some(9),
        ..config
    };
    check_pauses_with(test_arithmetic(), Offload::None, &other);
    check_pauses_with(test_tensors(), Offload::None, &other);
    check_pauses_with(test_tensors(), Offload::All, &other);
}

fn check_pauses(arithmetic: Arithmetic, offload: Offload) {
    check_pauses_with(arithmetic, offload, &|config| config);
}

fn check_pauses_with(arithmetic: Arithmetic, offload: Offload, change: &dyn Fn(TrainConfig) -> TrainConfig) {
    let tiny = Tiny::new();
    let train = |config: &TrainConfig, start: Start, cancel: &Cancel, emit: &mut dyn FnMut(TrainEvent)| {
        train_on(arithmetic, config, &tiny.model, &tiny.rows, None, None, start, cancel, emit)
    };
    // Answers on the way are made of values that the device may hold.
    let whole = change(TrainConfig { offload, sample_steps: Some(5), ..tiny.config("whole") });
    let outcome = train(&whole, Start::Fresh, &Cancel::new(), &mut |_| ()).unwrap();
    assert!(matches!(outcome, Outcome::Finished { step: 12, .. }), "{outcome:?}: 22 rows in steps of 4, twice");
    let paused = change(TrainConfig { offload, sample_steps: Some(5), ..tiny.config("paused") });
    let mut start = Start::Fresh;
    let mut pauses = Vec::new();
    loop {
        let cancel = Cancel::new();
        let mut steps = 0;
        let outcome = train(&paused, start, &cancel, &mut |event| {
            if let TrainEvent::Step { .. } = event {
                steps += 1;
                // Also in the middle of an epoch, and of the steps between two lines of the log.
                if steps == 2 + pauses.len() % 3 {
                    cancel.cancel();
                }
            }
        });
        match outcome.unwrap() {
            Outcome::Paused { step } => pauses.push(step),
            Outcome::Finished { .. } => break,
        }
        start = Start::Resume;
    }
    assert_eq!(pauses, [2, 5, 9, 11]);
    assert_eq!(result(&whole.output_dir), result(&paused.output_dir));
    assert_eq!(history(&whole.output_dir), history(&paused.output_dir));
    // The fold over the events of all processes shows one run.
    let progress = Progress::of_lines(&std::fs::read_to_string(paused.output_dir.join("events.jsonl")).unwrap());
    let steps: Vec<u64> = progress.points.iter().map(|point| point.step).collect();
    assert_eq!((progress.phase, steps), (Phase::Finished, (1..=12).collect()));
}

#[test]
fn checkpoints_are_kept_as_told_and_the_best_is_the_result() {
    let tiny = Tiny::new();
    let config = TrainConfig {
        save_strategy: Interval::Steps,
        save_steps: 2,
        save_total_limit: Some(2),
        eval_strategy: Interval::Steps,
        eval_steps: Some(2),
        eval_data_path: Some("data.json".into()),
        load_best_model_at_end: true,
        early_stopping_patience: Some(2),
        // More than any later one can be better by.
        early_stopping_threshold: 100.0,
        ..tiny.config("best")
    };
    let mut evaluations = Vec::new();
    let eval = Rows { rows: tiny.rows.rows[..4].to_vec(), ..tiny.rows.clone() };
    let outcome = train(&config, &tiny.model, &tiny.rows, Some(&eval), None, Start::Fresh, &Cancel::new(), &mut |event| {
        if let TrainEvent::Evaluated { step, eval_loss, best, .. } = event {
            evaluations.push((step, eval_loss, best));
        }
    });
    let Ok(Outcome::Finished { step, .. }) = outcome else { panic!("{outcome:?}") };
    // The threshold wears patience out, and is nothing to the best: that is the lowest, as in the Trainer.
    assert_eq!((step, evaluations.len()), (6, 3), "two evaluations in vain: {evaluations:?}");
    let (best, ..) = *evaluations.iter().rfind(|(_, _, best)| *best).unwrap();
    assert!(evaluations.iter().all(|(at, loss, _)| *at == best || *loss >= evaluations[best as usize / 2 - 1].1), "{evaluations:?}");
    let saved = sqllama::train::checkpoint::checkpoints(&config.output_dir);
    assert!(saved.contains(&best) && saved.contains(&step) && saved.len() <= 2, "the best, and the last: {saved:?}");
    assert_eq!(result(&config.output_dir), result(&config.output_dir.join(format!("checkpoint-{best}"))));
    let state = json(&config.output_dir.join("trainer_state.json"));
    assert_eq!(state["best_global_step"], best);
    let said = state["log_history"].as_array().unwrap().iter().find(|line| line.get("eval_loss").is_some()).unwrap();
    assert_eq!(said["eval_loss_weighted_by"], "answer tokens");
}

/// A run of the tiny model that is judged by `judge`, and every evaluation it told of: step, right answers, loss, whether it was the best.
fn judged(
    tiny: &Tiny,
    config: &TrainConfig,
    start: Start,
    judge: &mut dyn FnMut(u64) -> Result<usize, TrainError>,
) -> (Outcome, Vec<(u64, usize, f64, bool)>) {
    let arithmetic = test_arithmetic();
    let eval = Rows { rows: tiny.rows.rows[..4].to_vec(), ..tiny.rows.clone() };
    let plan = plan(config, &tiny.model.model, None, &tiny.rows, Some(&eval), &Machine { arithmetic, ..Machine::default() }).unwrap();
    let (model, train, eval, prompt) = (&tiny.model, &tiny.rows, Some(&eval), "alpaca");
    let inputs = Inputs { model, model_name: "tiny".into(), model_folder: None, train, eval, initial: None, prompt, arithmetic };
    let (step, mut evaluations) = (std::cell::Cell::new(0), Vec::new());
    let mut asked = |adapter: &Adapter, _: &Cancel| {
        assert!(adapter.parameters() > 0);
        judge(step.get()).map(|right| Accuracy { right, asked: 5 })
    };
    let outcome = run_judged(config, &plan, &inputs, start, Some(&mut asked), &Cancel::new(), &mut |event| match event {
        TrainEvent::Started { step: at, .. } | TrainEvent::Step { step: at, .. } => step.set(at),
        TrainEvent::Evaluated { step, eval_loss, best, accuracy, .. } => {
            evaluations.push((step, accuracy.unwrap().right, eval_loss, best));
        }
        _ => {}
    });
    (outcome.unwrap(), evaluations)
}

fn judged_config(tiny: &Tiny, name: &str) -> TrainConfig {
    TrainConfig {
        save_strategy: Interval::Steps,
        save_steps: 2,
        save_total_limit: Some(2),
        eval_strategy: Interval::Steps,
        eval_steps: Some(2),
        eval_on_start: true,
        eval_data_path: Some("data.json".into()),
        databases: Some("databases".into()),
        load_best_model_at_end: true,
        metric_for_best_model: Metric::ExecutionAccuracy,
        early_stopping_patience: Some(3),
        ..tiny.config(name)
    }
}

#[test]
fn the_best_checkpoint_is_the_one_whose_answers_are_right() {
    let tiny = Tiny::new();
    let config = judged_config(&tiny, "judged");
    let right = |step: u64| Ok([5, 1, 4, 2, 4, 3, 0][step as usize / 2]);
    let (outcome, evaluations) = judged(&tiny, &config, Start::Fresh, &mut { right });
    // What it was before the first step is no candidate; patience goes by right answers, and four are no more than four.
    assert_eq!(outcome, Outcome::Finished { train_loss: outcome_loss(&outcome), step: 10 });
    assert_eq!(
        evaluations.iter().map(|(step, right, ..)| (*step, *right)).collect::<Vec<_>>(),
        [(0, 5), (2, 1), (4, 4), (6, 2), (8, 4), (10, 3)]
    );
    // Of two that are right equally often the one with the lower loss is the better.
    let (fourth, eighth) = (evaluations[2].2, evaluations[4].2);
    let best = if eighth < fourth { 8 } else { 4 };
    assert_eq!(evaluations.iter().filter(|(.., best)| *best).map(|(step, ..)| *step).next_back(), Some(best));
    assert_eq!(result(&config.output_dir), result(&config.output_dir.join(format!("checkpoint-{best}"))));
    let state = json(&config.output_dir.join("trainer_state.json"));
    assert_eq!((&state["best_global_step"], &state["best_metric"]), (&best.into(), &0.8.into()));
    let said = state["log_history"].as_array().unwrap().iter().find(|line| line["step"] == 4 && line.get("eval_loss").is_some()).unwrap();
    assert_eq!(said["eval_execution_accuracy"], 0.8);
    let seen = sqllama::train::watch::look(&config.output_dir).progress;
    assert_eq!((seen.best, seen.accuracies.len()), (Some(best), 6));
    // Without anybody who runs the answers, nothing begins.
    let error = tiny.train(&config, Start::Fresh, &Cancel::new(), &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("nobody was brought who runs them"), "{error}");
}

fn outcome_loss(outcome: &Outcome) -> f64 {
    match outcome {
        Outcome::Finished { train_loss, .. } => *train_loss,
        Outcome::Paused { .. } => f64::NAN,
    }
}

#[test]
fn an_evaluation_that_was_interrupted_comes_first_when_the_run_goes_on() {
    let tiny = Tiny::new();
    let right = |step: u64| Ok([0, 1, 4, 2, 5, 3, 0][step as usize / 2]);
    let whole = judged_config(&tiny, "whole");
    let (_, expected) = judged(&tiny, &whole, Start::Fresh, &mut { right });
    let cut = judged_config(&tiny, "cut");
    let stop = |step: u64| if step == 4 { Err(TrainError::Stopped(Stop::Cancelled)) } else { right(step) };
    let (outcome, first) = judged(&tiny, &cut, Start::Fresh, &mut { stop });
    assert_eq!((outcome, first.as_slice()), (Outcome::Paused { step: 4 }, &expected[..2]));
    // Interrupted once more: nothing is lost.
    let (outcome, none) = judged(&tiny, &cut, Start::Resume, &mut { stop });
    assert_eq!((outcome, none), (Outcome::Paused { step: 4 }, Vec::new()));
    let (outcome, rest) = judged(&tiny, &cut, Start::Resume, &mut { right });
    assert!(matches!(outcome, Outcome::Finished { .. }));
    assert_eq!(rest, &expected[2..]);
    assert_eq!(result(&whole.output_dir), result(&cut.output_dir));
}

#[test]
fn a_rate_that_goes_by_the_evaluation_loss_falls_where_it_stays() {
    let tiny = Tiny::new();
    let config = TrainConfig {
        eval_strategy: Interval::Steps,
        eval_steps: Some(2),
        eval_on_start: true,
        eval_delay: 4.0,
        eval_data_path: Some("data.json".into()),
        lr_scheduler_type: SchedulerType::ReduceLrOnPlateau,
        // No evaluation is better by as much.
        lr_scheduler_kwargs: ScheduleSettings {
            patience: Some(0),
            factor: Some(0.5),
            threshold: Some(0.99),
            ..ScheduleSettings::default()
        },
        ..tiny.config("plateau")
    };
    let eval = Rows { rows: tiny.rows.rows[..4].to_vec(), ..tiny.rows.clone() };
    let (mut rates, mut evaluated) = (Vec::new(), Vec::new());
    train(&config, &tiny.model, &tiny.rows, Some(&eval), None, Start::Fresh, &Cancel::new(), &mut |event| match event {
        TrainEvent::Step { learning_rate, .. } => rates.push(learning_rate),
        TrainEvent::Evaluated { step, .. } => evaluated.push(step),
        _ => {}
    })
    .unwrap();
    assert_eq!(evaluated, [0, 4, 6, 8, 10, 12]);
    assert_eq!(rates[..4], [1e-3; 4]);
    assert_eq!((rates[4], rates[6], rates[8], rates[10]), (5e-4, 2.5e-4, 1.25e-4, 6.25e-5));
}

#[test]
fn what_cannot_be_trained_is_said_and_nothing_is_lost() {
    let tiny = Tiny::new();
    let cancel = Cancel::new();
    let check = |config: &TrainConfig, start: Start, expected: &str| {
        let error = tiny.train(config, start, &cancel, &mut |_| ()).unwrap_err();
        let text = format!("{error} | {}", error.hint().unwrap_or_default());
        assert!(text.contains(expected), "{text}");
    };
    check(&TrainConfig { method: Some(Method::Full), ..tiny.config("full") }, Start::Fresh, "--method qlora");
    check(&TrainConfig { lora_r: 0, ..tiny.config("rank") }, Start::Fresh, "`lora_r` cannot be `0`");

    let config = TrainConfig { save_strategy: Interval::Epoch, num_train_epochs: 1.0, ..tiny.config("once") };
    tiny.train(&config, Start::Fresh, &cancel, &mut |_| ()).unwrap();
    check(&config, Start::Fresh, "holds a run that got to step 6");
    check(&TrainConfig { learning_rate: 2e-3, ..config.clone() }, Start::Resume, "other settings");
    // A checkpoint that was cut off is passed over; one that is damaged is named.
    let checkpoint = config.output_dir.join("checkpoint-6");
    std::fs::write(checkpoint.join("optimizer.safetensors"), b"junk").unwrap();
    check(&config, Start::Resume, "optimizer.safetensors");
    std::fs::remove_file(checkpoint.join("DONE")).unwrap();
    tiny.train(&config, Start::Resume, &cancel, &mut |_| ()).unwrap();

    let other = Rows { rows: tiny.rows.rows[1..].to_vec(), ..tiny.rows.clone() };
    let error = train(&config, &tiny.model, &other, None, None, Start::Resume, &cancel, &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("other data"), "{error}");

    // An adapter says which weights it was trained on.
    let mut foreign = Adapter::read(&config.output_dir).unwrap();
    let config = tiny.config("foreign");
    train(&config, &tiny.model, &tiny.rows, None, Some(&foreign), Start::Fresh, &cancel, &mut |_| ()).unwrap();
    if let Some(card) = &mut foreign.card {
        card.base.weights_sha256 = "00".into();
    }
    let config = tiny.config("foreign2");
    let error = train(&config, &tiny.model, &tiny.rows, None, Some(&foreign), Start::Fresh, &cancel, &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("tiny"), "{error}");

    // Weights that are no numbers are named before anything is trained on them.
    let name = "blk.1.attn_q.weight";
    let path = tiny.folder.path().join("damaged.gguf");
    let (mut bytes, range) = {
        let sound = tiny::fixture(&tiny::LLAMA);
        let range = sqllama::llm::gguf::GgufFile::open(&sound).unwrap().tensor(name).unwrap().1;
        (std::fs::read(sound).unwrap(), range)
    };
    bytes[range.start..range.start + 64].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let error = OpenedModel::open(&path).err().unwrap();
    assert!(error.to_string().contains("model.layers.1.self_attn.q_proj.weight"), "{error}");

    // A number that is none ends the run before it reaches the weights.
    if let Some(lora) = foreign.loras.values_mut().next() {
        lora.b[0] = f32::NAN;
    }
    foreign.card = None;
    let config = tiny.config("nan");
    let mut last = None;
    let outcome = train(&config, &tiny.model, &tiny.rows, None, Some(&foreign), Start::Fresh, &cancel, &mut |event| last = Some(event));
    assert!(outcome.unwrap_err().to_string().contains("the loss of step 1 is not a finite number"));
    assert!(matches!(last, Some(TrainEvent::Failed { step: 0, .. })), "{last:?}");

    // Nothing is left of an answer that lies behind the limit.
    let data = tiny.folder.path().join("data.json");
    let examples = Examples::open(&data, &ReadOptions::default(), &cancel).unwrap();
    let error = Rows::make(&tiny.model, Form::Alpaca, 30, examples, &cancel).unwrap_err().to_string();
    assert!(error.contains("no example is left of 22: 22 too long"), "{error}");
}

#[test]
fn a_plan_that_does_not_fit_says_what_would() {
    let tiny = Tiny::new();
    let config = tiny.config("plan");
    let at = |machine: &Machine| plan(&config, &tiny.model.model, None, &tiny.rows, None, machine);
    let fits = at(&Machine::default()).unwrap();
    assert_eq!((fits.examples, fits.steps_per_epoch, fits.total_steps, fits.warmup_steps), (22, 6, 12, 2));
    let spec = &tiny.model.model.spec;
    let layer = 2
        * (3 * spec.hidden + spec.query_dim() + 2 * spec.kv_dim() + spec.query_dim() + 3 * (spec.hidden + spec.feed_forward) + spec.hidden);
    assert_eq!(fits.trainable_parameters, (layer * spec.layers) as u64);
    let learned: usize = tiny.rows.rows.iter().map(|row| row.learned()).sum();
    assert_eq!(fits.learned_tokens, 2 * learned as u64);
    let error = at(&Machine { memory: Some(1 << 20), ..Machine::default() }).unwrap_err();
    assert!(error.to_string().contains("are free") && error.hint().unwrap().contains("--per_device_train_batch_size 1"), "{error}");
    let error = at(&Machine { disk: Some(1 << 10), ..Machine::default() }).unwrap_err();
    assert!(error.to_string().contains("training writes about"), "{error}");
}

#[test]
fn a_card_that_is_too_small_is_told_what_would_fit() {
    let tiny = Tiny::new();
    let config = tiny.config("card");
    let at = |card_memory: u64| {
        let machine = Machine { arithmetic: Arithmetic::Portable, card_memory: Some(card_memory), ..Machine::default() };
        plan(&config, &tiny.model.model, None, &tiny.rows, None, &machine)
    };
    let fits = at(8 << 30).unwrap();
    let card = fits.card.unwrap();
    assert!(card.total() < 1 << 30 && card.model > 0 && fits.memory.model == 0, "{fits:?}");
    assert_eq!(fits.kept_layers, tiny.model.model.spec.layers, "there is room to keep all of them");
    let error = at(1 << 20).unwrap_err();
    assert!(error.to_string().contains("of the card's memory, and 1.0 MB are free"), "{error}");
    assert!(error.hint().unwrap().contains("--device cpu"), "{:?}", error.hint());
}

/// Every weight is trained over tensors, and the run goes on from its checkpoint as if nothing had been.
#[test]
fn full_training_over_tensors_goes_on_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f32.gguf");
    tiny::write_gguf(&tiny::LLAMA, &tiny::checkpoint(&tiny::LLAMA), |_| BlockType::F32, &path);
    let model = OpenedModel::open(&path).unwrap();
    let tiny = Tiny::new();
    for offload in [Offload::None, Offload::Optimizer, Offload::Gradients, Offload::All] {
        let config = |name: &str| TrainConfig {
            method: Some(Method::Full),
            offload,
            lora_dropout: 0.0,
            max_steps: Some(4),
            output_dir: folder.path().join(format!("{name}-{offload:?}")),
            ..tiny.config(name)
        };
        let train = |config: &TrainConfig, start: Start, stop_at: u64| {
            let cancel = Cancel::new();
            train_on(test_tensors(), config, &model, &tiny.rows, None, None, start, &cancel, &mut |event| {
                if matches!(event, TrainEvent::Step { step, .. } if step == stop_at) {
                    cancel.cancel();
                }
            })
            .unwrap()
        };
        let (whole, paused) = (config("whole"), config("paused"));
        train(&whole, Start::Fresh, 0);
        assert_eq!(train(&paused, Start::Fresh, 2), Outcome::Paused { step: 2 });
        assert!(matches!(train(&paused, Start::Resume, 0), Outcome::Finished { step: 4, .. }));
        let bytes = |config: &TrainConfig| std::fs::read(config.output_dir.join("model.safetensors")).unwrap();
        assert!(bytes(&whole) == bytes(&paused), "{offload:?}");
    }
}
