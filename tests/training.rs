//! Runs of the training engine: what they keep, what they refuse, and (`training/`) against those of others and against themselves.

use std::path::Path;

use serde_json::Value;
use sqllama::dataset::{Examples, ReadOptions};
use sqllama::llm::adapter::Adapter;
use sqllama::llm::open::OpenedModel;
use sqllama::prompt::Form;
use sqllama::signal::Cancel;
use sqllama::train::config::{Interval, Method};
use sqllama::train::plan::plan;
use sqllama::train::schedule::{ScheduleSettings, SchedulerType};
use sqllama::train::{Arithmetic, Inputs, Machine, Outcome, Rows, Start, TrainConfig, TrainError, TrainEvent, run};

use crate::device::{self, TestDevice};
use crate::tiny;

mod command_line;
mod families;
mod handover;
mod hugging_face;
mod judged;
mod packed;
mod paused;
mod preference;

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn rows(model: &OpenedModel, data: &Path, limit: usize) -> Rows {
    let examples = Examples::open(data, &ReadOptions::default(), &Cancel::new()).unwrap();
    Rows::make(model, Form::Alpaca, limit, examples, &Cancel::new()).unwrap()
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
