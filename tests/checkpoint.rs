//! Hugging Face folders: the same model as folder and as GGUF file gives the same logits; hostile folders are refused.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{DType, Tensor};
use serde_json::{Value, json};
use sqllama::compute::BlockType;
use sqllama::llm::checkpoint::Checkpoint;
use sqllama::llm::tokenizer::{Specials, Tokenizer};
use sqllama::llm::{DeviceChoice, Generate, KvType, Lane, LoadOptions, LocalModel, Model, OpenedModel, Phase, Prompt, Want};

use crate::tiny::{self, LLAMA, QWEN2, Shape};

/// Hugging Face Trainer's and PEFT's runs on a tiny model, where they are here.
pub(crate) fn reference() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/train-llama");
    if !folder.is_dir() {
        println!("skipped: {} is not here", folder.display());
        return None;
    }
    Some(folder)
}

/// Writes `shape`'s checkpoint as a Hugging Face folder, its tensors in `dtype`, in `shards` files.
pub(crate) fn write_folder(shape: &Shape, dtype: DType, shards: usize, folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let mut parts: Vec<HashMap<String, Tensor>> = vec![HashMap::new(); shards];
    for (at, (name, tensor)) in tiny::checkpoint(shape).into_iter().enumerate() {
        parts[at % shards].insert(name, tensor.to_dtype(dtype).unwrap());
    }
    let mut weight_map = serde_json::Map::new();
    for (at, part) in parts.iter().enumerate() {
        let file = if shards == 1 { "model.safetensors".to_owned() } else { format!("model-{:05}-of-{shards:05}.safetensors", at + 1) };
        candle_core::safetensors::save(part, folder.join(&file)).unwrap();
        weight_map.extend(part.keys().map(|name| (name.clone(), Value::from(file.clone()))));
    }
    if shards > 1 {
        write_json(&folder.join("model.safetensors.index.json"), &json!({ "metadata": {}, "weight_map": weight_map }));
    }
    write_json(&folder.join("config.json"), &config(shape));
    write_json(&folder.join("tokenizer.json"), &tokenizer());
    let template = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}\
                    {% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
    write_json(&folder.join("tokenizer_config.json"), &json!({ "eos_token": "<|im_end|>", "chat_template": template }));
    write_json(&folder.join("generation_config.json"), &json!({ "eos_token_id": [258, 256] }));
}

fn write_json(path: &Path, value: &Value) {
    std::fs::write(path, value.to_string()).unwrap();
}

fn config(shape: &Shape) -> Value {
    json!({
        "model_type": shape.arch, "hidden_size": shape.hidden, "intermediate_size": shape.feed_forward, "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads, "num_key_value_heads": shape.kv_heads, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "max_position_embeddings": 512, "vocab_size": shape.vocabulary, "tie_word_embeddings": false, "hidden_act": "silu",
    })
}

/// 256 bytes and three markers, no merges.
fn tokenizer() -> Value {
    let printable = |b: u32| (33..=126).contains(&b) || (161..=172).contains(&b) || (174..=255).contains(&b);
    let mut next = 256;
    let mut vocabulary = serde_json::Map::new();
    for b in 0..256u32 {
        let code = if printable(b) { b } else { next };
        next += u32::from(!printable(b));
        vocabulary.insert(char::from_u32(code).unwrap().to_string(), b.into());
    }
    let markers = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
    let added: Vec<Value> = (256..)
        .zip(markers)
        .map(|(id, content)| {
            json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
                   "special": true})
        })
        .collect();
    let byte_level = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added, "normalizer": null,
        "pre_tokenizer": byte_level, "post_processor": null, "decoder": byte_level,
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null,
                  "fuse_unk": false, "byte_fallback": false, "ignore_merges": false, "vocab": vocabulary, "merges": []},
    })
}

fn logits(model: &Model, tokens: &[u32]) -> Vec<f32> {
    let mut session = model.session();
    let out = model.forward(Phase::Prefill, &mut [Lane { session: &mut session, tokens, want: Want::All }]).unwrap();
    out[0].flatten_all().unwrap().to_vec1().unwrap()
}

#[track_caller]
fn check_close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "worst difference {worst}");
}

