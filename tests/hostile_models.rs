//! Model files that are sound GGUF and make no sound model: an error with its reason when they are opened, never a panic. Each is the
//! tiny fixture with something changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqllama::compute::BlockType;
use sqllama::llm::gguf::write::{Tensor, write};
use sqllama::llm::gguf::{GgufFile, Metadata, Value};
use sqllama::llm::{
    DeviceChoice, Generate, GenerateRequest, Generation, KvType, LlmError, LoadOptions, LocalModel, Message, Prompt, Purpose, Repetition,
    Role, Sampling, Shared,
};
use sqllama::signal::Cancel;

use crate::tiny::{self, LLAMA, QWEN2, Shape};

/// A model file taken apart.
struct Parts {
    arch: &'static str,
    metadata: Metadata,
    tensors: BTreeMap<String, (Vec<usize>, BlockType, Vec<u8>)>,
}

impl Parts {
    fn of(shape: &Shape) -> Self {
        let file = GgufFile::open(&tiny::fixture(shape)).unwrap();
        let tensors = file
            .tensors
            .keys()
            .map(|name| {
                let (info, range) = file.tensor(name).unwrap();
                (name.clone(), (info.shape.clone(), info.block().unwrap(), file.map_of(info)[range].to_vec()))
            })
            .collect();
        Self { arch: shape.arch, metadata: file.metadata, tensors }
    }

    /// Sets a key of the architecture, or of the tokenizer where `key` says so; `None` removes it.
    fn with(mut self, key: &str, value: Option<Value>) -> Self {
        let key =
            if key.starts_with("tokenizer.") || key.starts_with("general.") { key.to_owned() } else { format!("{}.{key}", self.arch) };
        match value {
            Some(value) => self.metadata.0.insert(key, value),
            None => self.metadata.0.remove(&key),
        };
        self
    }

    fn floats(mut self, name: &str, shape: &[usize], value: f32) -> Self {
        let bytes = value.to_le_bytes().repeat(shape.iter().product());
        self.tensors.insert(name.into(), (shape.to_vec(), BlockType::F32, bytes));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.tensors.remove(name).unwrap();
        self
    }

    fn open(&self) -> Result<LocalModel, LlmError> {
        let tensors: Vec<Tensor<'_>> = self
            .tensors
            .iter()
            .map(|(name, (shape, block, data))| Tensor { name: name.clone(), shape: shape.clone(), block: *block, data })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        write(&self.metadata, &tensors, &mut std::fs::File::create(&path).unwrap()).unwrap();
        LocalModel::open(
            &path,
            &LoadOptions {
                name: "hostile".into(),
                known_as: Vec::new(),
                sha256: None,
                context_length: 64,
                saved_sessions: None,
                drafting: true,
                kv_type: Some(KvType::F16),
                device: DeviceChoice::Cpu,
                gpu_layers: None,
            },
        )
    }
}

fn generate(model: &mut LocalModel, prompt: Prompt) -> Result<Generation, LlmError> {
    let sampling = Sampling { temperature: 0.8, ..Sampling::default() };
    for sampling in [Sampling::default(), sampling] {
        let request = GenerateRequest {
            prompt: prompt.clone(),
            shared: Shared::Nothing,
            max_tokens: 3,
            stop: Vec::new(),
            sampling,
            logprobs: 2,
            likely: Arc::default(),
            constraint: None,
            purpose: Purpose::Answer,
            repetition: Repetition::Kept,
        };
        model.generate(&request, &Cancel::new(), &mut |_| ())?;
    }
    let request = GenerateRequest {
        prompt,
        shared: Shared::Nothing,
        max_tokens: 3,
        stop: Vec::new(),
        sampling: Sampling::default(),
        logprobs: 0,
        likely: Arc::default(),
        constraint: None,
        purpose: Purpose::Answer,
        repetition: Repetition::Kept,
    };
    model.generate(&request, &Cancel::new(), &mut |_| ())
}

#[track_caller]
fn check_refused(parts: Parts, expected: &str) {
    let error = parts.open().err().ok_or(format!("opened; expected: {expected}")).unwrap();
    assert!(error.to_string().contains(expected), "{error}");
    assert!(error.hint().is_some(), "{error}");
}

