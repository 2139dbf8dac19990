//! Tiny models with random weights, made by the project: as candle tensors under Hugging Face's names, and as GGUF files.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use sqllama::compute::BlockType;
use sqllama::llm::gguf::write::{self, write};
use sqllama::llm::gguf::{Metadata, Value};
use sqllama::llm::{Draws, Generate, GenerateRequest, Generation, Sampling};
use sqllama::signal::Cancel;

pub(crate) struct Shape {
    pub(crate) arch: &'static str,
    pub(crate) hidden: usize,
    pub(crate) feed_forward: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    pub(crate) kv_heads: usize,
    pub(crate) vocabulary: usize,
}

/// 256 bytes and three markers.
pub(crate) const QWEN2: Shape = Shape { arch: "qwen2", hidden: 256, feed_forward: 512, layers: 2, heads: 4, kv_heads: 2, vocabulary: 259 };
/// Three markers and 256 bytes.
pub(crate) const LLAMA: Shape = Shape { arch: "llama", hidden: 64, feed_forward: 96, layers: 3, heads: 4, kv_heads: 2, vocabulary: 259 };

pub(crate) type Checkpoint = BTreeMap<String, Tensor>;

/// A continuation of the request's prompt for each of `samplings`.
pub(crate) fn many(model: &mut dyn Generate, request: &GenerateRequest, samplings: &[Sampling]) -> Vec<Generation> {
    model.generate_many(request, &[Draws { prompt: &request.prompt, samplings }], &Cancel::new(), &mut |_| ()).unwrap()
}

/// Weights under Hugging Face's names, from a fixed seed.
pub(crate) fn checkpoint(shape: &Shape) -> Checkpoint {
    let mut state = 0x1234_5678_9abc_def0u64;
    let mut random = |dims: &[usize], scale: f32, centre: f32| {
        let values: Vec<f32> = (0..dims.iter().product())
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                centre + scale * ((state >> 40) as f32 / (1 << 23) as f32 - 1.0)
            })
            .collect();
        Tensor::from_vec(values, dims, &Device::Cpu).unwrap()
    };
    let kv = shape.hidden / shape.heads * shape.kv_heads;
    let wide = 1.7 / (shape.hidden as f32).sqrt();
    let mut out = Checkpoint::new();
    out.insert("model.embed_tokens.weight".into(), random(&[shape.vocabulary, shape.hidden], 1.0, 0.0));
    out.insert("lm_head.weight".into(), random(&[shape.vocabulary, shape.hidden], 2.0 * wide, 0.0));
    out.insert("model.norm.weight".into(), random(&[shape.hidden], 0.3, 1.0));
    for layer in 0..shape.layers {
        let mut put = |name: &str, dims: &[usize], scale: f32, centre: f32| {
            out.insert(format!("model.layers.{layer}.{name}"), random(dims, scale, centre));
        };
        put("input_layernorm.weight", &[shape.hidden], 0.3, 1.0);
        put("post_attention_layernorm.weight", &[shape.hidden], 0.3, 1.0);
        for (name, rows) in [("q", shape.hidden), ("k", kv), ("v", kv)] {
            put(&format!("self_attn.{name}_proj.weight"), &[rows, shape.hidden], wide, 0.0);
            if shape.arch == "qwen2" {
                put(&format!("self_attn.{name}_proj.bias"), &[rows], 0.5, 0.0);
            }
        }
        put("self_attn.o_proj.weight", &[shape.hidden, shape.hidden], wide, 0.0);
        put("mlp.gate_proj.weight", &[shape.feed_forward, shape.hidden], wide, 0.0);
        put("mlp.up_proj.weight", &[shape.feed_forward, shape.hidden], wide, 0.0);
        put("mlp.down_proj.weight", &[shape.hidden, shape.feed_forward], wide, 0.0);
    }
    out
}

/// llama.cpp's name of a Hugging Face tensor (its `tensor_mapping.py`).
fn gguf_name(name: &str) -> String {
    let top: HashMap<&str, &str> = HashMap::from([
        ("model.embed_tokens.weight", "token_embd.weight"),
        ("lm_head.weight", "output.weight"),
        ("model.norm.weight", "output_norm.weight"),
    ]);
    if let Some(name) = top.get(name) {
        return (*name).into();
    }
    let rest = name.strip_prefix("model.layers.").unwrap();
    let (layer, rest) = rest.split_once('.').unwrap();
    let mut rest = rest.to_owned();
    for (from, to) in [
        ("input_layernorm", "attn_norm"),
        ("post_attention_layernorm", "ffn_norm"),
        ("self_attn.o_proj", "attn_output"),
        ("self_attn.", "attn_"),
        ("mlp.", "ffn_"),
        ("_proj", ""),
    ] {
        rest = rest.replace(from, to);
    }
    format!("blk.{layer}.{rest}")
}

/// Rows of q or k as llama.cpp stores them for Llama: the halves of each head woven into pairs (`LlamaModel.permute` of its converter).
fn weave(tensor: &Tensor, heads: usize) -> Tensor {
    let (rows, columns) = tensor.dims2().unwrap();
    tensor.reshape((heads, 2, rows / heads / 2, columns)).unwrap().transpose(1, 2).unwrap().reshape((rows, columns)).unwrap()
}

