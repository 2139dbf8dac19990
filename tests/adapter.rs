//! Adapters: PEFT's logits, both row orders, sessions that carry them, what is refused, merging.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use candle_core::DType;
use serde_json::Value;
use sqllama::compute::BlockType;
use sqllama::llm::adapter::card::{BaseCard, hex};
use sqllama::llm::adapter::{AdapterCard, Lora, LoraConfig};
use sqllama::llm::checkpoint::Checkpoint;
use sqllama::llm::merge::merge;
use sqllama::llm::names::Projection;
use sqllama::llm::{ActiveAdapter, Adapter, Lane, Model, OpenedModel, Phase, Session, Want};

use crate::checkpoint::{reference, write_folder};
use crate::tiny::{self, LLAMA, QWEN2, Shape};

fn logits(model: &Model, mut session: Session, tokens: &[u32]) -> Vec<f32> {
    let out = model.forward(Phase::Prefill, &mut [Lane { session: &mut session, tokens, want: Want::All }]).unwrap();
    out[0].flatten_all().unwrap().to_vec1().unwrap()
}

fn with(model: &Model, adapter: &Adapter) -> Session {
    model.session_with(Some(Arc::new(ActiveAdapter::new(adapter, model).unwrap()))).unwrap()
}

fn worst(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// An adapter for `model` with fixed pseudo-random values on every map.
pub(crate) fn random_adapter(model: &Model, rank: usize) -> Adapter {
    let mut state = 7u64;
    let mut random = |count: usize| -> Vec<f32> {
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                ((state >> 40) as f32 / (1 << 23) as f32 - 1.0) * 0.1
            })
            .collect()
    };
    let mut loras = BTreeMap::new();
    for layer in 0..model.spec.layers {
        for projection in Projection::ALL {
            let (rows, columns) = projection.shape(&model.spec);
            loras.insert((layer, projection), Lora { rank, a: random(rank * columns), b: random(rows * rank) });
        }
    }
    Adapter {
        config: LoraConfig::new(rank, 2.0 * rank as f64),
        card: None,
        loras,
        fused: Default::default(),
        changes: Default::default(),
        ends: Default::default(),
    }
}

fn tokens(shape: &Shape) -> Vec<u32> {
    (0..40).map(|i: u32| i.wrapping_mul(7919) % shape.vocabulary as u32).collect()
}

/// The reference: `PeftModel.from_pretrained(model, "lora_trained")(input_ids=rows[row]).logits[0, -1]`.
#[test]
fn logits_with_a_trained_adapter_are_pefts() {
    let Some(folder) = reference() else { return };
    let read = |name: &str| -> Value { serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap() };
    let (expected, rows) = (read("lora_logits.json"), read("tokens.json"));
    let numbers = |value: &Value| -> Vec<f32> { value.as_array().unwrap().iter().map(|n| n.as_f64().unwrap() as f32).collect() };
    let row = expected["row"].as_u64().unwrap() as usize;
    let ids: Vec<u32> = numbers(&rows["rows"][row]["input_ids"]).into_iter().map(|id| id as u32).collect();
    let model = OpenedModel::open(&folder.join("model")).unwrap().model;
    let adapter = Adapter::read(&folder.join("lora_trained")).unwrap();
    assert_eq!((adapter.loras.len(), adapter.config.scale(0, Projection::Query.path(), adapter.config.r)), (14, 2.0));
    let found = logits(&model, with(&model, &adapter), &ids);
    let worst = worst(&found[found.len() - model.vocabulary()..], &numbers(&expected["last_position_logits"]));
    println!("worst difference {worst}");
    assert!(worst < 5e-4, "worst difference {worst}");
}

#[test]
fn both_row_orders_give_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.gguf");
    for shape in [&QWEN2, &LLAMA] {
        tiny::write_gguf(shape, &tiny::checkpoint(shape), |_| BlockType::F32, &file);
        let gguf = Model::open(&file).unwrap().0;
        let hf = folder.path().join(shape.arch);
        write_folder(shape, DType::F32, 1, &hf);
        let hf = OpenedModel::open(&hf).unwrap().model;
        let adapter = random_adapter(&hf, 3);
        let tokens = tokens(shape);
        let (a, b) = (logits(&gguf, with(&gguf, &adapter), &tokens), logits(&hf, with(&hf, &adapter), &tokens));
        assert!(worst(&a, &b) < 2e-3, "{}: {}", shape.arch, worst(&a, &b));
        assert!(worst(&a, &logits(&gguf, gguf.session(), &tokens)) > 0.05, "it changes something");
    }
}

#[test]
fn a_merged_model_answers_as_base_and_adapter() {
    let folder = tempfile::tempdir().unwrap();
    let (base, merged) = (folder.path().join("base"), folder.path().join("merged"));
    write_folder(&LLAMA, DType::F32, 2, &base);
    let opened = OpenedModel::open(&base).unwrap();
    let adapter = random_adapter(&opened.model, 4);
    merge(&base, &adapter, &merged).unwrap();
    let tokens = tokens(&LLAMA);
    let whole = OpenedModel::open(&merged).unwrap().model;
    let (a, b) = (logits(&whole, whole.session(), &tokens), logits(&opened.model, with(&opened.model, &adapter), &tokens));
    assert!(worst(&a, &b) < 2e-3, "{}", worst(&a, &b));
    assert!(merged.join("tokenizer.json").is_file() && !merged.join("model.safetensors.index.json").exists());
    assert!(merge(&base, &adapter, &merged).unwrap_err().to_string().contains("merged"), "nothing is written over");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    check_product(&base, &merged, &adapter);
}