/// Opens, and whatever it then writes, it does not panic.
#[track_caller]
fn check_opens(parts: &Parts) -> Result<Generation, LlmError> {
    generate(&mut parts.open().unwrap(), Prompt::Text("select".into()))
}

fn number(n: u64) -> Option<Value> {
    Some(Value::Unsigned(n))
}

#[test]
fn dimensions_that_cannot_be_are_refused() {
    for shape in [&LLAMA, &QWEN2] {
        assert_eq!(check_opens(&Parts::of(shape)).unwrap().tokens.len(), 3);
        for key in ["block_count", "embedding_length", "feed_forward_length", "attention.head_count", "context_length"] {
            for n in [0, 1 << 21, u64::from(u32::MAX), u64::MAX] {
                check_refused(Parts::of(shape).with(key, number(n)), &format!("{key}` is {n}"));
            }
            check_refused(Parts::of(shape).with(key, Some(Value::String("4".into()))), "is not a non-negative integer");
            check_refused(Parts::of(shape).with(key, Some(Value::Signed(-1))), "is not a non-negative integer");
        }
        for key in ["attention.head_count_kv", "attention.key_length", "rope.dimension_count", "attention.sliding_window"] {
            check_refused(Parts::of(shape).with(key, Some(Value::Integers(vec![2, 2]))), &format!("{key}` is not a non-negative integer"));
        }
        check_refused(Parts::of(shape).with("rope.freq_base", Some(Value::Bool(true))), "rope.freq_base` is not a number");
        check_refused(Parts::of(shape).with("rope.scaling.type", number(1)), "rope.scaling.type` is not text");
        for key in ["block_count", "embedding_length", "feed_forward_length", "attention.head_count", "attention.layer_norm_rms_epsilon"] {
            check_refused(Parts::of(shape).with(key, None), &format!("{key}` is missing"));
        }
        for (key, n) in [
            ("attention.head_count", 3),
            ("attention.head_count", 1 << 20),
            ("attention.head_count_kv", 0),
            ("attention.head_count_kv", 3),
            ("attention.head_count_kv", 8),
            ("attention.head_count_kv", u64::MAX),
            ("attention.key_length", 0),
            ("attention.key_length", 7),
            ("attention.key_length", 1 << 40),
            ("attention.key_length", u64::MAX),
            ("rope.dimension_count", 0),
            ("rope.dimension_count", 7),
            ("rope.dimension_count", 1 << 30),
            ("block_count", 1025),
        ] {
            check_refused(Parts::of(shape).with(key, number(n)), "these dimensions cannot be");
        }
        for (key, values) in [
            ("attention.layer_norm_rms_epsilon", &[f64::NAN, f64::INFINITY, -1e-5, 2.0] as &[f64]),
            ("rope.freq_base", &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0, 1e-40, 1e300]),
        ] {
            for value in values {
                check_refused(Parts::of(shape).with(key, Some(Value::Float(*value))), "these dimensions cannot be");
            }
        }
        for factor in [f64::NAN, 0.0, -1.0, 1e-30, 1e30] {
            let scaled = Parts::of(shape).with("rope.scaling.type", Some(Value::String("linear".into())));
            check_refused(scaled.with("rope.scaling.factor", Some(Value::Float(factor))), "these dimensions cannot be");
        }
        for (kind, expected) in [("mrope", "rope scaling `mrope` is not supported"), ("yarn", "rope.scaling.factor` is missing")] {
            check_refused(Parts::of(shape).with("rope.scaling.type", Some(Value::String(kind.into()))), expected);
        }
        let yarn = Parts::of(shape).with("rope.scaling.type", Some(Value::String("yarn".into())));
        check_refused(yarn.with("rope.scaling.factor", Some(Value::Float(f64::NAN))), "these rope scaling factors cannot be");
        // A Llama with experts is a Mixtral, which has to say how many of them a token goes to.
        let experts = if shape.arch == "llama" { "expert_used_count` is missing" } else { "with experts" };
        check_refused(Parts::of(shape).with("expert_count", number(8)), experts);
        for name in ["mamba", "", "LLAMA", "llama4"] {
            let error = format!("architecture `{name}` is not supported");
            check_refused(Parts::of(shape).with("general.architecture", Some(Value::String(name.into()))), &error);
        }
        check_refused(Parts::of(shape).with("general.architecture", None), "`general.architecture` is missing");
    }
}