/// Writes the checkpoint as a GGUF file; `block` picks the type of each matrix by its llama.cpp name.
pub(crate) fn write_gguf(shape: &Shape, checkpoint: &Checkpoint, block: impl Fn(&str) -> BlockType, path: &Path) {
    let mut data = Vec::new();
    for (name, tensor) in checkpoint {
        let gguf = gguf_name(name);
        let tensor = match (shape.arch, name) {
            ("llama", name) if name.contains("q_proj") => weave(tensor, shape.heads),
            ("llama", name) if name.contains("k_proj") => weave(tensor, shape.kv_heads),
            _ => tensor.clone(),
        };
        let block = if tensor.rank() == 1 { BlockType::F32 } else { block(&gguf) };
        let bytes = QTensor::quantize(&tensor, candle_type(block)).unwrap().data().unwrap().into_owned();
        data.push((gguf, tensor.dims().to_vec(), block, bytes));
    }
    let tensors: Vec<_> = data
        .iter()
        .map(|(name, shape, block, data)| write::Tensor { name: name.clone(), shape: shape.clone(), block: *block, data })
        .collect();
    let mut file = Vec::new();
    write(&metadata(shape), &tensors, &mut file).unwrap();
    std::fs::write(path, file).unwrap();
}

fn candle_type(block: BlockType) -> GgmlDType {
    match block {
        BlockType::F32 => GgmlDType::F32,
        BlockType::F16 => GgmlDType::F16,
        BlockType::BF16 => GgmlDType::BF16,
        _ => sqllama::llm::resident::candle_type(block).unwrap(),
    }
}

fn metadata(shape: &Shape) -> Metadata {
    let mut out = Metadata::default();
    let mut put = |key: &str, value: Value| {
        out.0.insert(key.into(), value);
    };
    let arch = shape.arch;
    put("general.architecture", Value::String(arch.into()));
    put("general.name", Value::String(format!("tiny {arch} with random weights")));
    for (key, n) in [
        ("block_count", shape.layers),
        ("context_length", 512),
        ("embedding_length", shape.hidden),
        ("feed_forward_length", shape.feed_forward),
        ("attention.head_count", shape.heads),
        ("attention.head_count_kv", shape.kv_heads),
    ] {
        put(&format!("{arch}.{key}"), Value::Unsigned(n as u64));
    }
    put(&format!("{arch}.attention.layer_norm_rms_epsilon"), Value::Float(1e-5));
    put(&format!("{arch}.rope.freq_base"), Value::Float(10_000.0));
    if arch == "qwen2" {
        // GPT-2's letters for the bytes: printable ones stand for themselves, the others for code points from 256 on.
        let printable = |b: u32| (33..=126).contains(&b) || (161..=172).contains(&b) || (174..=255).contains(&b);
        let mut next = 256;
        let mut tokens: Vec<String> = (0..256u32)
            .map(|b| {
                let code = if printable(b) { b } else { next };
                next += u32::from(!printable(b));
                char::from_u32(code).unwrap().to_string()
            })
            .collect();
        tokens.extend(["<|endoftext|>", "<|im_start|>", "<|im_end|>"].map(String::from));
        put("tokenizer.ggml.model", Value::String("gpt2".into()));
        put("tokenizer.ggml.pre", Value::String("qwen2".into()));
        put("tokenizer.ggml.tokens", Value::Strings(tokens));
        put("tokenizer.ggml.token_type", Value::Integers((0..259).map(|i| if i < 256 { 1 } else { 3 }).collect()));
        put("tokenizer.ggml.merges", Value::Strings(Vec::new()));
        put("tokenizer.ggml.bos_token_id", Value::Unsigned(256));
        put("tokenizer.ggml.eos_token_id", Value::Unsigned(258));
        put(
            "tokenizer.chat_template",
            Value::String(
                "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}\
                 {% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
                    .into(),
            ),
        );
    } else {
        let markers = ["<unk>", "<s>", "</s>"].map(String::from);
        let tokens = markers.into_iter().chain((0..256).map(|b| format!("<0x{b:02X}>"))).collect();
        put("tokenizer.ggml.model", Value::String("llama".into()));
        put("tokenizer.ggml.tokens", Value::Strings(tokens));
        put("tokenizer.ggml.scores", Value::Floats(vec![0.0; 259]));
        put("tokenizer.ggml.token_type", Value::Integers((0..259).map(|i| [2, 3, 3, 6][i.min(3)]).collect()));
    }
    out
}

/// The stored fixture of `shape`: every type of block that real files mix.
pub(crate) fn fixture(shape: &Shape) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("tiny-{}.gguf", shape.arch))
}

fn fixture_block(name: &str, wide: bool) -> BlockType {
    let part = name.trim_end_matches(".weight").rsplit('.').next().unwrap();
    match (part, wide) {
        ("token_embd", true) => BlockType::Q8_0,
        ("output" | "attn_v", true) => BlockType::Q6K,
        ("ffn_down", true) => BlockType::Q5K,
        ("attn_k", true) => BlockType::Q5_0,
        (_, true) => BlockType::Q4K,
        ("token_embd" | "output", false) => BlockType::F16,
        ("attn_q", false) => BlockType::Q8_0,
        ("attn_k", false) => BlockType::Q5_1,
        ("attn_v", false) => BlockType::BF16,
        ("ffn_down", false) => BlockType::Q4_1,
        (_, false) => BlockType::Q4_0,
    }
}

/// The fixtures are what this file makes. `SQLLAMA_MAKE_FIXTURES=1 cargo test fixtures_are` writes them anew.
#[test]
fn fixtures_are_made_by_this_file() {
    let folder = tempfile::tempdir().unwrap();
    for shape in [&QWEN2, &LLAMA] {
        let made = folder.path().join("made.gguf");
        write_gguf(shape, &checkpoint(shape), |name| fixture_block(name, shape.hidden == 256), &made);
        if std::env::var_os("SQLLAMA_MAKE_FIXTURES").is_some() {
            std::fs::copy(&made, fixture(shape)).unwrap();
        }
        assert!(std::fs::read(&made).unwrap() == std::fs::read(fixture(shape)).unwrap(), "{} differs", shape.arch);
        assert!(std::fs::metadata(&made).unwrap().len() < 2 << 20);
    }
}
