//! Families of models: what transformers, PEFT and torch compute with tiny checkpoints is what comes out here, from folders, from PyTorch files,
//! asked, with an adapter, on either road, and in training. `tests/scripts/family_fixtures.py` makes them and says how.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use sqllama::compute::{BlockType, Pool};
use sqllama::llm::adapter::LoraConfig;
use sqllama::llm::adapter::active::weave_rows;
use sqllama::llm::checkpoint::Checkpoint;
use sqllama::llm::gguf::write::{Tensor as GgufTensor, write};
use sqllama::llm::gguf::{Metadata, Value as GgufValue};
use sqllama::llm::names::{LayerPart, TensorName};
use sqllama::llm::{
    ActiveAdapter, Adapter, DeviceChoice, KvType, Lane, LlmError, Model, OpenedModel, Phase, Placement, Session, Want, placement,
};
use sqllama::train::device::Offload;
use sqllama::train::model::tensors::TensorState;
use sqllama::train::model::workspace::Workspace;
use sqllama::train::model::{Adaptation, Batch, Decoder, Gradients, Parameters, Row, StepScale};
use sqllama::train::optimizer::OptimizerType;

use crate::tensors::test_compute;

/// What logits may be off by where keys and values are remembered in f16.
pub(crate) const CACHE_OF_HALVES: f32 = 1e-2;

const FAMILIES: [&str; 18] = [
    "qwen3",
    "qwen3-bias-window",
    "llama-biases",
    "qwen2-window",
    "mistral-window",
    "smollm3",
    "smollm3-fourth",
    "ministral",
    "granite",
    "llama-yarn",
    "qwen3-longrope",
    "gemma",
    "gemma2",
    "gemma3",
    "gemma3-scaled",
    "phi3",
    "phi4-mini",
    "olmo2",
];

/// Those that are asked and not trained: experts, and norms that take the mean away.
const ASKED: [&str; 5] = ["mixtral", "mixtral-eight", "qwen3-moe", "qwen3-moe-dense", "starcoder2"];

/// What the fixtures' adapters were trained as.
fn lora(model: &Model) -> Adaptation {
    Adaptation::Lora(LoraConfig::new(3, 6.0).for_family(model.spec.family))
}

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/families").join(name)
}

pub(crate) fn expected(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder(name).join("expected.json")).unwrap()).unwrap()
}

pub(crate) fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

pub(crate) fn ids(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|number| number.as_u64().unwrap() as u32).collect()
}

pub(crate) fn read(model: &Model, session: &mut Session, phase: Phase, tokens: &[u32]) -> Vec<f32> {
    let out = model.forward(phase, &mut [Lane { session, tokens, want: Want::Last }]).unwrap();
    out[0].flatten_all().unwrap().to_vec1().unwrap()
}

#[track_caller]
pub(crate) fn check_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    println!("{what}: worst difference {worst:.1e}");
    assert!(worst < tolerance, "{what}: worst difference {worst}");
}

/// Logits behind the prompt, and 32 tokens, the likeliest each time.
#[track_caller]
pub(crate) fn check_writing(what: &str, model: &Model, expected: &Value) {
    let mut session = model.session();
    let mut logits = read(model, &mut session, Phase::Prefill, &ids(&expected["prompt"]));
    check_close(what, &logits, &numbers(&expected["logits"]), CACHE_OF_HALVES);
    let mut written = Vec::new();
    while written.len() < 32 {
        let best = (0u32..).zip(&logits).max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
        written.push(best);
        logits = read(model, &mut session, Phase::Decode, &[best]);
    }
    assert_eq!(written, ids(&expected["greedy"]), "{what}");
}