#[test]
fn tensors_that_do_not_fit_the_dimensions_are_refused() {
    let llama = || Parts::of(&LLAMA);
    check_refused(llama().with("block_count", number(4)), "tensor `blk.3.");
    check_refused(llama().with("block_count", number(1000)), "is missing");
    check_refused(llama().with("embedding_length", number(32)), "expected [259, 32]");
    check_refused(llama().with("feed_forward_length", number(64)), "has shape [96, 64], expected [64, 64]");
    check_refused(llama().with("attention.head_count_kv", number(4)), "tensor `blk.0.attn_k.weight` has shape [32, 64], expected [64, 64]");
    check_refused(llama().with("attention.key_length", number(32)), "tensor `blk.0.attn_q.weight` has shape");
    for name in ["token_embd.weight", "output_norm.weight", "blk.0.attn_norm.weight", "blk.1.ffn_down.weight", "blk.2.attn_v.weight"] {
        check_refused(llama().without(name), &format!("tensor `{name}` is missing"));
        for shape in [&[1usize] as &[usize], &[64, 1], &[1, 64], &[2, 2, 2], &[1, 1, 1, 64]] {
            check_refused(llama().floats(name, shape, 0.5), "has shape");
        }
    }
    check_refused(llama().floats("output.weight", &[260, 64], 0.5), "tensor `output.weight` has shape [260, 64], expected [259, 64]");
    check_refused(llama().floats("rope_freqs.weight", &[64], 1.0), "tensor `rope_freqs.weight` has shape");
    check_refused(llama().floats("blk.0.attn_q.bias", &[64], 1.0), "tensor `blk.0.attn_k.bias` is missing");
    // Fewer rows than the tokenizer has tokens: the first rare word would end a generation.
    let embedding = || llama().floats("token_embd.weight", &[100, 64], 0.5).floats("output.weight", &[100, 64], 0.5);
    check_refused(embedding(), "its tokenizer has 259 tokens and its embedding 100 rows");
    check_opens(&llama().floats("token_embd.weight", &[300, 64], 0.5).floats("output.weight", &[300, 64], 0.5)).unwrap();
}

#[test]
fn weights_that_are_no_numbers_do_not_panic() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE, 0.0] {
        for (name, shape) in [
            ("token_embd.weight", &[259usize, 64] as &[usize]),
            ("output.weight", &[259, 64]),
            ("output_norm.weight", &[64]),
            ("blk.1.attn_q.weight", &[64, 64]),
            ("blk.1.ffn_down.weight", &[64, 96]),
            ("rope_freqs.weight", &[8]),
        ] {
            let parts = Parts::of(&LLAMA).floats(name, shape, value);
            if value.is_finite() || name == "rope_freqs.weight" {
                // An error is fine, an answer too: with such weights neither means anything.
                let _ = parts.open().map(|mut model| generate(&mut model, Prompt::Text("select".into())));
            } else {
                check_refused(parts, "holds a number that is not finite (NaN or infinity)");
            }
        }
    }
    for shape in [&LLAMA, &QWEN2] {
        let mut parts = Parts::of(shape);
        for (_, block, bytes) in parts.tensors.values_mut() {
            if *block != BlockType::F32 {
                bytes.fill(0xff); // f16 scales become NaN
            }
        }
        check_refused(parts, "holds a number that is not finite");
        // llama.cpp passes it over in these families.
        for window in [1, 2] {
            check_refused(Parts::of(shape).with("attention.sliding_window", number(window)), "attention.sliding_window");
        }
        check_opens(&Parts::of(shape).with("attention.sliding_window", number(u64::MAX))).unwrap();
        check_opens(&Parts::of(shape).with("attention.layer_norm_rms_epsilon", Some(Value::Float(0.0)))).unwrap();
        let error = check_opens(&Parts::of(shape).with("context_length", number(1))).unwrap_err();
        assert!(error.to_string().contains("the context holds 1"), "{error}");
    }
}

