//! Training on pairs of answers, the chosen and the rejected.

use std::path::Path;

use serde_json::Value;
use sqllama::dataset::{Examples, ReadOptions};
use sqllama::llm::adapter::Adapter;
use sqllama::llm::open::OpenedModel;
use sqllama::prompt::Form;
use sqllama::signal::Cancel;
use sqllama::train::config::{Interval, LossType, Method};
use sqllama::train::model::Row;
use sqllama::train::schedule::SchedulerType;
use sqllama::train::{Rows, Start, TrainConfig, TrainEvent};

use super::hugging_face::{check_history, config};
use super::{Tiny, json, result, train};

/// Made by `tests/scripts/dpo_reference.py` with TRL.
const DPO: &str = include_str!("dpo.json");

#[test]
fn preference_training_is_trls() {
    let reference: Value = serde_json::from_str(DPO).unwrap();
    let families = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/families");
    let folder = families.join(reference["model"].as_str().unwrap());
    let model = OpenedModel::open(&folder).unwrap();
    let initial = Adapter::read(&folder.join("adapter")).unwrap();
    let ids = |row: &Value, key: &str| row[key].as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect::<Vec<u32>>();
    let side = |key: &str| -> Vec<Row> {
        let row = |row: &Value| Row { prompt: ids(row, "prompt").len(), tokens: [ids(row, "prompt"), ids(row, key)].concat(), shared: 0 };
        reference["rows"].as_array().unwrap().iter().map(row).collect()
    };
    let (rows, rejected) = (side("chosen"), side("rejected"));
    let longest = rows.iter().chain(&rejected).map(|row| row.tokens.len()).max().unwrap();
    let rows = Rows { rows, rejected, longest, ..Rows::default() };
    let home = tempfile::tempdir().unwrap();
    let settings = &reference["settings"];
    let config = TrainConfig {
        loss_type: LossType::Sigmoid,
        beta: settings["beta"].as_f64().unwrap(),
        lr_scheduler_type: SchedulerType::Linear,
        ..config(settings, Method::Lora, &home.path().join("dpo"))
    };
    train(&config, &model, &rows, None, Some(&initial), Start::Fresh, &Cancel::new(), &mut |_| ()).unwrap();
    check_history(&reference, &config.output_dir, "dpo");
    let state = json(&config.output_dir.join("trainer_state.json"));
    for (ours, theirs) in state["log_history"].as_array().unwrap().iter().zip(reference["history"].as_array().unwrap()) {
        for key in ["rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins"] {
            let (ours, theirs) = (ours[key].as_f64().unwrap(), theirs[key].as_f64().unwrap());
            assert!((ours - theirs).abs() < 2e-4, "{key}: {ours} {theirs}");
        }
    }
    // Stopped and resumed it is held against what it was at the beginning all the same.
    let cut = TrainConfig { output_dir: home.path().join("cut"), ..config.clone() };
    let cancel = Cancel::new();
    let mut stop = |event| {
        if matches!(event, TrainEvent::Step { step: 3, .. }) {
            cancel.cancel();
        }
    };
    train(&cut, &model, &rows, None, Some(&initial), Start::Fresh, &cancel, &mut stop).unwrap();
    train(&cut, &model, &rows, None, Some(&initial), Start::Resume, &Cancel::new(), &mut |_| ()).unwrap();
    assert_eq!(result(&config.output_dir), result(&cut.output_dir));
}

#[test]
fn pairs_are_made_of_rows_with_both_answers() {
    let tiny = Tiny::new();
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("pairs.jsonl");
    let row = |n: usize, rejected: &str| {
        format!("{{\"question\": \"q{n}?\", \"context\": \"CREATE TABLE t (a)\", \"answer\": \"SELECT {n}\"{rejected}}}\n")
    };
    let text = row(1, ", \"rejected\": \"SELECT a\"") + &row(2, "") + &row(3, ", \"rejected\": \"SELECT a FROM t\"");
    std::fs::write(&data, text).unwrap();
    let made = |loss: LossType| {
        let examples = Examples::open(&data, &ReadOptions::default(), &Cancel::new()).unwrap();
        Rows::made(&tiny.model, Form::Alpaca, 400, loss, examples, &Cancel::new()).unwrap()
    };
    let (pairs, all) = (made(LossType::Sigmoid), made(LossType::Nll));
    assert_eq!((pairs.rows.len(), pairs.rejected.len(), pairs.dropped.empty), (2, 2, 1));
    assert_eq!((all.rows.len(), all.rejected.len()), (3, 0));
    assert!(pairs.left_out[0].reason.contains("no rejected answer"), "{:?}", pairs.left_out);
    for (chosen, rejected) in pairs.rows.iter().zip(&pairs.rejected) {
        assert_eq!((chosen.prompt, &chosen.tokens[..chosen.prompt]), (rejected.prompt, &rejected.tokens[..rejected.prompt]));
        assert_ne!(chosen.tokens, rejected.tokens);
    }
    assert_ne!(pairs.hash(), Rows { rejected: Vec::new(), ..pairs.clone() }.hash());
    // One step, judged on the same pairs: the chosen answers gain on the rejected ones.
    let config = TrainConfig {
        loss_type: LossType::Sigmoid,
        lora_dropout: 0.0,
        learning_rate: 1e-2,
        warmup_steps: 0.0,
        max_steps: Some(3),
        logging_steps: 1,
        eval_strategy: Interval::Steps,
        eval_steps: Some(1),
        eval_on_start: true,
        eval_data_path: Some("pairs.jsonl".into()),
        ..tiny.config("pairs")
    };
    let mut losses = Vec::new();
    train(&config, &tiny.model, &pairs, Some(&pairs), None, Start::Fresh, &Cancel::new(), &mut |event| {
        if let TrainEvent::Evaluated { eval_loss, .. } = event {
            losses.push(eval_loss);
        }
    })
    .unwrap();
    assert!((losses[0] - std::f64::consts::LN_2).abs() < 1e-9 && losses.is_sorted_by(|a, b| a > b), "{losses:?}");
}