#[test]
fn families_write_what_transformers_writes() {
    for name in FAMILIES {
        let expected = expected(name);
        let model = OpenedModel::open(&folder(name)).unwrap().model;
        check_writing(name, &model, &expected);
        let adapter = Adapter::read(&folder(name).join("adapter")).unwrap();
        let active = Arc::new(ActiveAdapter::new(&adapter, &model).unwrap());
        let mut session = model.session_with(Some(active)).unwrap();
        let logits = read(&model, &mut session, Phase::Prefill, &ids(&expected["prompt"]));
        // Of the first Gemma, whose keys nothing norms, halves cost transformers' own logits 0.0158.
        check_close(&format!("{name} with an adapter"), &logits, &numbers(&expected["adapted"]), 2.0 * CACHE_OF_HALVES);
        // Nothing is rounded on the way where the cache is f32, which it is where nobody says otherwise and the weights are.
        let adapted = Arc::new(ActiveAdapter::new(&adapter, &model).unwrap());
        for (what, adapter) in [("logits", None), ("adapted", Some(adapted))] {
            let mut session = model.session_of(KvType::F32, adapter).unwrap();
            let logits = read(&model, &mut session, Phase::Prefill, &ids(&expected["prompt"]));
            check_close(&format!("{name} {what} with an f32 cache"), &logits, &numbers(&expected[what]), 1e-3);
        }
        // Training's own forward pass, which remembers in f32.
        let row = Row { tokens: ids(&expected["prompt"]), prompt: 1, shared: 0 };
        let (batch, pool) = (Batch::separate(&[&row]), Pool::new(1));
        for (what, adaptation) in [("logits", Adaptation::Full), ("adapted", lora(&model))] {
            let (decoder, mut parameters) = Decoder::new(&model, &adaptation, 0);
            if adaptation != Adaptation::Full {
                decoder.set_adapter(&mut parameters, &adapter).unwrap();
            }
            let found = decoder.logits(&mut Workspace::new(&pool), &parameters, &batch, &[row.tokens.len() - 1]);
            check_close(&format!("{name} {what} in f32"), &found, &numbers(&expected[what]), 1e-3);
        }
        let demand = placement::Demand::of(&model.weights, &model.spec, 64, KvType::F16);
        let portable: Placement = placement::choose(DeviceChoice::Portable, None, &demand).unwrap();
        let model = model.place(portable).unwrap();
        check_writing(&format!("{name}, portable"), &model, &expected);
    }
}

#[test]
fn families_that_are_not_trained_write_what_transformers_writes() {
    for name in ASKED {
        let expected = expected(name);
        let model = OpenedModel::open(&folder(name)).unwrap().model;
        check_writing(name, &model, &expected);
        let adapter = Adapter::read(&folder(name).join("adapter")).unwrap();
        let active = Arc::new(ActiveAdapter::new(&adapter, &model).unwrap());
        let mut session = model.session_with(Some(active)).unwrap();
        let logits = read(&model, &mut session, Phase::Prefill, &ids(&expected["prompt"]));
        check_close(&format!("{name} with an adapter"), &logits, &numbers(&expected["adapted"]), CACHE_OF_HALVES);
        let demand = placement::Demand::of(&model.weights, &model.spec, 64, KvType::F16);
        let portable: Placement = placement::choose(DeviceChoice::Portable, None, &demand).unwrap();
        check_writing(&format!("{name}, portable"), &model.place(portable).unwrap(), &expected);
    }
}

/// What a token gets from its experts does not depend on who else is read with it.
#[test]
fn experts_answer_each_token_alone() {
    let model = OpenedModel::open(&folder("qwen3-moe")).unwrap().model;
    let tokens = ids(&expected("qwen3-moe")["prompt"]);
    let whole = model.forward(Phase::Prefill, &mut [Lane { session: &mut model.session(), tokens: &tokens, want: Want::Last }]).unwrap();
    let mut session = model.session();
    let mut last = Vec::new();
    for part in tokens.chunks(7) {
        last = read(&model, &mut session, Phase::Prefill, part);
    }
    assert_eq!(whole[0].flatten_all().unwrap().to_vec1::<f32>().unwrap(), last);
}

#[test]
fn maps_that_experts_have_in_their_place_are_refused() {
    let adapter = Adapter::read(&folder("llama-biases").join("adapter")).unwrap();
    for asked in ["mixtral", "qwen3-moe", "starcoder2"] {
        let model = OpenedModel::open(&folder(asked)).unwrap().model;
        let error = ActiveAdapter::new(&adapter, &model).unwrap_err().to_string();
        assert!(error.contains("it adds to gate_proj, and the model has no such map"), "{asked}: {error}");
    }
}