/// What a file says and nobody would read is refused by name; what changes nothing is passed over.
#[test]
fn every_key_and_every_tensor_is_accounted_for() {
    let float = |x: f64| Some(Value::Float(x));
    for shape in [&LLAMA, &QWEN2] {
        let head = (shape.hidden / shape.heads) as u64;
        for (key, value) in [
            ("attention.scale", float(0.5)),
            ("logit_scale", float(0.25)),
            ("embedding_scale", float(12.0)),
            ("residual_scale", float(0.22)),
            ("rope.scaling.yarn_ext_factor", float(0.5)),
            ("rope.freq_base_swa", float(1e4)),
            ("attention.value_length", number(head + 2)),
            ("attention.clamp_kqv", float(8.0)),
            ("attention.causal", Some(Value::Bool(false))),
            ("use_parallel_residual", Some(Value::Bool(true))),
            ("nextn_predict_layers", number(1)),
            ("something.new", number(1)),
            ("attention.sliding_window_pattern", Some(Value::Bools(vec![true, false]))),
        ] {
            check_refused(Parts::of(shape).with(key, value), &format!("key `{}.{key}", shape.arch));
        }
        let default = 1.0 / (head as f64).sqrt();
        for (key, value) in [
            ("attention.scale", float(f64::from(default as f32))),
            ("logit_scale", float(1.0)),
            ("attention.value_length", number(head)),
            ("attention.causal", Some(Value::Bool(true))),
            ("vocab_size", number(259)),
            ("tensor_data_layout", Some(Value::String("Meta AI original pth".into()))),
            ("rope.scaling.finetuned", Some(Value::Bool(false))),
            ("general.quantization_version", number(2)),
            ("general.type", Some(Value::String("model".into()))),
        ] {
            check_opens(&Parts::of(shape).with(key, value)).unwrap();
        }
        for (kind, what) in
            [("adapter", "is an adapter as GGUF"), ("mmproj", "reads pictures"), ("imatrix", "importance matrix"), ("new", "kind `new`")]
        {
            check_refused(Parts::of(shape).with("general.type", Some(Value::String(kind.into()))), what);
        }
        let mut empty = Parts::of(shape);
        empty.tensors.clear();
        check_refused(empty, "without weights, of a vocabulary alone");
        let hidden = shape.hidden;
        for (name, dims) in [
            ("blk.0.attn_q_norm.weight", vec![head as usize]),
            ("blk.0.attn_output.scale", vec![1]),
            ("blk.0.post_attention_norm.weight", vec![hidden]),
            ("blk.9.attn_norm.weight", vec![hidden]),
            ("output.bias", vec![259]),
            ("rope_factors_long.weight", vec![head as usize / 2]),
            ("token_types.weight", vec![2, hidden]),
            ("v.blk.0.attn_q.weight", vec![hidden, hidden]),
        ] {
            check_refused(Parts::of(shape).floats(name, &dims, 0.5), &format!("tensor `{name}` is not supported"));
        }
        check_opens(&Parts::of(shape).floats("blk.0.attn_rot_embd.weight", &[head as usize / 2], 0.5)).unwrap();
    }
    check_refused(Parts::of(&QWEN2).floats("blk.0.ffn_down.bias", &[256], 0.5), "tensor `blk.0.ffn_down.bias` is not supported");
    for (name, width) in [("attn_output", 64), ("ffn_gate", 96), ("ffn_up", 96), ("ffn_down", 64)] {
        let name = format!("blk.1.{name}.bias");
        let text = |value: f32| check_opens(&Parts::of(&LLAMA).floats(&name, &[width], value)).unwrap().tokens;
        assert_ne!(text(0.0), text(3.0), "{name} is added");
        check_refused(Parts::of(&LLAMA).floats(&name, &[width + 1], 0.0), &format!("tensor `{name}` has shape"));
    }
    // A factor without a type is linear, as in llama.cpp, under its old name too.
    let scaled = |key: &str, kind: Option<&str>| {
        let parts = Parts::of(&LLAMA).with(key, float(4.0));
        let parts = parts.with("rope.scaling.type", kind.map(|kind| Value::String(kind.into())));
        check_opens(&parts).unwrap().tokens
    };
    let plain = check_opens(&Parts::of(&LLAMA)).unwrap().tokens;
    let linear = scaled("rope.scaling.factor", Some("linear"));
    assert_ne!(linear, plain);
    assert_eq!((scaled("rope.scaling.factor", None), scaled("rope.scale_linear", None)), (linear.clone(), linear));
    assert_eq!(scaled("rope.scaling.factor", Some("none")), plain);
}