/// Every merged weight is `W + scale * B * A`, rounded once.
fn check_product(base: &Path, merged: &Path, adapter: &Adapter) {
    let (base, merged) = (Checkpoint::open(base).unwrap(), Checkpoint::open(merged).unwrap());
    let name = "model.layers.1.mlp.down_proj.weight";
    let read = |checkpoint: &Checkpoint| checkpoint.shards.iter().find_map(|shard| shard.read_f32(name).unwrap()).unwrap().1;
    let (before, after) = (read(&base), read(&merged));
    let lora = &adapter.loras[&(1, Projection::Down)];
    let columns = lora.a.len() / lora.rank;
    for (at, (before, after)) in before.iter().zip(&after).enumerate() {
        let (row, column) = (at / columns, at % columns);
        let product: f64 = (0..lora.rank).map(|j| f64::from(lora.b[row * lora.rank + j]) * f64::from(lora.a[j * columns + column])).sum();
        assert!((f64::from(*after) - (f64::from(*before) + 2.0 * product)).abs() < 1e-6);
    }
}

#[test]
fn sessions_with_and_without_read_side_by_side_as_alone() {
    let model = Model::open(&tiny::fixture(&QWEN2)).unwrap().0;
    let (first, second) = (random_adapter(&model, 2), random_adapter(&model, 5));
    let tokens = tokens(&QWEN2);
    let alone: Vec<Vec<f32>> = [model.session(), with(&model, &first), with(&model, &second)]
        .into_iter()
        .map(|session| logits(&model, session, &tokens))
        .collect();
    let (mut a, mut b, mut c) = (model.session(), with(&model, &first), with(&model, &second));
    let mut lanes = [
        Lane { session: &mut b, tokens: &tokens, want: Want::All },
        Lane { session: &mut a, tokens: &tokens, want: Want::All },
        Lane { session: &mut c, tokens: &tokens, want: Want::At(&[3, 39]) },
    ];
    let out = model.forward(Phase::Prefill, &mut lanes).unwrap();
    let flat = |at: usize| -> Vec<f32> { out[at].flatten_all().unwrap().to_vec1().unwrap() };
    assert!(flat(0) == alone[1] && flat(1) == alone[0], "bit for bit");
    let vocabulary = model.vocabulary();
    assert!(flat(2) == [&alone[2][3 * vocabulary..4 * vocabulary], &alone[2][39 * vocabulary..]].concat());
}

#[test]
fn a_saved_session_belongs_to_its_adapter() {
    let model = Model::open(&tiny::fixture(&QWEN2)).unwrap().0;
    let (first, mut second) = (random_adapter(&model, 2), random_adapter(&model, 2));
    second.config.lora_alpha *= 2.0;
    let mut session = with(&model, &first);
    model.forward(Phase::Prefill, &mut [Lane { session: &mut session, tokens: &[1, 2, 3], want: Want::None }]).unwrap();
    let mut saved = Vec::new();
    session.save(&mut saved).unwrap();
    let active = |adapter: &Adapter| Some(Arc::new(ActiveAdapter::new(adapter, &model).unwrap()));
    assert!(model.load_session_with(active(&first), 10, &mut saved.as_slice()).is_ok());
    assert!(model.load_session_with(active(&second), 10, &mut saved.as_slice()).is_err(), "another scale");
    assert!(model.load_session(10, &mut saved.as_slice()).is_err());
}

#[test]
fn another_base_is_refused() {
    let qwen2 = Model::open(&tiny::fixture(&QWEN2)).unwrap().0;
    let llama = Model::open(&tiny::fixture(&LLAMA)).unwrap().0;
    let mut adapter = random_adapter(&qwen2, 2);
    let error = |adapter: &Adapter| ActiveAdapter::new(adapter, &llama).map(|_| ()).unwrap_err().to_string();
    assert!(error(&adapter).contains("q_proj of layer 0 is [256, 256], and the model's is [64, 64]"), "{}", error(&adapter));
    adapter.card = Some(AdapterCard {
        format: AdapterCard::FORMAT,
        prompt: "chat".into(),
        schema_text: 1,
        base: BaseCard { name: "tiny-qwen2".into(), weights_sha256: hex(qwen2.weights_hash()) },
    });
    assert!(error(&adapter).starts_with("the adapter was trained on tiny-qwen2 (weights "), "{}", error(&adapter));
    ActiveAdapter::new(&adapter, &qwen2).unwrap();
    let active = Arc::new(ActiveAdapter::new(&adapter, &qwen2).unwrap());
    assert!(llama.session_with(Some(active)).is_err());
}