#[test]
fn pytorch_files_hold_the_same_model() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path();
    for (from, names) in [
        ("llama-biases", &["config.json", "tokenizer.json"][..]),
        ("pytorch", &["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin", "pytorch_model.bin.index.json"]),
    ] {
        for name in names {
            std::fs::copy(folder(from).join(name), path.join(name)).unwrap();
        }
    }
    check_writing("pytorch", &OpenedModel::open(path).unwrap().model, &expected("llama-biases"));
    // An adapter of that form, too.
    std::fs::create_dir(path.join("adapter")).unwrap();
    std::fs::copy(folder("llama-biases").join("adapter/adapter_config.json"), path.join("adapter/adapter_config.json")).unwrap();
    std::fs::copy(folder("pytorch").join("adapter_model.bin"), path.join("adapter/adapter_model.bin")).unwrap();
    assert_eq!(Adapter::read(&path.join("adapter")).unwrap(), Adapter::read(&folder("llama-biases").join("adapter")).unwrap());
    // Whatever is cut off or changed, nothing panics.
    let file = path.join("pytorch_model-00002-of-00002.bin");
    let whole = std::fs::read(&file).unwrap();
    for length in (0..whole.len()).step_by(997) {
        std::fs::write(&file, &whole[..length]).unwrap();
        assert!(OpenedModel::open(path).is_err(), "{length}");
    }
    let mut state = 11u64;
    for _ in 0..200 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // The pickle and the directory: the numbers in between may be any.
            let at = (state >> 33) as usize % 6000;
            let at = if at < 3000 { at } else { bytes.len() - 6000 + at };
            bytes[at] = (state >> 20) as u8;
        }
        std::fs::write(&file, &bytes).unwrap();
        let _ = OpenedModel::open(path).map(|_| ());
    }
}

/// The same weights as llama.cpp's converter stores them: its names and keys, rows of q and k woven for Llama, those of their biases too, and
/// Gemma's norms with the 1 that they lack in a folder.
#[test]
fn gguf_files_hold_the_same_models() {
    let temporary = tempfile::tempdir().unwrap();
    for name in ["qwen3", "llama-biases", "granite", "llama-yarn", "gemma", "gemma2", "gemma3", "phi3", "phi4-mini", "olmo2"] {
        let path = temporary.path().join(format!("{name}.gguf"));
        write_gguf(name, &path);
        if let Ok(kept) = std::env::var("SQLLAMA_KEEP_FAMILIES") {
            std::fs::copy(&path, Path::new(&kept).join(format!("{name}.gguf"))).unwrap();
        }
        check_writing(&format!("{name} as GGUF"), &Model::open(&path).unwrap().0, &expected(name));
    }
}

