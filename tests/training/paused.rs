//! Runs that pause go on as if they had not.

use sqllama::compute::BlockType;
use sqllama::llm::open::OpenedModel;
use sqllama::signal::Cancel;
use sqllama::train::config::Method;
use sqllama::train::event::Phase;
use sqllama::train::optimizer::OptimizerType;
use sqllama::train::{Arithmetic, Offload, Outcome, Progress, Start, TrainConfig, TrainEvent};

use super::{Tiny, history, result, test_arithmetic, test_tensors, train_on};
use crate::tiny;

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