#[test]
fn a_folder_gives_the_logits_of_the_same_gguf_file() {
    let folder = tempfile::tempdir().unwrap();
    let tokens: Vec<u32> = (0..70).map(|i: u32| i.wrapping_mul(7919) % 259).collect();
    for shape in [&QWEN2, &LLAMA] {
        for (dtype, block) in [(DType::F32, BlockType::F32), (DType::F16, BlockType::F16), (DType::BF16, BlockType::BF16)] {
            let file = folder.path().join("same.gguf");
            tiny::write_gguf(shape, &tiny::checkpoint(shape), |_| block, &file);
            let expected = logits(&Model::open(&file).unwrap().0, &tokens);
            let mut hashes = Vec::new();
            for shards in [1, 3] {
                let hf = folder.path().join(format!("{}-{dtype:?}-{shards}", shape.arch));
                write_folder(shape, dtype, shards, &hf);
                let opened = OpenedModel::open(&hf).unwrap();
                // Norms and biases are f32 in the GGUF file and rounded in the folder.
                let tolerance = match dtype {
                    DType::F32 => 1e-3,
                    DType::F16 => 2e-2,
                    _ => 0.2,
                };
                check_close(&logits(&opened.model, &tokens), &expected, tolerance);
                assert_eq!(opened.tokenizer.end_ids(), [256, 258]);
                hashes.push(*opened.model.weights_hash());
            }
            assert_eq!(hashes[0], hashes[1], "the same weights, however they are cut");
        }
    }
}

#[test]
fn a_folder_answers() {
    let folder = tempfile::tempdir().unwrap();
    write_folder(&QWEN2, DType::F32, 1, folder.path());
    let options = LoadOptions {
        name: "tiny".into(),
        known_as: Vec::new(),
        sha256: None,
        context_length: 512,
        saved_sessions: None,
        drafting: true,
        kv_type: Some(KvType::F16),
        device: DeviceChoice::Cpu,
        gpu_layers: None,
    };
    let model = LocalModel::open(folder.path(), &options).unwrap();
    assert!(model.info().has_chat_template);
    assert_eq!(model.tokenize(&Prompt::Text("a b".into())).unwrap(), [97u32, 32, 98]);
}

/// As transformers 5.24 loads them: settings that are wrong about the head count for less than the tensors.
#[test]
fn a_head_of_its_own_is_not_tied() {
    let tokens = [5, 80, 17, 200];
    let found = |tied: Option<bool>, change: &dyn Fn(&mut HashMap<String, Tensor>)| {
        let folder = tempfile::tempdir().unwrap();
        write_folder(&LLAMA, DType::F32, 1, folder.path());
        let mut tensors: HashMap<String, Tensor> = tiny::checkpoint(&LLAMA).into_iter().collect();
        change(&mut tensors);
        candle_core::safetensors::save(&tensors, folder.path().join("model.safetensors")).unwrap();
        let mut settings = config(&LLAMA);
        settings["tie_word_embeddings"] = tied.into();
        write_json(&folder.path().join("config.json"), &settings);
        OpenedModel::open(folder.path()).map(|opened| logits(&opened.model, &tokens)).map_err(|error| error.to_string())
    };
    const HEAD: &str = "lm_head.weight";
    const EMBEDDING: &str = "model.embed_tokens.weight";
    let own = found(Some(false), &|_| ()).unwrap();
    assert_eq!(found(Some(true), &|_| ()).unwrap(), own);
    let alone = |tensors: &mut HashMap<String, Tensor>| drop(tensors.remove(HEAD));
    let same = |tensors: &mut HashMap<String, Tensor>| drop(tensors.insert(HEAD.into(), tensors[EMBEDDING].clone()));
    let only_head = |tensors: &mut HashMap<String, Tensor>| {
        let embedding = tensors.remove(EMBEDDING).unwrap();
        tensors.insert(HEAD.into(), embedding);
    };
    let tied = found(Some(true), &alone).unwrap();
    assert_ne!(tied, own);
    assert_eq!(found(Some(true), &same).unwrap(), tied);
    assert_eq!(found(Some(true), &only_head).unwrap(), tied);
    assert!(found(Some(false), &only_head).unwrap_err().contains("model.embed_tokens.weight"));
    assert!(found(Some(false), &alone).unwrap_err().contains("lm_head.weight"));
}

/// A model that was saved without its head has names without `model.`, and one within another has it twice.
#[test]
fn names_without_the_head_are_read() {
    let folder = tempfile::tempdir().unwrap();
    write_folder(&LLAMA, DType::F32, 1, folder.path());
    let tokens: Vec<u32> = (3..40).collect();
    let with_config = |tied: bool| {
        let mut config = config(&LLAMA);
        config["tie_word_embeddings"] = tied.into();
        write_json(&folder.path().join("config.json"), &config);
    };
    with_config(true);
    let save = |prefix: &str| {
        let renamed = |(name, tensor): (String, Tensor)| (format!("{prefix}{}", name.trim_start_matches("model.")), tensor);
        let tensors: HashMap<String, Tensor> =
            tiny::checkpoint(&LLAMA).into_iter().filter(|(name, _)| name != "lm_head.weight").map(renamed).collect();
        candle_core::safetensors::save(&tensors, folder.path().join("model.safetensors")).unwrap();
    };
    save("model.");
    let expected = logits(&OpenedModel::open(folder.path()).unwrap().model, &tokens);
    for prefix in ["", "model.model."] {
        save(prefix);
        assert_eq!(logits(&OpenedModel::open(folder.path()).unwrap().model, &tokens), expected, "{prefix}");
    }
    save("");
    with_config(false);
    assert!(OpenedModel::open(folder.path()).unwrap_err().to_string().contains("tensor `lm_head.weight` is missing"));
    save("base_model.model.model.");
    let error = OpenedModel::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("what PEFT wraps around a model") && error.hint().unwrap().contains("merge_and_unload"), "{error}");
}

