//! Models as GGUF files of our own: what the folder computes, the file computes; types by llama.cpp's rules; nothing half-made; adapters both ways.

use std::path::{Path, PathBuf};

use candle_core::DType;
use sqllama::compute::BlockType;
use sqllama::llm::convert::{ConvertEvent, FileType, Importance, Plan, write};
use sqllama::llm::gguf::{GgufFile, Metadata, Value};
use sqllama::llm::tokenizer::Specials;
use sqllama::llm::{Adapter, Lane, LlmError, Model, OpenedModel, Phase, Want};
use sqllama::signal::Cancel;

use crate::checkpoint::write_folder;
use crate::families::{check_writing, expected, folder};
use crate::home::Home;
use crate::tiny::{LLAMA, QWEN2};

fn convert(from: &Path, kind: FileType, out: &Path) -> Result<GgufFile, LlmError> {
    write(&Plan::of_folder(from, kind, None, None)?, out, false, None, &Cancel::new(), &mut |_| ())?;
    GgufFile::open(out)
}

fn logits(model: &Model, tokens: &[u32]) -> Vec<f32> {
    let mut session = model.session();
    let out = model.forward(Phase::Prefill, &mut [Lane { session: &mut session, tokens, want: Want::All }]).unwrap();
    out[0].flatten_all().unwrap().to_vec1().unwrap()
}

fn worst(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Families that GGUF can say. `tests/peers/llama_cpp_reads_ours.py` asks llama.cpp.
const CONVERTED: [&str; 19] = [
    "qwen3",
    "qwen3-bias-window",
    "llama-biases",
    "qwen2-window",
    "mistral-window",
    "ministral",
    "granite",
    "llama-yarn",
    "smollm3-fourth",
    "gemma",
    "gemma2",
    "gemma3",
    "phi3",
    "phi4-mini",
    "olmo2",
    "mixtral",
    "mixtral-eight",
    "qwen3-moe",
    "starcoder2",
];

/// Files that a folder holds.
fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn families_write_the_same_as_gguf() {
    let temporary = tempfile::tempdir().unwrap();
    // What a file cannot say: llama.cpp goes without rotary embedding in each fourth layer, tells a Gemma's windows by an interval, and
    // reads LongRoPE's divisors in other families.
    for (name, expected) in [
        ("smollm3", "model in GGUF `layers without rotary embedding, other than each fourth` is not supported"),
        ("qwen3-moe-dense", "model in GGUF `experts whose shares do not add up to 1, or not in every layer` is not supported"),
        ("gemma3-scaled", "layers in GGUF `with windows in no regular order` is not supported"),
        ("qwen3-longrope", "rope scaling in GGUF `longrope` is not supported"),
    ] {
        let error = convert(&folder(name), FileType::F32, &temporary.path().join("no.gguf")).unwrap_err().to_string();
        assert_eq!(error, expected);
    }
    for name in CONVERTED {
        let out = temporary.path().join(format!("{name}.gguf"));
        let file = match convert(&folder(name), FileType::F32, &out) {
            Ok(file) => file,
            Err(error) => panic!("{name}: {error}"),
        };
        let opened = OpenedModel::open(&out).unwrap();
        // A window that llama.cpp does not know ends the context instead.
        let prompt = expected(name)["prompt"].as_array().unwrap().len() + 32;
        if opened.model.spec.context_length >= prompt {
            check_writing(name, &opened.model, &expected(name));
        }
        let of_folder = OpenedModel::open(&folder(name)).unwrap();
        let text = "SELECT name FROM \"t\" -- it's 42\n\n Zürich";
        assert_eq!(
            opened.tokenizer.encode_prompt(text, Specials::AsText).unwrap(),
            of_folder.tokenizer.encode_prompt(text, Specials::AsText).unwrap(),
            "{name}"
        );
        assert_eq!(opened.tokenizer.end_ids(), of_folder.tokenizer.end_ids(), "{name}");
        assert_eq!((opened.tokenizer.bos(), opened.tokenizer.eos()), (of_folder.tokenizer.bos(), of_folder.tokenizer.eos()), "{name}");
        let tokens = file.metadata.strings("tokenizer.ggml.tokens").unwrap().len();
        assert_eq!(tokens, opened.model.vocabulary(), "llama.cpp wants as many tokens as rows");
    }
    assert_eq!(count(temporary.path()), CONVERTED.len());
}

/// A window shortens the context, and what lies inside is the same.
#[test]
fn a_window_ends_the_context() {
    let temporary = tempfile::tempdir().unwrap();
    let out = temporary.path().join("m.gguf");
    let plan = Plan::of_folder(&folder("mistral-window"), FileType::F32, None, None).unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("attention looks back")), "{:?}", plan.notes);
    write(&plan, &out, false, None, &Cancel::new(), &mut |_| ()).unwrap();
    let (own, of_folder) = (OpenedModel::open(&out).unwrap().model, OpenedModel::open(&folder("mistral-window")).unwrap().model);
    let tokens: Vec<u32> = (0..own.spec.context_length as u32).collect();
    assert!(
        own.spec.context_length == of_folder.spec.sliding_window.unwrap()
            && worst(&logits(&own, &tokens), &logits(&of_folder, &tokens)) < 1e-3
    );
}

