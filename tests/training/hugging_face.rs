//! Runs against those of Hugging Face Trainer and PEFT (`../shared/reference/train-llama`).

use std::path::{Path, PathBuf};

use serde_json::Value;
use sqllama::compute::Pool;
use sqllama::llm::adapter::Adapter;
use sqllama::llm::open::OpenedModel;
use sqllama::signal::Cancel;
use sqllama::train::config::{Interval, Method};
use sqllama::train::model::workspace::Workspace;
use sqllama::train::model::{Batch, Decoder};
use sqllama::train::order::SamplingStrategy;
use sqllama::train::plan::adaptation;
use sqllama::train::schedule::SchedulerType;
use sqllama::train::{Arithmetic, Offload, Start, TrainConfig};

use super::{json, rows, test_arithmetic, test_tensors, train_on};

fn reference() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/train-llama");
    if !path.is_dir() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

pub(super) fn config(settings: &Value, method: Method, output: &Path) -> TrainConfig {
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

#[track_caller]
pub(super) fn check_history(expected: &Value, folder: &Path, name: &str) {
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