pub(crate) fn write_gguf(name: &str, path: &Path) {
    let checkpoint = Checkpoint::open(&folder(name)).unwrap();
    let config: Value = serde_json::from_str(&std::fs::read_to_string(folder(name).join("config.json")).unwrap()).unwrap();
    let (spec, family) = (&checkpoint.config.spec, checkpoint.config.spec.family);
    let arch = checkpoint.config.model_type.trim_end_matches("_text");
    let woven = matches!(arch, "llama" | "granite");
    let mut data = Vec::new();
    for (tensor, file, place) in checkpoint.tensors() {
        let (shape, mut values) = file.read_f32(tensor).unwrap().unwrap();
        let tensor = TensorName::from_hugging_face(tensor, family).unwrap();
        let rotated = match tensor {
            TensorName::Layer { part: LayerPart::Weight(map) | LayerPart::Bias(map), .. } => map.rotated_heads(spec).is_some(),
            _ => false,
        };
        if tensor.gguf().contains("norm") {
            values.iter_mut().for_each(|value| *value += family.norm_offset());
        }
        let columns = if shape.len() == 1 { 1 } else { shape[1] };
        let values = if rotated && woven { weave_rows(&values, spec.head_dim, columns) } else { values };
        assert_eq!(place.shape, shape);
        data.push((tensor.gguf(), shape, values));
    }
    let mut metadata = Metadata::default();
    let mut put = |key: &str, value: GgufValue| metadata.0.insert(format!("{arch}.{key}"), value);
    for (key, value) in [
        ("block_count", spec.layers),
        ("context_length", config["max_position_embeddings"].as_u64().unwrap() as usize),
        ("embedding_length", spec.hidden),
        ("feed_forward_length", spec.feed_forward),
        ("attention.head_count", spec.heads),
        ("attention.head_count_kv", spec.kv_heads),
        ("attention.key_length", spec.head_dim),
        ("attention.value_length", spec.head_dim),
        ("rope.dimension_count", spec.rope_dim),
    ] {
        put(key, GgufValue::Unsigned(value as u64));
    }
    let mut floats = vec![("attention.layer_norm_rms_epsilon", spec.norm_eps), ("rope.freq_base", spec.rope_base)];
    let mut sizes = Vec::new();
    match name {
        "granite" => {
            floats.extend([("embedding_scale", spec.embedding_scale), ("residual_scale", spec.residual_scale)]);
            floats.extend([("attention.scale", spec.attention_scale), ("logit_scale", spec.logit_divisor)]);
        }
        "llama-yarn" => {
            put("rope.scaling.type", GgufValue::String("yarn".into()));
            floats.push(("rope.scaling.factor", 4.0));
            sizes.push(("rope.scaling.original_context_length", 64));
        }
        "gemma2" => {
            floats.extend([("attn_logit_softcapping", 3.0), ("final_logit_softcapping", 5.0)]);
            sizes.push(("attention.sliding_window", 6));
        }
        "gemma3" => sizes.extend([("attention.sliding_window", 6), ("attention.sliding_window_pattern", 3)]),
        "phi3" => sizes.push(("attention.sliding_window", 9)),
        "phi4-mini" => {
            floats.push(("rope.scaling.attn_factor", spec.rope_magnitude));
            sizes.push(("rope.scaling.original_context_length", 64));
            for (list, kind) in [("short_factor", "short"), ("long_factor", "long")] {
                let factors = numbers(&config["rope_parameters"][list]);
                data.push((format!("rope_factors_{kind}.weight"), vec![factors.len()], factors));
            }
        }
        _ => {}
    }
    sizes.into_iter().for_each(|(key, size)| drop(put(key, GgufValue::Unsigned(size))));
    floats.into_iter().for_each(|(key, value)| drop(put(key, GgufValue::Float(value.into()))));
    metadata.0.insert("general.architecture".into(), GgufValue::String(arch.into()));
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let data: Vec<_> = data.into_iter().map(|(name, shape, values)| (name, shape, bytes(&values))).collect();
    let tensors: Vec<GgufTensor<'_>> = data
        .iter()
        .map(|(name, shape, data)| GgufTensor { name: name.clone(), shape: shape.clone(), block: BlockType::F32, data })
        .collect();
    write(&metadata, &tensors, &mut std::fs::File::create(path).unwrap()).unwrap();
}

fn learned(expected: &Value) -> (Batch, usize) {
    let row = Row { tokens: ids(&expected["row"]), prompt: expected["learned_from"].as_u64().unwrap() as usize, shared: 0 };
    let count = row.tokens.len() - row.prompt;
    (Batch::separate(&[&row]), count)
}

/// Loss and gradients as torch has them: of each tensor the 2-norm, and the sum of its elements times `cos(index)`.
#[track_caller]
fn check_gradients(what: &str, parameters: &Parameters, gradients: &Gradients, loss: f64, expected: (&Value, &Value)) {
    let (expected_loss, all) = (expected.0.as_f64().unwrap(), expected.1.as_object().unwrap());
    assert!((loss - expected_loss).abs() < 1e-5 * expected_loss, "{what}: loss {loss}, expected {expected_loss}");
    assert_eq!(parameters.len(), all.len(), "{what}: {:?}", parameters.iter().map(|p| &p.name).collect::<Vec<_>>());
    for (parameter, gradient) in parameters.iter().zip(gradients.iter()) {
        let [norm, sum] = [0, 1].map(|at| all[&parameter.name][at].as_f64().unwrap());
        let found_norm = gradient.iter().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>().sqrt();
        let found_sum: f64 = gradient.iter().enumerate().map(|(at, &g)| f64::from(g) * (at as f64).cos()).sum();
        let tolerance = 1e-4 * norm + 1e-7;
        assert!((found_norm - norm).abs() < tolerance, "{what}: {} has norm {found_norm}, expected {norm}", parameter.name);
        assert!((found_sum - sum).abs() < tolerance, "{what}: {} sums up to {found_sum}, expected {sum}", parameter.name);
    }
}