/// What llama.cpp reads of a family besides what all have.
#[test]
fn families_have_the_keys_of_llama_cpp() {
    let temporary = tempfile::tempdir().unwrap();
    let number = Value::Unsigned;
    for (name, keys, tensors) in [
        (
            "gemma2",
            vec![("gemma2.attention.sliding_window", number(6)), ("gemma2.attn_logit_softcapping", Value::Float(3.0))],
            vec!["post_ffw_norm"],
        ),
        (
            "gemma3",
            vec![
                ("gemma3.attention.sliding_window", number(6)),
                ("gemma3.attention.sliding_window_pattern", number(3)),
                ("gemma3.rope.freq_base_swa", Value::Float(10_000.0)),
            ],
            vec!["post_attention_norm", "attn_q_norm"],
        ),
        ("phi3", vec![("phi3.attention.sliding_window", number(9))], vec!["attn_qkv", "ffn_up"]),
        (
            "phi4-mini",
            vec![
                ("phi3.context_length", number(256)),
                ("phi3.rope.scaling.original_context_length", number(64)),
                ("phi3.rope.dimension_count", number(12)),
                ("phi3.attention.sliding_window", number(0)),
            ],
            vec!["attn_qkv"],
        ),
        ("olmo2", vec![], vec!["post_attention_norm", "post_ffw_norm", "attn_k_norm"]),
        ("mixtral", vec![("llama.expert_count", number(5)), ("llama.expert_used_count", number(2))], vec!["ffn_gate_inp", "ffn_down_exps"]),
        (
            "qwen3-moe",
            vec![("qwen3moe.expert_feed_forward_length", number(16)), ("qwen3moe.feed_forward_length", number(48))],
            vec!["ffn_gate_inp", "ffn_gate_exps", "attn_q_norm"],
        ),
    ] {
        let file = convert(&folder(name), FileType::F32, &temporary.path().join(format!("{name}.gguf"))).unwrap();
        for (key, value) in keys {
            assert_eq!(file.metadata.get(key), Some(&value), "{name} {key}");
        }
        for tensor in tensors {
            assert!(file.tensors.contains_key(&format!("blk.1.{tensor}.weight")), "{name} {tensor}");
        }
        let lists = ["rope_factors_long.weight", "rope_factors_short.weight"].map(|list| file.tensors.contains_key(list));
        assert_eq!(lists, [name == "phi4-mini"; 2], "{name}");
        // It reads no head of its own in OLMo 2 that is not there, and none at all in Gemma 2.
        let heads = ["phi3", "olmo2", "mixtral", "qwen3-moe"];
        assert_eq!(file.tensors.contains_key("output.weight"), heads.contains(&name), "{name}");
    }
}

