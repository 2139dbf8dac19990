//! Runs over the tiny checkpoints of families, against those of Hugging Face's Trainer and PEFT: `tests/scripts/trainer_families.py`.

use serde_json::json;
use sqllama::llm::adapter::Adapter;
use sqllama::llm::open::OpenedModel;
use sqllama::signal::Cancel;
use sqllama::train::config::Method;
use sqllama::train::{Start, TrainConfig};

use super::hugging_face::{check_history, config};
use super::{rows, test_arithmetic, train_on};
use crate::families::folder;

#[test]
fn runs_of_families_agree_with_hugging_face() {
    let expected: serde_json::Value = serde_json::from_str(include_str!("families.json")).unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data.json");
    std::fs::write(&data, expected["data"].to_string()).unwrap();
    for (name, histories) in expected["families"].as_object().unwrap() {
        let model = OpenedModel::open(&folder(name)).unwrap();
        let rows = rows(&model, &data, 512);
        for (ours, theirs) in rows.rows.iter().zip(expected["rows"].as_array().unwrap()) {
            assert_eq!((json!(ours.tokens), json!(ours.prompt)), (theirs["input_ids"].clone(), theirs["prompt_len"].clone()), "{name}");
        }
        for (what, method) in [("full", Method::Full), ("lora", Method::Lora)] {
            let output = temporary.path().join(format!("{name}-{what}"));
            let config = TrainConfig { share_prefix: false, ..config(&expected["settings"], method, &output) };
            let initial = (method == Method::Lora).then(|| Adapter::read(&folder(name).join("adapter")).unwrap());
            train_on(test_arithmetic(), &config, &model, &rows, None, initial.as_ref(), Start::Fresh, &Cancel::new(), &mut |_| ()).unwrap();
            check_history(&json!({ "history": histories[what] }), &output, &format!("{name} {what}"));
        }
    }
}
