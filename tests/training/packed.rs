//! Training on packs of examples.

use std::path::Path;

use serde_json::Value;
use sqllama::llm::adapter::Adapter;
use sqllama::llm::open::OpenedModel;
use sqllama::signal::Cancel;
use sqllama::train::config::Method;
use sqllama::train::model::Row;
use sqllama::train::order::SamplingStrategy;
use sqllama::train::{Rows, Start, TrainConfig, TrainEvent};

use super::hugging_face::{check_history, config};
use super::{result, train};

/// Made by `tests/scripts/packing_reference.py` with TRL.
const PACKING: &str = include_str!("packing.json");

#[test]
fn packing_is_trls() {
    let reference: Value = serde_json::from_str(PACKING).unwrap();
    let families = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/families");
    let folder = families.join(reference["model"].as_str().unwrap());
    let model = OpenedModel::open(&folder).unwrap();
    let initial = Adapter::read(&folder.join("adapter")).unwrap();
    let number = |value: &Value| value.as_u64().unwrap() as usize;
    let row = |row: &Value| {
        let tokens = row["tokens"].as_array().unwrap().iter().map(|id| number(id) as u32).collect();
        Row { tokens, prompt: number(&row["prompt"]), shared: 0 }
    };
    let rows: Vec<Row> = reference["rows"].as_array().unwrap().iter().map(row).collect();
    let longest = rows.iter().map(|row| row.tokens.len()).max().unwrap();
    let rows = Rows { rows, longest, ..Rows::default() };
    let home = tempfile::tempdir().unwrap();
    let config = TrainConfig {
        packing: true,
        model_max_length: number(&reference["longest"]),
        ..config(&reference["settings"], Method::Lora, &home.path().join("packed"))
    };
    assert_eq!(config.sampling().units(&rows.rows), number(&reference["packs"]));
    train(&config, &model, &rows, None, Some(&initial), Start::Fresh, &Cancel::new(), &mut |_| ()).unwrap();
    check_history(&reference, &config.output_dir, "packed");
    // Whichever packs are drawn, a run that was stopped goes on with the others.
    let drawn = TrainConfig { train_sampling_strategy: SamplingStrategy::Random, output_dir: home.path().join("drawn"), ..config.clone() };
    train(&drawn, &model, &rows, None, Some(&initial), Start::Fresh, &Cancel::new(), &mut |_| ()).unwrap();
    let cut = TrainConfig { output_dir: home.path().join("cut"), ..drawn.clone() };
    let cancel = Cancel::new();
    let mut stop = |event| {
        if matches!(event, TrainEvent::Step { step: 3, .. }) {
            cancel.cancel();
        }
    };
    train(&cut, &model, &rows, None, Some(&initial), Start::Fresh, &cancel, &mut stop).unwrap();
    train(&cut, &model, &rows, None, Some(&initial), Start::Resume, &Cancel::new(), &mut |_| ()).unwrap();
    assert_eq!(result(&drawn.output_dir), result(&cut.output_dir));
}