#[test]
fn every_type_is_written_read_back_and_near() {
    let temporary = tempfile::tempdir().unwrap();
    let from = temporary.path().join("model");
    write_folder(&QWEN2, DType::F32, 2, &from);
    let exact = OpenedModel::open(&from).unwrap();
    let tokens: Vec<u32> = (0..24).map(|i| i * 7 % 256).collect();
    let plain = logits(&exact.model, &tokens);
    let size = (plain.iter().map(|x| x * x).sum::<f32>() / plain.len() as f32).sqrt();
    let mut before = 0.0;
    for kind in
        [FileType::F32, FileType::F16, FileType::Q8_0, FileType::Q6K, FileType::Q5KM, FileType::Q4KM, FileType::Iq4Xs, FileType::Q4_0]
    {
        let out = temporary.path().join(format!("{}.gguf", kind.name()));
        let file = convert(&from, kind, &out).unwrap();
        assert_eq!(file.metadata.unsigned("general.file_type"), Some(kind.number()));
        for (name, tensor) in &file.tensors {
            let expected = if tensor.shape.len() == 1 { BlockType::F32 } else { kind.usual() };
            let more = tensor.block().unwrap() != expected;
            assert!(!more || ["output.", "attn_v.", "ffn_down."].iter().any(|part| name.contains(part)), "{name} of {kind:?}");
        }
        let opened = OpenedModel::open(&out).unwrap();
        let difference: Vec<f32> = logits(&opened.model, &tokens).iter().zip(&plain).map(|(a, b)| a - b).collect();
        let error = (difference.iter().map(|x| x * x).sum::<f32>() / difference.len() as f32).sqrt() / size;
        println!("{}: logits differ by {error:.4} of their size", kind.name());
        let most = match kind {
            FileType::F32 | FileType::F16 => 2e-3,
            FileType::Q8_0 => 0.03,
            FileType::Q6K => 0.06,
            FileType::Q5KM => 0.12,
            _ => 0.3,
        };
        assert!(error < most && error >= before * 0.3, "{kind:?}: {error}");
        before = error;
        assert_eq!(opened.template.unwrap().render(&[], true).is_ok(), exact.template.as_ref().unwrap().render(&[], true).is_ok());
    }
    // From a file it is the same as from the folder.
    let f32s = temporary.path().join("F32.gguf");
    for kind in [FileType::Q4KM, FileType::Q8_0] {
        let out = temporary.path().join("again.gguf");
        write(&Plan::of_gguf(&f32s, kind, false, None).unwrap(), &out, true, None, &Cancel::new(), &mut |_| ()).unwrap();
        let (again, first) =
            (GgufFile::open(&out).unwrap(), GgufFile::open(&temporary.path().join(format!("{}.gguf", kind.name()))).unwrap());
        for (name, tensor) in &first.tensors {
            let bytes = |file: &GgufFile| file.map_of(tensor)[file.tensor(name).unwrap().1].to_vec();
            assert!(bytes(&again) == bytes(&first), "{name} of {kind:?}");
        }
        assert_eq!(again.metadata, first.metadata);
    }
}

#[test]
fn what_cannot_be_written_is_said_and_nothing_is_left() {
    let temporary = tempfile::tempdir().unwrap();
    let from = temporary.path().join("model");
    write_folder(&LLAMA, DType::F32, 1, &from);
    let out = temporary.path().join("m.gguf");
    let plan = Plan::of_folder(&from, FileType::Q8_0, None, None).unwrap();
    let full = write(&plan, &out, false, Some(1000), &Cancel::new(), &mut |_| ()).unwrap_err();
    assert!(matches!(full, LlmError::NoSpace { free: 1000, .. }), "{full}");
    let cancel = Cancel::new();
    let stopped = write(&plan, &out, false, None, &cancel.clone(), &mut |event| {
        if matches!(event, ConvertEvent::Progress { .. }) {
            cancel.cancel();
        }
    });
    assert!(matches!(stopped.unwrap_err(), LlmError::Stopped(_)));
    assert_eq!(count(temporary.path()), 1);
    write(&plan, &out, false, None, &Cancel::new(), &mut |_| ()).unwrap();
    let exists = write(&plan, &out, false, None, &Cancel::new(), &mut |_| ()).unwrap_err();
    assert!(matches!(exists, LlmError::Exists { .. }), "{exists}");
    write(&plan, &out, true, None, &Cancel::new(), &mut |_| ()).unwrap();
    let twice = temporary.path().join("q4.gguf");
    write(&Plan::of_gguf(&out, FileType::Q4_0, false, None).unwrap(), &twice, false, None, &Cancel::new(), &mut |_| ()).unwrap();
    let error = Plan::of_gguf(&twice, FileType::Q8_0, false, None).err().unwrap().to_string();
    assert!(error.contains("is quantised already (its weights are q4_0)"), "{error}");
    assert_eq!(Plan::of_gguf(&twice, FileType::Q8_0, true, None).unwrap().notes.len(), 1);
    let nowhere = write(&plan, &temporary.path().join("no/such/m.gguf"), false, None, &Cancel::new(), &mut |_| ()).unwrap_err();
    assert!(matches!(nowhere, LlmError::Write { .. }), "{nowhere}");
}