#[test]
fn families_learn_what_torch_learns() {
    for name in FAMILIES {
        let expected = expected(name);
        let model = OpenedModel::open(&folder(name)).unwrap().model;
        let adapter = Adapter::read(&folder(name).join("adapter")).unwrap();
        let (batch, count) = learned(&expected);
        let step = StepScale { loss: 1.0 / count as f32, dropout_key: 0 };
        for (what, adaptation) in [("", Adaptation::Full), ("lora_", lora(&model))] {
            let (decoder, mut parameters) = Decoder::new(&model, &adaptation, 0);
            if adaptation != Adaptation::Full {
                decoder.set_adapter(&mut parameters, &adapter).unwrap();
            }
            let wanted = (&expected[format!("{what}loss")], &expected[format!("{what}gradients")]);
            for kept in [0, 2] {
                let pool = Pool::new(2);
                let mut gradients = Gradients::zeros(&parameters);
                let sum = decoder.loss(&mut Workspace::new(&pool), &parameters, &mut gradients, &batch, Some(step), 0.0, kept);
                check_gradients(&format!("{name} {what}"), &parameters, &gradients, sum / count as f64, wanted);
            }
            let mut state =
                TensorState::new(test_compute(), Offload::None, OptimizerType::AdamwTorch, &decoder, &parameters, None).unwrap();
            let mut gradients = Gradients::zeros(&parameters);
            let pool = Pool::new(1);
            let sum = state.loss(&pool, &decoder, &parameters, &mut gradients, &batch, Some(step), 0.0, 1).unwrap();
            let gradients = state.gradients(&parameters, &gradients).unwrap();
            check_gradients(&format!("{name} {what}over tensors"), &parameters, &gradients, sum / count as f64, wanted);
        }
    }
}

#[test]
fn what_a_family_does_not_have_is_refused() {
    let copy = |name: &str, change: &dyn Fn(&mut Value)| {
        let temporary = tempfile::tempdir().unwrap();
        for file in ["config.json", "tokenizer.json", "model.safetensors"] {
            std::fs::copy(folder(name).join(file), temporary.path().join(file)).unwrap();
        }
        let config = temporary.path().join("config.json");
        let mut json: Value = serde_json::from_str(&std::fs::read_to_string(&config).unwrap()).unwrap();
        change(&mut json);
        std::fs::write(&config, json.to_string()).unwrap();
        OpenedModel::open(temporary.path()).map(|_| ()).unwrap_err()
    };
    #[track_caller]
    fn check(error: &LlmError, expected: &str) {
        assert!(error.to_string().contains(expected) && error.hint().is_some(), "{error}");
    }
    check(&copy("llama-biases", &|json| json["mlp_bias"] = false.into()), "tensor `model.layers.0.mlp.down_proj.bias` is not supported");
    check(&copy("llama-biases", &|json| json["attention_bias"] = false.into()), "self_attn.k_proj.bias` is not supported");
    check(&copy("qwen3", &|json| json["attention_bias"] = true.into()), "tensor `model.layers.0.self_attn.q_proj.bias` is missing");
    check(&copy("qwen3", &|json| json["model_type"] = "qwen2".into()), "is not supported");
    check(
        &copy("qwen3", &|json| json["model_type"] = "qwen3_next".into()),
        "model type `qwen3_next` is not supported; the nearest that is: Qwen3",
    );
    let fewer = |json: &mut Value| json["num_local_experts"] = 4.into();
    check(&copy("mixtral", &fewer), "tensor `model.layers.0.block_sparse_moe.experts.4.w1.weight` is not supported");
    let used = |json: &mut Value| json["num_experts_per_tok"] = 6.into();
    assert!(copy("mixtral", &used).to_string().contains("these dimensions cannot be"));
    check(&copy("qwen2-window", &|json| json["model_type"] = "qwen3".into()), "is not supported");
}