/// Dimensions that no real model has, and that nothing forbids.
#[test]
fn odd_widths_work() {
    for (hidden, feed_forward, heads, kv_heads) in [(6usize, 5usize, 1usize, 1usize), (36, 50, 6, 3), (2, 1, 1, 1), (40, 33, 2, 1)] {
        let d = hidden / heads;
        let mut parts = Parts::of(&LLAMA);
        parts.tensors.clear();
        for (key, n) in [
            ("block_count", 1),
            ("embedding_length", hidden),
            ("feed_forward_length", feed_forward),
            ("attention.head_count", heads),
            ("attention.head_count_kv", kv_heads),
        ] {
            parts = parts.with(key, number(n as u64));
        }
        for (name, shape) in [
            ("token_embd", &[259, hidden] as &[usize]),
            ("output_norm", &[hidden]),
            ("blk.0.attn_norm", &[hidden]),
            ("blk.0.attn_q", &[heads * d, hidden]),
            ("blk.0.attn_k", &[kv_heads * d, hidden]),
            ("blk.0.attn_v", &[kv_heads * d, hidden]),
            ("blk.0.attn_output", &[hidden, heads * d]),
            ("blk.0.ffn_norm", &[hidden]),
            ("blk.0.ffn_gate", &[feed_forward, hidden]),
            ("blk.0.ffn_up", &[feed_forward, hidden]),
            ("blk.0.ffn_down", &[hidden, feed_forward]),
        ] {
            parts = parts.floats(&format!("{name}.weight"), shape, 0.25);
        }
        let generation = check_opens(&parts).unwrap();
        assert!(generation.mean_logprob.is_finite(), "{hidden} {feed_forward} {heads} {kv_heads}");
    }
}

#[test]
fn tokenizers_in_parts_are_refused() {
    for shape in [&LLAMA, &QWEN2] {
        check_refused(Parts::of(shape).with("tokenizer.ggml.model", None), "`tokenizer.ggml.model` is missing");
        check_refused(Parts::of(shape).with("tokenizer.ggml.tokens", None), "`tokenizer.ggml.tokens` is missing");
        check_refused(Parts::of(shape).with("tokenizer.ggml.eos_token_id", number(259)), "`tokenizer.ggml.eos_token_id` is");
    }
    check_refused(Parts::of(&LLAMA).with("tokenizer.ggml.scores", None), "`tokenizer.ggml.scores` is missing");
    check_refused(Parts::of(&QWEN2).with("tokenizer.ggml.merges", None), "`tokenizer.ggml.merges` is missing");
    let merges = Value::Strings(vec!["zz zz".into()]);
    check_refused(Parts::of(&QWEN2).with("tokenizer.ggml.merges", Some(merges)), "names a token that is not in the vocabulary");
    check_refused(Parts::of(&QWEN2).with("tokenizer.ggml.pre", None), "pre-tokenizer `(none named)` is not supported");
    check_refused(Parts::of(&QWEN2).with("tokenizer.ggml.pre", Some(Value::String("new".into()))), "pre-tokenizer `new` is not supported");
}

/// A template that is broken, or never ends, is an error where a chat is wanted, and nothing elsewhere.
#[test]
fn broken_templates_fail_chats_alone() {
    let chat = Prompt::Chat(vec![Message { role: Role::User, content: "hello".into() }]);
    for template in [
        "{% for m in messages %}",
        "{{ messages[0]['content'] ",
        "{{ nope.nope.nope }}",
        "{{ raise_exception('no') }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for i in range(100000000) %}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}",
        "{{ 'x' * 100000000000 }}",
    ] {
        let mut model = Parts::of(&QWEN2).with("tokenizer.chat_template", Some(Value::String(template.into()))).open().unwrap();
        let error = generate(&mut model, chat.clone()).unwrap_err();
        assert!(matches!(error, LlmError::Template(_)), "{template}: {error}");
        generate(&mut model, Prompt::Text("select".into())).unwrap();
    }
    let mut bare = Parts::of(&QWEN2).with("tokenizer.chat_template", None).open().unwrap();
    assert!(matches!(generate(&mut bare, chat), Err(LlmError::Template(_))));
    let error = generate(&mut bare, Prompt::Tokens(vec![1, 259])).unwrap_err();
    assert!(error.to_string().contains("token 259 is outside the vocabulary of 259"), "{error}");
    assert!(matches!(generate(&mut bare, Prompt::Tokens(Vec::new())), Err(LlmError::ContextFull { .. })));
}
