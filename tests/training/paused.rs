//! Runs that pause go on as if they had not.

use sqllama::compute::BlockType;
use sqllama::llm::checkpoint::TensorFile;
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

#[test]
fn a_run_with_moments_of_a_byte_goes_on_bit_for_bit() {
    // At this rank the maps of the feed-forward parts have elements enough.
    let other = |config: TrainConfig| TrainConfig { optim: OptimizerType::AdamW8Bit, lora_r: 64, ..config };
    check_pauses_with(test_arithmetic(), Offload::None, &other);
    check_pauses_with(test_tensors(), Offload::None, &other);
    check_pauses_with(test_tensors(), Offload::All, &other);
}

/// A checkpoint holds bytes where the moments are bytes, and one whose bytes are missing is refused.
#[test]
fn bytes_of_moments_are_written_and_missed() {
    let tiny = Tiny::new();
    let config = TrainConfig { optim: OptimizerType::AdamW8Bit, lora_r: 64, max_steps: Some(4), ..tiny.config("bytes") };
    let until = |stop_at: u64, start: Start| {
        let cancel = Cancel::new();
        train_on(test_arithmetic(), &config, &tiny.model, &tiny.rows, None, None, start, &cancel, &mut |event| {
            if matches!(event, TrainEvent::Step { step, .. } if step == stop_at) {
                cancel.cancel();
            }
        })
    };
    assert_eq!(until(2, Start::Fresh).unwrap(), Outcome::Paused { step: 2 });
    let path = config.output_dir.join("checkpoint-2").join("optimizer.safetensors");
    let file = TensorFile::open(&path).unwrap();
    let of =
        |start: &'static str| file.tensors.iter().filter(move |(name, _)| name.starts_with(start)).map(|(_, place)| place.dtype.as_str());
    assert!(of("state1.").chain(of("state2.")).all(|dtype| dtype == "U8") && of("absmax").all(|dtype| dtype == "F32"));
    assert!(of("state1.").count() > 0 && of("state1.").count() == of("absmax2.").count() && of("exp_avg.").count() > 0);
    // Numbers for all of them, as another optimizer leaves them, are not what is missed.
    let written =
        TrainConfig { optim: OptimizerType::AdamwTorch, output_dir: config.output_dir.with_file_name("floats"), ..config.clone() };
    let cancel = Cancel::new();
    train_on(test_arithmetic(), &written, &tiny.model, &tiny.rows, None, None, Start::Fresh, &cancel, &mut |event| {
        if matches!(event, TrainEvent::Step { step: 2, .. }) {
            cancel.cancel();
        }
    })
    .unwrap();
    std::fs::copy(written.output_dir.join("checkpoint-2").join("optimizer.safetensors"), &path).unwrap();
    let error = until(0, Start::Resume).unwrap_err().to_string();
    assert!(error.contains("absmax1.") && error.contains("is missing"), "{error}");
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