/// Changes one value of the folder's only file of weights.
fn set_first_value(file: &Path, name: &str, value: f32) {
    let mut bytes = std::fs::read(file).unwrap();
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let json: serde_json::Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
    let at = 8 + header + json[name]["data_offsets"][0].as_u64().unwrap() as usize;
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn weights_that_a_type_cannot_hold_are_named() {
    #[track_caller]
    fn check(value: f32, kind: FileType, expected: &str) {
        let temporary = tempfile::tempdir().unwrap();
        let from = temporary.path().join("model");
        write_folder(&LLAMA, DType::F32, 1, &from);
        set_first_value(&from.join("model.safetensors"), "model.layers.1.mlp.up_proj.weight", value);
        let error = convert(&from, kind, &temporary.path().join("m.gguf")).unwrap_err().to_string();
        assert_eq!(error, expected);
        assert_eq!(count(temporary.path()), 1);
    }
    for kind in [FileType::F32, FileType::F16, FileType::Q4_0] {
        for value in [f32::NAN, f32::INFINITY] {
            check(value, kind, "`blk.1.ffn_up.weight` holds a number that is not finite (NaN or infinity)");
        }
    }
    check(70_000.0, FileType::F16, "`blk.1.ffn_up.weight` holds a number that is too large for half precision (f16)");
}

fn adapted(model: &Model, adapter: &Adapter, tokens: &[u32]) -> Vec<f32> {
    let active = sqllama::llm::ActiveAdapter::new(adapter, model).unwrap();
    let mut session = model.session_with(Some(std::sync::Arc::new(active))).unwrap();
    let out = model.forward(Phase::Prefill, &mut [Lane { session: &mut session, tokens, want: Want::All }]).unwrap();
    out[0].flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn adapters_go_to_gguf_and_come_back() {
    let temporary = tempfile::tempdir().unwrap();
    let tokens: Vec<u32> = (3..11).collect();
    for name in ["qwen3", "llama-biases", "granite", "smollm3", "gemma3", "phi3", "olmo2"] {
        let base = OpenedModel::open(&folder(name)).unwrap().model;
        let mut adapter = Adapter::read(&folder(name).join("adapter")).unwrap();
        // Another factor than alpha by rank, as a file for llama.cpp cannot say it.
        adapter.config.use_rslora = name == "granite";
        let out = temporary.path().join(format!("{name}.gguf"));
        adapter.write_gguf(&base.spec, &out).unwrap();
        let back = Adapter::read_gguf(&out, &base.spec).unwrap();
        let (ours, theirs) = (adapted(&base, &back, &tokens), adapted(&base, &adapter, &tokens));
        assert!(worst(&ours, &theirs) < 1e-5 && worst(&ours, &logits(&base, &tokens)) > 1e-3, "{name}");
        if name != "granite" {
            assert_eq!((back.loras, back.fused), (adapter.loras, adapter.fused), "{name}");
        }
        let other = OpenedModel::open(&folder(if name == "qwen3" { "granite" } else { "qwen3" })).unwrap().model;
        let error = Adapter::read_gguf(&out, &other.spec).unwrap_err().to_string();
        assert!(error.contains("belongs to a model of the architecture"), "{error}");
    }
}

/// An adapter merged on the way is what `adapters merge` writes, converted.
#[test]
fn an_adapter_is_merged_on_the_way() {
    for name in ["llama-biases", "phi3", "gemma3"] {
        let temporary = tempfile::tempdir().unwrap();
        let adapter = Adapter::read(&folder(name).join("adapter")).unwrap();
        let plan = Plan::of_folder(&folder(name), FileType::F32, Some(&adapter), None).unwrap();
        let at_once = temporary.path().join("once.gguf");
        write(&plan, &at_once, false, None, &Cancel::new(), &mut |_| ()).unwrap();
        let merged = temporary.path().join("merged");
        sqllama::llm::merge::merge(&folder(name), &adapter, &merged).unwrap();
        let in_turn = convert(&merged, FileType::F32, &temporary.path().join("turn.gguf")).unwrap();
        let at_once = GgufFile::open(&at_once).unwrap();
        for (tensor_name, tensor) in &in_turn.tensors {
            let (_, range) = at_once.tensor(tensor_name).unwrap();
            let same = at_once.map_of(tensor)[range.clone()] == in_turn.map_of(tensor)[in_turn.tensor(tensor_name).unwrap().1];
            assert!(same, "{tensor_name} of {name}");
        }
    }
}

fn metadata_of(path: &Path) -> Metadata {
    GgufFile::open(path).unwrap().metadata
}

#[test]
fn the_command_line_converts_and_quantises() {
    let home = Home::new();
    let from: PathBuf = home.path().join("my-model");
    write_folder(&QWEN2, DType::BF16, 2, &from);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let at = |name: &str| text(&home.path().join(name));
    // A file of the weights stands for its folder.
    let shard = text(&from.join("model-00001-of-00002.safetensors"));
    home.check(&["models", "convert", &shard, "--type", "bf16", "--out", &at("b.gguf")], 0, &at("b.gguf"), "BF16: ");
    assert_eq!(metadata_of(&home.path().join("b.gguf")).string("general.name"), Some("my-model"));
    home.check(&["models", "quantize", &at("b.gguf"), "--type", "q4_k_m", "--out", &at("q.gguf")], 0, &at("q.gguf"), "reading back");
    assert_eq!(metadata_of(&home.path().join("q.gguf")).get("general.file_type"), Some(&Value::Unsigned(15)));
    home.check(&["models", "quantise", &text(&from), "--type", "IQ4_XS", "-o", &at("i.gguf")], 0, &at("i.gguf"), "");
    home.check(&["models", "quantize", &at("b.gguf"), "--out", &at("q.gguf")], 5, "", "exists already");
    home.check(&["models", "quantize", &at("b.gguf"), "--out", &at("b.gguf"), "--force"], 5, "", "exists already");
    home.check(&["models", "quantize", &at("q.gguf"), "--out", &at("r.gguf"), "--type", "q8_0"], 5, "", "is quantised already");
    home.check(&["models", "convert", &at("b.gguf")], 2, "", "is a GGUF file already");
    home.check(&["models", "convert", &at("nothing")], 2, "", "is not there");
    home.check(&["models", "convert", &text(home.path())], 5, "", "is a folder with the GGUF file");
    std::fs::write(home.path().join("lonely.safetensors"), b"x").unwrap();
    home.check(&["models", "convert", &at("lonely.safetensors")], 2, "", "no config.json lies beside it");
    // Adapters, there and back.
    let adapter = text(&folder("qwen3").join("adapter"));
    let base = text(&folder("qwen3"));
    home.check(&["adapters", "export", &adapter, &at("a.gguf")], 2, "", "--base MODEL");
    home.check(&["adapters", "export", &adapter, &at("a.gguf"), "--base", &base], 0, &at("a.gguf"), "");
    home.check(&["adapters", "import", &at("a.gguf"), "--base", &base, "--name", "mine"], 0, "", "stored as mine");
    home.check(&["adapters", "show", "mine"], 0, "rank", "");
    home.check(&["adapters", "merge", "mine", "--base", &base, "--gguf", "--out", &at("m.gguf")], 0, &at("m.gguf"), "F16: ");
    home.check(&["models", "convert", &base, "--adapter", "mine", "--type", "f32", "--out", &at("n.gguf")], 0, &at("n.gguf"), "F32: ");
}

/// What the model reads says which columns matter; the file says it again, and quantising keeps those columns nearer.
#[test]
fn importance_is_measured_written_and_heeded() {
    let temporary = tempfile::tempdir().unwrap();
    let from = temporary.path().join("model");
    write_folder(&QWEN2, DType::F32, 1, &from);
    let opened = OpenedModel::open(&from).unwrap();
    let text = "SELECT name, price FROM products WHERE price > 12 ORDER BY name;\n".repeat(12);
    let mut told = Vec::new();
    let measured = Importance::measure(&opened, &text, &Cancel::new(), &mut |done, total| told.push((done, total))).unwrap();
    // Seven maps a layer.
    assert_eq!((measured.len(), told.last().copied()), (14, Some((text.len(), text.len()))));
    let file = temporary.path().join("i.gguf");
    measured.write(&file, "text").unwrap();
    assert_eq!(Importance::read(&file).unwrap(), measured);
    let error = Importance::measure(&opened, "short", &Cancel::new(), &mut |_, _| ()).unwrap_err().to_string();
    assert!(error.contains("the text has 5 tokens"), "{error}");
    let tokens: Vec<u32> = text.bytes().take(64).map(u32::from).collect();
    let plain = logits(&opened.model, &tokens);
    let error = |importance: Option<Importance>, name: &str| {
        let out = temporary.path().join(name);
        write(&Plan::of_folder(&from, FileType::Q4KM, None, importance).unwrap(), &out, false, None, &Cancel::new(), &mut |_| ()).unwrap();
        let found = logits(&OpenedModel::open(&out).unwrap().model, &tokens);
        found.iter().zip(&plain).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
    };
    let (without, with) = (error(None, "a.gguf"), error(Some(measured.clone()), "b.gguf"));
    println!("error of logits: {without:.3} without, {with:.3} with importance");
    assert!(with < without, "{with} with importance, {without} without");
    let other = temporary.path().join("other");
    write_folder(&LLAMA, DType::F32, 1, &other);
    let plan = Plan::of_folder(&other, FileType::Q4_0, None, Some(measured)).unwrap();
    let error = write(&plan, &temporary.path().join("c.gguf"), false, None, &Cancel::new(), &mut |_| ()).unwrap_err().to_string();
    assert!(error.contains("it has 256 columns of `blk.0.attn_q.weight`, and the model 64"), "{error}");
}