#[test]
fn hostile_folders_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    #[track_caller]
    fn check(path: &Path, expected: &str) {
        let error = Checkpoint::open(path).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    check(path, "has no config.json");
    write_json(&path.join("config.json"), &config(&LLAMA));
    check(path, "has no model.safetensors");
    std::fs::write(path.join("consolidated.safetensors"), "x").unwrap();
    check(path, "consolidated.safetensors has its maker's own names");
    for (names, expected) in [
        (json!({"a": "../outside.safetensors"}), "is not a file of the folder"),
        (json!({"a": "/etc/passwd"}), "is not a file of the folder"),
        (json!({}), "names 0 files"),
        (json!({"a": 3}), "model.safetensors.index.json: "),
        (json!({"a": "gone.safetensors"}), "gone.safetensors"),
    ] {
        write_json(&path.join("model.safetensors.index.json"), &json!({ "weight_map": names }));
        check(path, expected);
    }
    let weights = path.join("model.safetensors");
    for bytes in [&b""[..], b"\xff\xff\xff\xff\xff\xff\xff\xff{}", b"\x02\0\0\0\0\0\0\0[]", b"\x00\0\0\0\x01\0\0\0{}"] {
        std::fs::write(&weights, bytes).unwrap();
        check(path, "is not a usable Hugging Face folder");
    }
    let header = json!({"a": {"dtype": "F32", "shape": [1u64 << 62, 8], "data_offsets": [0, 4]}}).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend([0; 4]);
    std::fs::write(&weights, &bytes).unwrap();
    check(path, "is not a usable Hugging Face folder");

    write_folder(&LLAMA, DType::F32, 1, path);
    let whole = std::fs::read(&weights).unwrap();
    std::fs::write(&weights, &whole[..whole.len() - 1]).unwrap();
    check(path, "is not a usable Hugging Face folder");
    std::fs::write(&weights, &whole).unwrap();
    let mut wider = config(&LLAMA);
    wider["intermediate_size"] = json!(97);
    write_json(&path.join("config.json"), &wider);
    let error = OpenedModel::open(path).unwrap_err().to_string();
    assert!(error.contains("model.layers.0.mlp.gate_proj.weight"), "{error}");
    write_json(&path.join("config.json"), &config(&LLAMA));
    let name = |of: &str| format!("tensor `{of}` is not supported");
    for (odd, shape) in [("lm_head.bias", 259), ("model.layers.7.input_layernorm.weight", 64), ("score.weight", 64)] {
        let mut tensors: HashMap<String, Tensor> = tiny::checkpoint(&LLAMA).into_iter().collect();
        tensors.insert(odd.into(), Tensor::zeros(shape, DType::F32, &candle_core::Device::Cpu).unwrap());
        candle_core::safetensors::save(&tensors, &weights).unwrap();
        check(path, &name(odd));
    }
    candle_core::safetensors::save(
        &HashMap::from([("model.layers.0.self_attn.o_proj.bias", Tensor::zeros(64, DType::F32, &candle_core::Device::Cpu).unwrap())]),
        &weights,
    )
    .unwrap();
    check(path, "tensor `model.layers.0.self_attn.o_proj.bias` is not supported");
}

#[test]
fn token_ids_are_the_trainers() {
    let Some(folder) = reference() else { return };
    let read = |name: &str| -> Value { serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap() };
    let tokenizer = Tokenizer::from_tokenizer_json(&folder.join("model/tokenizer.json")).unwrap();
    assert!(tokenizer.before().is_empty() && tokenizer.behind().is_empty());
    let (rows, tokens) = (read("data.json"), read("tokens.json"));
    for (row, expected) in rows.as_array().unwrap().iter().zip(tokens["rows"].as_array().unwrap()) {
        let prompt = sqllama::prompt::alpaca(row["instruction"].as_str().unwrap(), row["input"].as_str().unwrap());
        let mut ids = tokenizer.encode(&format!("{prompt}{}", row["output"].as_str().unwrap()), Specials::AsText).unwrap();
        ids.extend(tokenizer.eos());
        assert_eq!(json!(ids), expected["input_ids"]);
        assert_eq!(json!(tokenizer.encode(&prompt, Specials::AsText).unwrap().len()), expected["prompt_len"]);
    }
    OpenedModel::open(&folder.join("model")).unwrap();
}
